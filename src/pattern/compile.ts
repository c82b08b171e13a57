// compilePattern: the only way from a regular expression that an operator wrote to one that can match. The language is PCRE2's
// without UTF, as HAProxy compiles it (docs/patterns.md). Each pattern gets the platform's engine if that provably takes linear
// time, otherwise one that always does; what neither can run is refused.

import { backtrackingProblem } from './backtracking.ts'
import { bytesOf } from './bytes.ts'
import { beginningOf } from './first.ts'
import { createSearch, linearProblem } from './linear.ts'
import { parsePattern } from './parse.ts'
import { PatternProblem } from './syntax.ts'
import type { Node } from './syntax.ts'
import { toJavascript } from './to-javascript.ts'

export interface Pattern {
  readonly engine: 'native' | 'linear'
  /** Whether it matches somewhere. A character of the text is a byte. */
  readonly test: (bytes: string) => boolean
  /** What matched, then what each group matched; undefined where nothing did. */
  readonly match: (bytes: string) => readonly (string | undefined)[] | undefined
  /** The same of the first match at `from` or behind it, and where it begins. */
  readonly find: (bytes: string, from: number) => Match | undefined
}

export interface Match {
  readonly index: number
  readonly groups: readonly (string | undefined)[]
}

export interface PatternOptions {
  readonly ignoreCase?: boolean
  /** Groups are needed: `match` returns them. Otherwise it returns only the whole match. */
  readonly keepsGroups?: boolean
}

export type Compiled = { readonly pattern: Pattern } | { readonly problem: string }

export function compilePattern(written: string, options: PatternOptions = {}): Compiled {
  try {
    const { ignoreCase = false, keepsGroups = false } = options
    const { root, groups } = parsePattern(bytesOf(written), ignoreCase)
    return { pattern: choosePattern(root, keepsGroups ? groups : undefined) }
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message }
    throw error
  }
}

/** What is wrong with it, or undefined. */
export function patternProblem(written: string, options?: PatternOptions): string | undefined {
  const compiled = compilePattern(written, options)
  return 'problem' in compiled ? compiled.problem : undefined
}

/** How a pattern that has passed validation is compiled: what needs it is handed it, since most Workers have no pattern. */
export type PatternOf = (written: string, options?: PatternOptions) => Pattern

export function patternOf(written: string, options?: PatternOptions): Pattern {
  const compiled = compilePattern(written, options)
  if ('pattern' in compiled) return compiled.pattern
  throw new TypeError(`${written}: ${compiled.problem}`)
}

function choosePattern(root: Node, groups: number | undefined): Pattern {
  const keepsGroups = groups !== undefined
  if (keepsGroups && hasEmptyLoop(root)) {
    throw new PatternProblem(
      'a loop whose turns may match nothing, such as (a?)*, is not supported where \\0 to \\9 are used',
    )
  }
  const notNative =
    (keepsGroups && losesGroup(root, false, false) ? DIFFERENT_GROUPS : undefined) ?? backtrackingProblem(root)
  if (notNative === undefined) return nativePattern(root, keepsGroups)
  const notLinear = linearProblem(root)
  if (notLinear === undefined) return linearPattern(root, groups)
  throw new PatternProblem(
    `cannot be matched in bounded time: ${notNative}, and ${notLinear}; write one without the other`,
  )
}

function nativePattern(root: Node, keepsGroups: boolean): Pattern {
  const source = toJavascript(root, keepsGroups)
  const expression = new RegExp(source)
  let everywhere: RegExp | undefined
  return {
    engine: 'native',
    test: (bytes) => expression.test(bytes),
    match: (bytes) => expression.exec(bytes) ?? undefined,
    find(bytes, from) {
      everywhere ??= new RegExp(source, 'g')
      everywhere.lastIndex = from
      const groups = everywhere.exec(bytes)
      return groups ? { index: groups.index, groups } : undefined
    },
  }
}

function linearPattern(root: Node, groups: number | undefined): Pattern {
  const search = createSearch(root, groups)
  return {
    engine: 'linear',
    test: (bytes) => search(bytes) !== undefined,
    match: (bytes) => find(bytes, 0)?.groups,
    find,
  }

  function find(bytes: string, from: number): Match | undefined {
    const slots = search(bytes, from)
    if (!slots) return undefined
    const found = Array.from({ length: (groups ?? 0) + 1 }, (_, i) => {
      const [start, end] = [slots[2 * i]!, slots[2 * i + 1]!]
      return start === -1 || end === -1 ? undefined : bytes.slice(start, end)
    })
    return { index: slots[0]!, groups: found }
  }
}

const DIFFERENT_GROUPS =
  "JavaScript's engine forgets with each turn of a loop what its groups matched, and takes no turn that matches nothing"

/** Whether JavaScript would find another match than PCRE, or other groups. `isUnsure`: within a loop, and not in every turn of it. */
function losesGroup(node: Node, isInLoop: boolean, isUnsure: boolean): boolean {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return false
    case 'look':
      return losesGroup(node.body, isInLoop, isUnsure || node.isNegative)
    case 'capture':
      return (isInLoop && isUnsure) || losesGroup(node.body, isInLoop, isUnsure)
    case 'sequence':
      return node.items.some((item) => losesGroup(item, isInLoop, isUnsure))
    case 'either':
      return node.branches.some((branch) => losesGroup(branch, isInLoop, true))
    case 'repeat':
      return (
        beginningOf(node.body).mayBeEmpty ||
        losesGroup(node.body, isInLoop || node.max > 1, isInLoop && (isUnsure || node.min === 0))
      )
  }
}

/** PCRE takes one last turn that matches nothing, and keeps what groups held in it. */
function hasEmptyLoop(node: Node): boolean {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return false
    case 'capture':
    case 'look':
      return hasEmptyLoop(node.body)
    case 'sequence':
      return node.items.some(hasEmptyLoop)
    case 'either':
      return node.branches.some(hasEmptyLoop)
    case 'repeat':
      return (node.max === Infinity && beginningOf(node.body).mayBeEmpty) || hasEmptyLoop(node.body)
  }
}
