// SHA-224, SHA-256, SHA-384 and SHA-512 (FIPS 180-4). Words of 64 bits are two of 32, the higher first.

import type { DigestFunction } from './digest.ts'

/** The first 64 bits of the fractional parts of roots of primes: square roots of 16, cube roots of 80. Made when a hash is first asked for. */
let constants: { readonly squares: Int32Array; readonly cubes: Int32Array } | undefined

function constantsOf() {
  return (constants ??= madeConstants())
}

function madeConstants() {
  const primes: number[] = []
  for (let n = 2; primes.length < 80; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  const words = (some: readonly number[], degree: number) =>
    Int32Array.from(
      some.flatMap((prime) => {
        const root = rootOf(prime, degree)
        return [Number(BigInt.asIntN(32, root >> 32n)), Number(BigInt.asIntN(32, root))]
      }),
    )
  return { squares: words(primes.slice(0, 16), 2), cubes: words(primes, 3) }
}

/** The root times 2^64, rounded down, by Newton's method from above. */
function rootOf(prime: number, degree: number): bigint {
  const k = BigInt(degree)
  const radicand = BigInt(prime) << (64n * k)
  let root = BigInt(Math.ceil(prime ** (1 / degree) * 2 ** 40)) << 24n
  for (;;) {
    const next = ((k - 1n) * root + radicand / root ** (k - 1n)) / k
    if (next >= root) return root
    root = next
  }
}

/** Of each pair of words the higher (0) or the lower (1). */
function everySecond(words: Int32Array, from: 0 | 1): Int32Array {
  return words.filter((_, i) => i % 2 === from)
}

export const sha256: DigestFunction = {
  blockBytes: 64,
  digestBytes: 32,
  start: () => everySecond(constantsOf().squares.subarray(0, 16), 0),
  compress: compress32,
}

export const sha224: DigestFunction = {
  ...sha256,
  digestBytes: 28,
  start: () => everySecond(constantsOf().squares.subarray(16), 1),
}

export const sha512: DigestFunction = {
  blockBytes: 128,
  digestBytes: 64,
  start: () => constantsOf().squares.subarray(0, 16),
  compress: compress64,
}

export const sha384: DigestFunction = {
  ...sha512,
  digestBytes: 48,
  start: () => constantsOf().squares.subarray(16),
}

function compress32(state: Int32Array, words: Int32Array, at: number): void {
  const { cubes } = constantsOf()
  const w = new Int32Array(64)
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    if (i < 16) w[i] = words[at + i]!
    else {
      const x = w[i - 15]!
      const y = w[i - 2]!
      w[i] =
        w[i - 16]! +
        w[i - 7]! +
        (shifted(x, x, 7) ^ shifted(x, x, 18) ^ (x >>> 3)) +
        (shifted(y, y, 17) ^ shifted(y, y, 19) ^ (y >>> 10))
    }
    const first =
      h + (shifted(e, e, 6) ^ shifted(e, e, 11) ^ shifted(e, e, 25)) + chosen(e, f, g) + cubes[2 * i]! + w[i]!
    const second = (shifted(a, a, 2) ^ shifted(a, a, 13) ^ shifted(a, a, 22)) + most(a, b, c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i]! += word
}

function compress64(state: Int32Array, words: Int32Array, at: number): void {
  const { cubes } = constantsOf()
  const w = new Int32Array(160)
  const s = state.slice()
  for (let i = 0; i < 160; i += 2) {
    if (i < 32) {
      w[i] = words[at + i]!
      w[i + 1] = words[at + i + 1]!
    } else {
      const x = w[i - 30]!
      const u = w[i - 29]!
      const y = w[i - 4]!
      const v = w[i - 3]!
      const low =
        (w[i - 31]! >>> 0) +
        (w[i - 13]! >>> 0) +
        ((shifted(u, x, 1) ^ shifted(u, x, 8) ^ shifted(u, x, 7)) >>> 0) +
        ((shifted(v, y, 19) ^ shifted(y, v, 29) ^ shifted(v, y, 6)) >>> 0)
      w[i + 1] = low
      w[i] =
        w[i - 32]! +
        w[i - 14]! +
        (shifted(x, u, 1) ^ shifted(x, u, 8) ^ (x >>> 7)) +
        (shifted(y, v, 19) ^ shifted(v, y, 29) ^ (y >>> 6)) +
        carried(low)
    }
    // The eight variables stay where they are, and their names move.
    const a = -i & 15
    const b = (2 - i) & 15
    const c = (4 - i) & 15
    const d = (6 - i) & 15
    const e = (8 - i) & 15
    const f = (10 - i) & 15
    const g = (12 - i) & 15
    const h = (14 - i) & 15
    const eHigh = s[e]!
    const eLow = s[e + 1]!
    const aHigh = s[a]!
    const aLow = s[a + 1]!
    const firstLow =
      (s[h + 1]! >>> 0) +
      (sumOfE(eLow, eHigh) >>> 0) +
      (chosen(eLow, s[f + 1]!, s[g + 1]!) >>> 0) +
      (cubes[i + 1]! >>> 0) +
      (w[i + 1]! >>> 0)
    const first =
      (s[h]! + sumOfE(eHigh, eLow) + chosen(eHigh, s[f]!, s[g]!) + cubes[i]! + w[i]! + carried(firstLow)) | 0
    const low = (firstLow >>> 0) + (sumOfA(aLow, aHigh) >>> 0) + (most(aLow, s[b + 1]!, s[c + 1]!) >>> 0)
    s[h] = first + sumOfA(aHigh, aLow) + most(aHigh, s[b]!, s[c]!) + carried(low)
    s[h + 1] = low
    const moved = (s[d + 1]! >>> 0) + (firstLow >>> 0)
    s[d] = s[d]! + first + carried(moved)
    s[d + 1] = moved
  }
  for (let i = 0; i < 16; i += 2) {
    const low = (state[i + 1]! >>> 0) + (s[i + 1]! >>> 0)
    state[i]! += s[i]! + carried(low)
    state[i + 1] = low
  }
}

function chosen(by: number, one: number, other: number): number {
  return (by & one) ^ (~by & other)
}

function most(a: number, b: number, c: number): number {
  return (a & b) ^ (a & c) ^ (b & c)
}

/** Of a word of 64 bits the higher half; with the halves exchanged, the lower. */
function sumOfE(high: number, low: number): number {
  return shifted(high, low, 14) ^ shifted(high, low, 18) ^ shifted(low, high, 9)
}

function sumOfA(high: number, low: number): number {
  return shifted(high, low, 28) ^ shifted(low, high, 2) ^ shifted(low, high, 7)
}

/** Of the two words the higher, after both are shifted to the right. With the same twice, it is rotated. */
function shifted(high: number, low: number, by: number): number {
  return (high >>> by) | (low << (32 - by))
}

/** What a sum of lower words adds to the higher. */
function carried(sum: number): number {
  return Math.floor(sum / 0x1_0000_0000)
}
