// A character class, `[a-z\d[:space:]]` (pcre2pattern(3) "SQUARE BRACKETS AND CHARACTER CLASSES").

import { byteRange, inverse, NO_BYTE, oneByte, POSIX_CLASSES, withBothCases } from './byte-set.ts'
import type { ByteSet } from './byte-set.ts'
import { readEscape } from './escapes.ts'
import { PatternProblem } from './syntax.ts'

/** One part: a byte, which may begin a range, or a class by name. */
type Part = { readonly length: number } & ({ readonly byte: number } | { readonly set: ByteSet })

const POSIX = /^\[:(\^?)([a-z<>]*):\]/

/** `at`: of the bracket that opens it, from 0. */
export function readClass(pattern: string, at: number, ignoreCase: boolean): { set: ByteSet; length: number } {
  let next = at + 1
  const isNegated = pattern[next] === '^'
  if (isNegated) next += 1
  let set = NO_BYTE
  // A bracket that comes first does not end the class.
  for (let isFirst = true; isFirst || pattern[next] !== ']'; isFirst = false) {
    const part = readPart(pattern, next, at)
    next += part.length
    const isRange = pattern[next] === '-' && pattern[next + 1] !== ']' && next + 1 < pattern.length
    if (!isRange) {
      set |= 'set' in part ? part.set : oneByte(part.byte)
      continue
    }
    const end = readPart(pattern, next + 1, at)
    if ('set' in part || 'set' in end) {
      throw new PatternProblem(`'-' at character ${next + 1} stands beside a class: write '\\-' or put it last`)
    }
    if (end.byte < part.byte) throw new PatternProblem(`the range at character ${next} is out of order`)
    set |= byteRange(part.byte, end.byte)
    next += 1 + end.length
  }
  const folded = ignoreCase ? withBothCases(set) : set
  return { set: isNegated ? inverse(folded) : folded, length: next + 1 - at }
}

function readPart(pattern: string, at: number, open: number): Part {
  const character = pattern[at]
  if (character === undefined) throw new PatternProblem(`'[' at character ${open + 1} is never closed`)
  if (character === '\\') {
    const escape = readEscape(pattern, at, true, 0)
    if ('byte' in escape || 'set' in escape) return escape
    throw new PatternProblem(`'\\${pattern[at + 1]}' at character ${at + 1} means nothing in a class`)
  }
  if (character === '[' && /^\[[:.=]/.test(pattern.slice(at, at + 2))) {
    const posix = POSIX.exec(pattern.slice(at, at + 16))
    const named = posix && Object.hasOwn(POSIX_CLASSES, posix[2]!) ? POSIX_CLASSES[posix[2]!]! : undefined
    if (posix && named !== undefined) {
      return { length: posix[0].length, set: posix[1] === '^' ? inverse(named) : named }
    }
    const closed = /^\[([:.=])[^\]]*\1\]/.exec(pattern.slice(at))
    if (closed) {
      throw new PatternProblem(
        `'${closed[0]}' at character ${at + 1} is not a class; there are: ${Object.keys(POSIX_CLASSES).join(', ')}`,
      )
    }
  }
  return { length: 1, byte: character.charCodeAt(0) }
}
