// What a client keeps whose server is down. HAProxy: configuration manual 4.2 "option persist", "force-persist", "ignore-persist".

import * as v from 'valibot'

import { parseDurationMs } from '../duration.ts'
import { bool, duration, listOf, oneOf } from '../fields.ts'
import { objectOf, option, required } from '../option.ts'
import { condition, resolveCondition } from '../rules/condition.ts'
import type { Condition } from '../rules/condition.ts'

export const persistRuleOptions = {
  /** Condition under which the rule applies; without one it always does. */
  if: option(condition, { default: null }),
  /** With `force`, a client keeps a server that is down; with `ignore`, its cookie counts for nothing. */
  do: required(oneOf(['force', 'ignore']), { word: ['force-persist', 'ignore-persist'] }),
}

export const persistOptions = {
  /**
   * A client stays on a server whose check fails as long as that server answered a request within this time, without an error and through
   * the same isolate. New clients, and those of a server in `maint`, go elsewhere.
   * @example whileAnswering: '10s'
   */
  whileAnswering: required(duration(1000)),
}

export const persist = v.union([bool, objectOf(persistOptions)], "must be true, false or { whileAnswering: '10s' }")
export const persistRules = listOf(objectOf(persistRuleOptions), 'must be a list of { if, do }')

export interface Persist {
  /** HAProxy's `option persist`. */
  readonly persist: boolean
  /** How long a server whose check fails keeps its clients after its last good answer; null: not at all. */
  readonly whileAnsweringMs: number | null
  /** HAProxy's `force-persist` and `ignore-persist`: the first whose condition holds counts. */
  readonly persistRules: readonly { readonly if: Condition | null; readonly do: 'force' | 'ignore' }[]
}

interface PersistValues {
  readonly persist: v.InferInput<typeof persist>
  readonly persistRules: v.InferInput<typeof persistRules>
}

export function resolvePersist(values: PersistValues): Persist {
  return {
    persist: values.persist === true,
    whileAnsweringMs: typeof values.persist === 'object' ? parseDurationMs(values.persist.whileAnswering)! : null,
    persistRules: values.persistRules.map((each) => ({ ...each, if: resolveCondition(each.if) })),
  }
}
