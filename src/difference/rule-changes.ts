// Two lists of rules, whose order counts: which were added, removed, changed or moved.

import { ruleText } from './rule-text.ts'
import type { Json } from './rule-text.ts'

export interface RuleChange {
  /** Such as `frontend www.rules`. */
  readonly path: string
  /** In words. Null: it is new. */
  readonly before: string | null
  /** Null: it is gone. The same text as before: it has another place among the others. */
  readonly after: string | null
}

/** By the longest list that both have in common. `path`: of the lists. */
export function ruleChanges(path: string, before: readonly Json[], after: readonly Json[]): readonly RuleChange[] {
  const [a, b] = [before.map((rule) => JSON.stringify(rule)), after.map((rule) => JSON.stringify(rule))]
  const common = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i]![j] = a[i] === b[j] ? 1 + common[i + 1]![j + 1]! : Math.max(common[i + 1]![j]!, common[i]![j + 1]!)
  const changes: RuleChange[] = []
  let gone: Json[] = []
  let come: Json[] = []
  const close = () => {
    for (const rule of gone) {
      const twin = come.find((other) => isSameRule(rule, other))
      come = come.filter((other) => other !== twin)
      changes.push({ path, before: textOf(rule), after: textOf(twin) })
    }
    changes.push(...come.map((rule) => ({ path, before: null, after: textOf(rule) })))
    gone = []
    come = []
  }
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      close()
      i += 1
      j += 1
    } else if (j === b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) gone.push(before[i++]!)
    else come.push(after[j++]!)
  }
  close()
  return joinMoved(changes)
}

/** It has changed where it stood: half of it is as before. */
function isSameRule(before: Json, after: Json): boolean {
  const [a, b] = [before, after] as readonly { readonly [part: string]: Json }[]
  return ['do', 'if', 'sample', 'server'].some(
    (part) => a![part] != null && JSON.stringify(a![part]) === JSON.stringify(b![part]),
  )
}

/** What is gone at one place and new at another has only moved. */
function joinMoved(changes: readonly RuleChange[]): readonly RuleChange[] {
  return changes.flatMap((change) => {
    const isTwin = (other: RuleChange) =>
      (change.after === null && other.before === null && other.after === change.before) ||
      (change.before === null && other.after === null && other.before === change.after)
    if (!changes.some(isTwin)) return [change]
    return change.after === null ? [{ ...change, after: change.before }] : []
  })
}

function textOf(rule: Json | undefined): string | null {
  return rule === undefined ? null : ruleText(rule)
}
