// A regular expression as PCRE2 reads it without UTF and Unicode properties, which is how HAProxy compiles it: from bytes to a
// tree. Anything unsupported or invalid is a problem with its place; nothing is ever reinterpreted.

import { ANY_BYTE, NOT_NEWLINE, oneByte, withBothCases } from './byte-set.ts'
import { readClass } from './class.ts'
import { readEscape } from './escapes.ts'
import { fixedLength } from './fixed-length.ts'
import { PatternProblem } from './syntax.ts'
import type { Node } from './syntax.ts'

interface Flags {
  ignoreCase: boolean
  dotAll: boolean
  multiline: boolean
}

const LARGEST_COUNT = 65_535
const DEEPEST = 200

const NOT_SUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/^\(\*/, 'a verb'],
  [/^\(\?>/, 'an atomic group'],
  [/^\(\?\|/, 'a group that resets numbers'],
  [/^\(\?(?:R|[+-]?\d|&|P>)/, 'a recursion or subroutine call'],
  [/^\(\?P=/, 'a back-reference'],
  [/^\(\?\(/, 'a conditional group'],
  [/^\(\?C/, 'a callout'],
  [/^\(\?\^/, 'a reset of the flags'],
]
const NAMED = /^\(\?(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')/
const FLAGS = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/

export function parsePattern(written: string, ignoreCase: boolean): { root: Node; groups: number } {
  const pattern = withoutQuotes(written)
  const names = new Set<string>()
  let at = 0
  let groups = 0
  let depth = 0

  const root = readAlternatives({ ignoreCase, dotAll: false, multiline: false })
  if (at < pattern.length) fail("')'", 'closes no group')
  return { root, groups }

  function fail(what: string, why: string, where = at): never {
    throw new PatternProblem(`${what} at character ${where + 1} ${why}`)
  }

  function readAlternatives(outer: Flags): Node {
    // A flag holds to the end of its group, in the alternatives behind it, too.
    const flags = { ...outer }
    const branches = [readSequence(flags)]
    while (pattern[at] === '|') {
      at += 1
      branches.push(readSequence(flags))
    }
    return branches.length === 1 ? branches[0]! : { kind: 'either', branches }
  }

  function readSequence(flags: Flags): Node {
    const items: Node[] = []
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      if (skipComment()) continue
      const atom = readAtom(flags)
      if (atom === undefined) continue
      while (skipComment()) continue
      items.push(readQuantifier(atom))
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  function skipComment(): boolean {
    if (!pattern.startsWith('(?#', at)) return false
    const end = pattern.indexOf(')', at)
    if (end === -1) fail("'(?#'", 'is never closed')
    at = end + 1
    return true
  }

  /** Undefined: flags, which match nothing themselves. */
  function readAtom(flags: Flags): Node | undefined {
    const character = pattern[at]!
    if (character === '(') return readGroup(flags)
    if (character === '[') {
      if (/^\[[:.=][^\]]*[:.=]\]/.test(pattern.slice(at, at + 64))) fail("'[:'", 'stands outside of a class')
      const { set, length } = readClass(pattern, at, flags.ignoreCase)
      at += length
      return { kind: 'set', set }
    }
    if (character === '\\') return readEscaped(flags)
    if (COUNT.test(pattern.slice(at, at + 16)) || '*+?'.includes(character)) {
      fail(`'${character}'`, 'follows nothing that it could repeat')
    }
    at += 1
    if (character === '.') return { kind: 'set', set: flags.dotAll ? ANY_BYTE : NOT_NEWLINE }
    if (character === '^') return { kind: 'assert', what: flags.multiline ? 'lineStart' : 'textStart' }
    if (character === '$') return { kind: 'assert', what: flags.multiline ? 'lineEnd' : 'lastLineEnd' }
    return literal(character.charCodeAt(0), flags)
  }

  function literal(code: number, flags: Flags): Node {
    const set = oneByte(code)
    return { kind: 'set', set: flags.ignoreCase ? withBothCases(set) : set }
  }

  function readEscaped(flags: Flags): Node {
    const escape = readEscape(pattern, at, false, groups)
    at += escape.length
    if ('byte' in escape) return literal(escape.byte, flags)
    if ('set' in escape) return { kind: 'set', set: escape.set }
    if ('assertion' in escape) return { kind: 'assert', what: escape.assertion }
    return escape.word === 'N' ? { kind: 'set', set: NOT_NEWLINE } : LINE_BREAK
  }

  function readGroup(flags: Flags): Node | undefined {
    const open = at
    const rest = pattern.slice(at, at + 48)
    const refused = NOT_SUPPORTED.find(([form]) => form.test(rest))
    if (refused) fail(`'${refused[0].exec(rest)![0]}'`, `is ${refused[1]}, which is not supported`)
    depth += 1
    if (depth > DEEPEST) fail("'('", `is deeper than ${DEEPEST} groups`)
    const closing = <T>(node: T): T => {
      if (pattern[at] !== ')') fail("'('", 'is never closed', open)
      at += 1
      depth -= 1
      return node
    }
    if (!rest.startsWith('(?')) {
      at += 1
      return closing(readCapture(flags))
    }
    const look = /^\(\?(<?)([=!])/.exec(rest)
    if (look) {
      at += look[0].length
      const isBehind = look[1] === '<'
      const body = readAlternatives(flags)
      if (isBehind) requireFixedLength(body, open)
      return closing({ kind: 'look', isBehind, isNegative: look[2] === '!', body, at: open + 1 })
    }
    const named = NAMED.exec(rest)
    if (named) {
      const name = named[1] ?? named[2]!
      if (names.has(name)) fail(`'${name}'`, 'names a second group')
      names.add(name)
      at += named[0].length
      return closing(readCapture(flags))
    }
    const inner = { ...flags }
    const setting = FLAGS.exec(rest)
    if (!setting) fail(`'${rest.slice(0, 4)}'`, 'begins no group that is known')
    for (const [letters, value] of [
      [setting[1]!, true],
      [setting[2] ?? '', false],
    ] as const) {
      for (const letter of letters) setFlag(inner, letter, value)
    }
    at += setting[0].length
    // A separate group, so that it can be repeated whatever it contains.
    if (setting[3] === ':') return closing({ kind: 'sequence' as const, items: [readAlternatives(inner)] })
    depth -= 1
    Object.assign(flags, inner)
    return undefined
  }

  function readCapture(flags: Flags): Node {
    groups += 1
    const index = groups
    return { kind: 'capture', index, body: readAlternatives(flags) }
  }

  function setFlag(flags: Flags, letter: string, value: boolean): void {
    if (letter === 'i') flags.ignoreCase = value
    else if (letter === 's') flags.dotAll = value
    else if (letter === 'm') flags.multiline = value
    else fail(`'(?${letter})'`, 'is a flag that is not supported; there are i, s and m')
  }

  function requireFixedLength(body: Node, open: number): void {
    // Alternatives of a look-behind may each have a length of their own, those within them may not.
    const branches = body.kind === 'either' ? body.branches : [body]
    if (branches.every((branch) => fixedLength(branch) !== undefined)) return
    fail("'(?<'", 'looks back over a text whose length is not fixed', open)
  }

  function readQuantifier(body: Node): Node {
    const start = at
    const [text, low, hasComma, high] = COUNT.exec(pattern.slice(at, at + 16)) ?? []
    const sign = pattern[at]
    let min: number
    let max: number
    if (text !== undefined) {
      min = Number(low)
      max = hasComma === undefined ? min : high === '' ? Infinity : Number(high)
      if (min > LARGEST_COUNT || (max > LARGEST_COUNT && max !== Infinity)) fail(text, `is more than ${LARGEST_COUNT}`)
      if (max < min) fail(text, 'is out of order')
      at += text.length
    } else if (sign === '*' || sign === '+' || sign === '?') {
      min = sign === '+' ? 1 : 0
      max = sign === '?' ? 1 : Infinity
      at += 1
    } else return body
    if (body.kind === 'assert' || body.kind === 'look') {
      fail(`'${sign}'`, 'follows nothing that it could repeat', start)
    }
    while (skipComment()) continue
    const isLazy = pattern[at] === '?'
    if (isLazy) at += 1
    else if (pattern[at] === '+') fail(`'${sign}+'`, 'is possessive, which is not supported', start)
    return { kind: 'repeat', body, min, max, isLazy }
  }
}

const COUNT = /^\{(\d+)(?:(,)(\d*))?\}/

/** `\R`: CRLF counts as one, which is never given back half. */
const LINE_BREAK: Node = {
  kind: 'either',
  branches: [
    {
      kind: 'sequence',
      items: [
        { kind: 'set', set: oneByte(0x0d) },
        { kind: 'set', set: oneByte(0x0a) },
      ],
    },
    {
      kind: 'sequence',
      items: [
        { kind: 'assert', what: 'loneCr' },
        { kind: 'set', set: 0x3c00n | oneByte(0x85) },
      ],
    },
  ],
}

/** `\Q...\E` as escapes; a stray `\E` goes. */
function withoutQuotes(pattern: string): string {
  if (!/\\[QE]/.test(pattern)) return pattern
  let text = ''
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== '\\') text += pattern[at]
    else if (pattern[at + 1] === 'Q') {
      const end = pattern.indexOf('\\E', at + 2)
      const quoted = pattern.slice(at + 2, end === -1 ? undefined : end)
      text += quoted.replaceAll(/[^a-zA-Z0-9_]/g, (one) => `\\x{${one.charCodeAt(0).toString(16)}}`)
      at = end === -1 ? pattern.length : end + 1
    } else if (pattern[at + 1] === 'E') at += 1
    else {
      text += pattern.slice(at, at + 2)
      at += 1
    }
  }
  return text
}
