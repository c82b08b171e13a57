// An engine that takes linear time, whatever the pattern: it backtracks as PCRE does, so that it finds the same
// match and groups, and remembers every place of the pattern at every place of the text that has failed (as RE2's BitState does).

import { tableOf } from './byte-set.ts'
import type { ByteSet } from './byte-set.ts'
import { beginningOf } from './first.ts'
import { startOf } from './start.ts'
import type { Assertion, Node } from './syntax.ts'

/** What an instruction does; `x` and `y` say with what. */
const READ = 0 // x: which table of bytes
const SPLIT = 1 // x: where to go first, y: where otherwise
const JUMP = 2 // x: where to
const SAVE = 3 // x: in which slot
const ASSERT = 4 // x: which assertion
const ACCEPT = 5

interface Program {
  readonly does: readonly number[]
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** Of a choice: which one it is. */
  readonly number: readonly number[]
  readonly choices: number
  readonly tables: readonly Uint8Array[]
}

const ASSERTIONS: readonly Assertion[] = [
  'textStart',
  'textEnd',
  'lastLineEnd',
  'lineStart',
  'lineEnd',
  'wordBoundary',
  'noWordBoundary',
  'loneCr',
]

/** The time per byte grows with the number of choices. */
const MOST_CHOICES = 500

/** Where each group begins and ends, two numbers a group, -1 when it has no part in the match. */
export type Search = (text: string, from?: number) => readonly number[] | undefined

/** What keeps a pattern from this engine, or undefined. */
export function linearProblem(root: Node): string | undefined {
  const look = lookIn(root)
  if (look) {
    return `the look-${look.isBehind ? 'behind' : 'ahead'} at character ${look.at} cannot be matched in linear time`
  }
  return choicesIn(root) > MOST_CHOICES ? 'it has too many repetitions and alternatives for linear time' : undefined
}

/** `groups`: how many are asked for; undefined: only whether it matches. */
export function createSearch(root: Node, groups: number | undefined): Search {
  const { does, x, y, number, choices, tables } = compile(root, groups !== undefined)
  const { first, mayBeEmpty } = beginningOf(root)
  const starts = mayBeEmpty ? undefined : tableOf(first)
  const isFixed = startOf(root) === 'text'
  // Only choices are remembered: without one, the same place is never reached twice.
  let seen = new Uint32Array(64)

  return (text, from = 0) => {
    const words = (choices * (text.length + 1) + 31) >>> 5
    if (seen.length < words) seen = new Uint32Array(words)
    else seen.fill(0, 0, words)
    const slots = Array.from({ length: 2 * ((groups ?? 0) + 1) }, () => -1)
    let found: readonly number[] | undefined
    for (let start = from; start <= text.length; start++) {
      if (isFixed && start > 0) break
      const mayStart = !starts || (start < text.length && starts[text.charCodeAt(start) & 0xff] === 1)
      const end = mayStart ? runFrom(start, text, slots) : -1
      if (end !== -1) {
        slots[0] = start
        slots[1] = end
        found = slots
      }
      if (found) break
    }
    // A long text's memory is not kept.
    if (seen.length > LARGEST_KEPT) seen = new Uint32Array(64)
    return found
  }

  /** Where the match ends, or -1. */
  function runFrom(start: number, text: string, slots: number[]): number {
    // Pairs: an instruction and a place to go on from; or a slot, as -1 - slot, and what it held before.
    const later: number[] = [0, start]
    while (later.length > 0) {
      let at = later.pop()!
      let pc = later.pop()!
      if (pc < 0) {
        slots[-1 - pc] = at
        continue
      }
      for (;;) {
        const what = does[pc]!
        if (what === READ) {
          if (at === text.length || tables[x[pc]!]![text.charCodeAt(at) & 0xff] === 0) break
          at += 1
          pc += 1
        } else if (what === SPLIT) {
          const bit = at * choices + number[pc]!
          const mask = 1 << (bit & 31)
          if ((seen[bit >>> 5]! & mask) !== 0) break
          seen[bit >>> 5]! |= mask
          later.push(y[pc]!, at)
          pc = x[pc]!
        } else if (what === JUMP) pc = x[pc]!
        else if (what === SAVE) {
          const slot = x[pc]!
          later.push(-1 - slot, slots[slot]!)
          slots[slot] = at
          pc += 1
        } else if (what === ACCEPT) return at
        else if (holds(ASSERTIONS[x[pc]!]!, text, at)) pc += 1
        else break
      }
    }
    return -1
  }
}

const LARGEST_KEPT = 1 << 16

function holds(what: Assertion, text: string, at: number): boolean {
  switch (what) {
    case 'textStart':
      return at === 0
    case 'textEnd':
      return at === text.length
    case 'lastLineEnd':
      return at === text.length || (at === text.length - 1 && text[at] === '\n')
    case 'lineStart':
      return at === 0 || (text[at - 1] === '\n' && at < text.length)
    case 'lineEnd':
      return at === text.length || text[at] === '\n'
    case 'loneCr':
      return !(text[at] === '\r' && text[at + 1] === '\n')
    case 'wordBoundary':
      return isWord(text, at - 1) !== isWord(text, at)
    case 'noWordBoundary':
      return isWord(text, at - 1) === isWord(text, at)
  }
}

function isWord(text: string, at: number): boolean {
  return /^\w$/.test(text[at] ?? '')
}

function compile(root: Node, keepsGroups: boolean): Program {
  const does: number[] = []
  const x: number[] = []
  const y: number[] = []
  const number: number[] = []
  let splits = 0
  const tables: Uint8Array[] = []
  const tableNumbers = new Map<ByteSet, number>()
  emit(root)
  push(ACCEPT)
  return { does, x, y, number, choices: splits, tables }

  function push(what: number, argument = 0): number {
    x.push(argument)
    y.push(0)
    number.push(splits)
    if (what === SPLIT) splits += 1
    return does.push(what) - 1
  }

  /** The body's first instruction follows the choice. */
  function aim(choice: number, isLazy: boolean, end: number, body = choice + 1): void {
    x[choice] = isLazy ? end : body
    y[choice] = isLazy ? body : end
  }

  function emit(node: Node): void {
    switch (node.kind) {
      case 'set':
        push(READ, tableNumber(node.set))
        return
      case 'assert':
        push(ASSERT, ASSERTIONS.indexOf(node.what))
        return
      case 'sequence':
        node.items.forEach(emit)
        return
      case 'capture':
        if (keepsGroups) push(SAVE, 2 * node.index)
        emit(node.body)
        if (keepsGroups) push(SAVE, 2 * node.index + 1)
        return
      case 'either':
        emitEither(node.branches)
        return
      case 'repeat':
        for (let i = 0; i < node.min; i++) emit(node.body)
        if (node.max === Infinity) emitLoop(node.body, node.isLazy)
        else emitOptional(node.body, node.max - node.min, node.isLazy)
        return
      case 'look':
        throw new TypeError('a look-around has no program')
    }
  }

  function tableNumber(set: ByteSet): number {
    const known = tableNumbers.get(set)
    if (known !== undefined) return known
    const added = tables.push(tableOf(set)) - 1
    tableNumbers.set(set, added)
    return added
  }

  function emitEither(branches: readonly Node[]): void {
    const jumps: number[] = []
    branches.forEach((branch, i) => {
      if (i === branches.length - 1) return emit(branch)
      const choice = push(SPLIT)
      emit(branch)
      jumps.push(push(JUMP))
      aim(choice, false, does.length)
    })
    for (const jump of jumps) x[jump] = does.length
  }

  /** `x*` as `(?:x+)?`: a turn that matches nothing is taken once, as by PCRE. */
  function emitLoop(body: Node, isLazy: boolean): void {
    const entry = push(SPLIT)
    emit(body)
    const back = push(SPLIT)
    aim(entry, isLazy, does.length)
    aim(back, isLazy, does.length, entry + 1)
  }

  function emitOptional(body: Node, count: number, isLazy: boolean): void {
    const choices = Array.from({ length: count }, () => {
      const choice = push(SPLIT)
      emit(body)
      return choice
    })
    for (const choice of choices) aim(choice, isLazy, does.length)
  }
}

/** Counted repetitions are written out: what they repeat counts as often. */
function choicesIn(node: Node): number {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return 0
    case 'capture':
    case 'look':
      return choicesIn(node.body)
    case 'sequence':
      return node.items.reduce((sum, item) => sum + choicesIn(item), 0)
    case 'either':
      return node.branches.reduce((sum, item) => sum + choicesIn(item) + 1, 0)
    case 'repeat': {
      const turns = node.max === Infinity ? node.min + 2 : node.max
      return turns * (choicesIn(node.body) + 1)
    }
  }
}

function lookIn(node: Node): Extract<Node, { kind: 'look' }> | undefined {
  switch (node.kind) {
    case 'look':
      return node
    case 'capture':
    case 'repeat':
      return lookIn(node.body)
    case 'sequence':
    case 'either':
      for (const inner of node.kind === 'sequence' ? node.items : node.branches) {
        const found = lookIn(inner)
        if (found) return found
      }
      return undefined
    default:
      return undefined
  }
}
