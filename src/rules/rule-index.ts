// Which rules can hold at all? Where many compare the same part of a request with texts, as rules for hosts and paths do, those that may
// hold are looked up, and the others are not asked. What holds, and in which order, is left to the rules' own conditions.

import type { Rule } from '../config/rules/rule.ts'
import { guardsOf } from './guards.ts'
import type { Guard, Source } from './guards.ts'
import { lookupFor } from './lookup.ts'
import type { Tools } from './tools.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

/** The first rule at `from` or behind it that may hold; as many as there are rules: none. */
export type NextRule = (from: number) => number

/** Good until a rule has acted: it may have changed the request. */
export type RuleIndex = (transaction: Transaction, view: View) => NextRule

/** So few rules are asked as quickly. */
const LEAST_RULES = 8

/** Undefined: there would be nothing to gain. */
export function createRuleIndex(rules: readonly Rule[], tools: Tools): RuleIndex | undefined {
  if (rules.length < LEAST_RULES) return undefined
  const sources = new Map<string, Source>()
  const guards = selectGuards(rules.map((rule) => (rule.if === null ? [] : guardsOf(rule.if, sources))))
  if (guards.every((guard) => guard === undefined)) return undefined
  const indexed = [...sources]
    .map(([name, source]) => indexOf(name, source, guards, tools))
    .filter(({ size }) => size > 0)
  /** The next that is not looked up. */
  const unguarded = new Int32Array(rules.length + 1).fill(rules.length)
  for (let i = rules.length - 1; i >= 0; i--) unguarded[i] = guards[i] ? unguarded[i + 1]! : i

  return (transaction, view) => {
    const found: Lists[] = []
    return (from) => {
      let next = unguarded[from]!
      for (let i = 0; i < indexed.length; i++) {
        found[i] ??= indexed[i]!.listsFor(transaction, view)
        for (const list of found[i]!) next = Math.min(next, firstFrom(list, from))
      }
      return next
    }
  }
}

/** Numbers of rules, in order. */
type Lists = readonly (readonly number[])[]

const NONE: Lists = []

/** Of several ways to look a rule up, the one that leads to the fewest others. Undefined: it is asked always. */
function selectGuards(choices: readonly (readonly Guard[])[]): readonly (Guard | undefined)[] {
  const idOf = (source: string, value: string) => `${source} ${value}`
  const times = countOf(choices.flat(2).map(([source, value]) => idOf(source, value)))
  const crowd = (guard: Guard) => guard.reduce((sum, [source, value]) => sum + times.get(idOf(source, value))!, 0)
  const chosen = choices.map((guards) => guards.toSorted((a, b) => crowd(a) - crowd(b))[0])
  const rulesWith = countOf(chosen.flatMap((guard = []) => [...new Set(guard.map(([source]) => source))]))
  return chosen.map((guard) => (guard?.every(([source]) => rulesWith.get(source)! >= LEAST_RULES) ? guard : undefined))
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function indexOf(name: string, source: Source, guards: readonly (Guard | undefined)[], tools: Tools) {
  const pairs = guards.flatMap((guard, i) =>
    (guard ?? []).filter(([from]) => from === name).map(([, value]) => ({ value, i })),
  )
  const { keyOf, keysIn } = lookupFor(
    source.match,
    pairs.map(({ value }) => value),
  )!
  const lists = new Map<string, number[]>()
  for (const { value, i } of pairs) {
    const key = keyOf(value)
    if (key === undefined) continue
    const list = lists.get(key)
    if (!list) lists.set(key, [i])
    else if (list.at(-1) !== i) list.push(i)
  }
  const textsIn = source.textsIn(tools)
  return {
    size: lists.size,
    listsFor(transaction: Transaction, view: View): Lists {
      let found: (readonly number[])[] | undefined
      for (const text of textsIn(transaction, view)) {
        for (const key of keysIn(text)) {
          const list = lists.get(key)
          if (list) (found ??= []).push(list)
        }
      }
      return found ?? NONE
    },
  }
}

/** Infinity: there is none. */
function firstFrom(list: readonly number[], from: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]! < from) low = middle + 1
    else high = middle
  }
  return list[low] ?? Infinity
}
