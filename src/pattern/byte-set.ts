// Sets of bytes, one bit for each of the 256: what a character class means once its words and ranges are read.

export type ByteSet = bigint

export const NO_BYTE: ByteSet = 0n
export const ANY_BYTE: ByteSet = (1n << 256n) - 1n

export function byteRange(low: number, high: number): ByteSet {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
}

export function oneByte(code: number): ByteSet {
  return 1n << BigInt(code)
}

/** 1 for each byte in the set, otherwise 0. Read-only. */
export function tableOf(set: ByteSet): Uint8Array {
  const known = tables.get(set)
  if (known) return known
  const bits = set.toString(2)
  const table = new Uint8Array(256)
  for (let i = 0; i < bits.length; i++) if (bits[i] === '1') table[bits.length - 1 - i] = 1
  tables.set(set, table)
  return table
}

/** As many as a configuration has different sets. */
const tables = new Map<ByteSet, Uint8Array>()

export function inverse(set: ByteSet): ByteSet {
  return ANY_BYTE ^ set
}

const LOWER = byteRange(0x61, 0x7a)
const UPPER = byteRange(0x41, 0x5a)

/** ASCII letters only, as PCRE folds them in the C locale. */
export function withBothCases(set: ByteSet): ByteSet {
  return set | ((set & LOWER) >> 32n) | ((set & UPPER) << 32n)
}

/** Runs of neighbours, in order, both ends included. */
export function rangesOf(set: ByteSet): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  const table = tableOf(set)
  for (let code = 0; code < 256; code++) {
    if (table[code] === 0) continue
    const last = ranges.at(-1)
    if (last && last[1] === code - 1) last[1] = code
    else ranges.push([code, code])
  }
  return ranges
}

const DIGIT = byteRange(0x30, 0x39)
const ALPHA = LOWER | UPPER
const ALNUM = ALPHA | DIGIT
const WORD = ALNUM | oneByte(0x5f)
const SPACE = byteRange(0x09, 0x0d) | oneByte(0x20)
const GRAPH = byteRange(0x21, 0x7e)
const HORIZONTAL = oneByte(0x09) | oneByte(0x20) | oneByte(0xa0)
const VERTICAL = byteRange(0x0a, 0x0d) | oneByte(0x85)

export const NOT_NEWLINE = inverse(oneByte(0x0a))

/** `[:alpha:]` and the like, in the C locale. */
export const POSIX_CLASSES: Readonly<Record<string, ByteSet>> = {
  alnum: ALNUM,
  alpha: ALPHA,
  ascii: byteRange(0, 0x7f),
  blank: oneByte(0x09) | oneByte(0x20),
  cntrl: byteRange(0, 0x1f) | oneByte(0x7f),
  digit: DIGIT,
  graph: GRAPH,
  lower: LOWER,
  print: GRAPH | oneByte(0x20),
  punct: GRAPH & ~ALNUM,
  space: SPACE,
  upper: UPPER,
  word: WORD,
  xdigit: DIGIT | byteRange(0x41, 0x46) | byteRange(0x61, 0x66),
}

/** `\d` and the like, without Unicode properties. */
export const ESCAPE_CLASSES: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  D: inverse(DIGIT),
  w: WORD,
  W: inverse(WORD),
  s: SPACE,
  S: inverse(SPACE),
  h: HORIZONTAL,
  H: inverse(HORIZONTAL),
  v: VERTICAL,
  V: inverse(VERTICAL),
}
