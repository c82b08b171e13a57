// A tree as a regular expression of JavaScript over text of one character for each byte, without any flag.

import { ANY_BYTE, inverse, NOT_NEWLINE, rangesOf } from './byte-set.ts'
import type { ByteSet } from './byte-set.ts'
import { startOf } from './start.ts'
import type { Start } from './start.ts'
import type { Assertion, Node } from './syntax.ts'

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  textStart: '^',
  textEnd: '$',
  lastLineEnd: '(?=\\n?$)',
  lineStart: '(?:^|(?<=\\n)(?!$))',
  lineEnd: '(?![^\\n])',
  wordBoundary: '\\b',
  noWordBoundary: '\\B',
  loneCr: '(?!\\r\\n)',
}

/** Before a leading `.*`, which V8 would try from everywhere else in vain. */
const STARTS: Readonly<Record<Start, string>> = { text: '^', lines: '(?<![^\\n])', anywhere: '' }

/** `keepsGroups`: what groups match is asked for. */
export function toJavascript(root: Node, keepsGroups: boolean): string {
  return STARTS[startOf(root)] + print(root)

  function print(node: Node): string {
    switch (node.kind) {
      case 'set':
        return setText(node.set)
      case 'assert':
        return ASSERTIONS[node.what]
      case 'sequence':
        return node.items.map(print).join('')
      case 'either':
        return `(?:${node.branches.map(print).join('|')})`
      case 'capture':
        return `(${keepsGroups ? '' : '?:'}${print(node.body)})`
      case 'look':
        return `(?${node.isBehind ? '<' : ''}${node.isNegative ? '!' : '='}${print(node.body)})`
      case 'repeat': {
        const { body, min, max, isLazy } = node
        const isAtom = body.kind === 'set' || body.kind === 'either' || body.kind === 'capture'
        return `${isAtom ? print(body) : `(?:${print(body)})`}${countText(min, max)}${isLazy ? '?' : ''}`
      }
    }
  }
}

function countText(min: number, max: number): string {
  if (max === 1 && min === 0) return '?'
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  return min === max ? `{${min}}` : `{${min},${max}}`
}

function setText(set: ByteSet): string {
  if (set === ANY_BYTE) return '[^]'
  if (set === NOT_NEWLINE) return '[^\\n]'
  if ((set & (set - 1n)) === 0n && set !== 0n) return character(set.toString(2).length - 1)
  const ranges = rangesOf(set)
  const [first] = ranges
  if (!first) return '[]'
  const others = rangesOf(inverse(set))
  return others.length < ranges.length ? `[^${rangesText(others)}]` : `[${rangesText(ranges)}]`
}

function rangesText(ranges: readonly (readonly [number, number])[]): string {
  return ranges.map(([low, high]) => (low === high ? character(low) : `${character(low)}-${character(high)}`)).join('')
}

function character(code: number): string {
  const text = String.fromCharCode(code)
  return /[A-Za-z0-9_]/.test(text) ? text : `\\x${code.toString(16).padStart(2, '0')}`
}
