// What follows a backslash (pcre2pattern(3) "BACKSLASH"), in a class and outside.

import { ESCAPE_CLASSES } from './byte-set.ts'
import type { ByteSet } from './byte-set.ts'
import { PatternProblem } from './syntax.ts'
import type { Assertion } from './syntax.ts'

export type Escape = { readonly length: number } & (
  | { readonly byte: number }
  | { readonly set: ByteSet }
  | { readonly assertion: Assertion }
  /** `\N` or `\R`. */
  | { readonly word: 'N' | 'R' }
)

const CONTROLS: Readonly<Record<string, number>> = { a: 0x07, e: 0x1b, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 }
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'textStart',
  Z: 'lastLineEnd',
  z: 'textEnd',
  b: 'wordBoundary',
  B: 'noWordBoundary',
}
const UNSUPPORTED: Readonly<Record<string, string>> = {
  C: 'a single byte of a character',
  G: 'the start of the match',
  K: 'a reset of where the match starts',
  P: 'a Unicode property',
  X: 'a grapheme',
  g: 'a back-reference or subroutine call',
  k: 'a back-reference',
  p: 'a Unicode property',
}

/** `at`: of the backslash, from 0; `groups`: how many capturing groups began before it. */
export function readEscape(pattern: string, at: number, inClass: boolean, groups: number): Escape {
  const rest = pattern.slice(at + 1, at + 16)
  const letter = rest[0]
  if (letter === undefined) throw new PatternProblem(`nothing follows '\\' at character ${at + 1}`)
  if (letter === 'x' || letter === 'o' || /\d/.test(letter)) return readNumber(rest, at, inClass, groups)
  if (letter === 'c') {
    const controlled = rest.charCodeAt(1)
    if (!(controlled >= 0x20 && controlled <= 0x7e)) fail('\\c', at, 'needs a printable character')
    return { length: 3, byte: rest[1]!.toUpperCase().charCodeAt(0) ^ 0x40 }
  }
  if (Object.hasOwn(CONTROLS, letter)) return { length: 2, byte: CONTROLS[letter]! }
  if (Object.hasOwn(ESCAPE_CLASSES, letter)) return { length: 2, set: ESCAPE_CLASSES[letter]! }
  if (inClass && letter === 'b') return { length: 2, byte: 0x08 }
  if (Object.hasOwn(UNSUPPORTED, letter)) fail(`\\${letter}`, at, `is ${UNSUPPORTED[letter]}, which is not supported`)
  if (!inClass && Object.hasOwn(ASSERTIONS, letter)) return { length: 2, assertion: ASSERTIONS[letter]! }
  if (!inClass && (letter === 'R' || (letter === 'N' && !/^N\{(?!\d+(?:,\d*)?\})/.test(rest))))
    return { length: 2, word: letter }
  if (/[a-zA-Z]/.test(letter)) fail(`\\${letter}`, at, inClass ? 'means nothing in a class' : 'means nothing')
  return { length: 2, byte: letter.charCodeAt(0) }
}

function readNumber(rest: string, at: number, inClass: boolean, groups: number): Escape {
  const braced = /^([xo])\{([^}]*)\}/.exec(rest)
  if (braced) {
    const [{ length }, letter, digits] = [braced[0], braced[1]!, braced[2]!]
    const isValid = letter === 'x' ? /^[0-9a-fA-F]+$/.test(digits) : /^[0-7]+$/.test(digits)
    const byte = isValid ? Number.parseInt(digits, letter === 'x' ? 16 : 8) : -1
    if (byte < 0 || byte > 255) fail(`\\${braced[0]}`, at, `must be a byte: \\x{00} to \\x{ff}, \\o{0} to \\o{377}`)
    return { length: length + 1, byte }
  }
  if (rest[0] === 'o' || rest.startsWith('x{')) fail(`\\${rest[0]}`, at, 'needs digits in braces, such as \\x{7f}')
  if (rest[0] === 'x') {
    const digits = /^x([0-9a-fA-F]{0,2})/.exec(rest)![1]!
    return { length: 2 + digits.length, byte: Number.parseInt(`0${digits}`, 16) }
  }
  const decimal = /^\d+/.exec(rest)![0]
  const isReference = !inClass && rest[0] !== '0' && (Number(decimal) < 10 || Number(decimal) <= groups)
  if (isReference) fail(`\\${decimal}`, at, 'is a back-reference, which is not supported')
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
  if (octal === undefined) {
    if (!inClass) fail(`\\${decimal}`, at, 'is a back-reference, which is not supported')
    return { length: 2, byte: rest.charCodeAt(0) }
  }
  const byte = Number.parseInt(octal, 8)
  if (byte > 255) fail(`\\${octal}`, at, 'is more than a byte holds (\\377)')
  return { length: 1 + octal.length, byte }
}

function fail(what: string, at: number, why: string): never {
  throw new PatternProblem(`'${what}' at character ${at + 1} ${why}`)
}
