// Rules, a condition and an action each: what may be written, and what becomes of it; with the shorthand for hosts and paths.

import * as v from 'valibot'

import type { Profile } from '../option.ts'
import { listOf, name, strict, textList } from '../fields.ts'
import { list } from '../units.ts'
import { action, resolveAction, resolveResponseAction, responseAction } from './action.ts'
import type { Action, ResponseAction } from './action.ts'
import { condition, resolveCondition } from './condition.ts'
import type { Condition } from './condition.ts'

export const rule = v.union(
  [
    v.strictObject({
      /** The condition under which the rule applies; without one it always does. */
      if: v.optional(condition),
      /** What is done with the request. */
      do: action,
    }),
    v.strictObject({
      /** The hosts whose requests go to the backend; without it, all. */
      hosts: v.optional(textList),
      /** The paths whose requests go to the backend: `/api/*` is every path that begins with `/api/`. Without it, all. */
      paths: v.optional(textList),
      /** The backend that gets the requests. */
      backend: name,
    }),
  ],
  'must be { if: condition, do: action }, or the shorthand { hosts, paths, backend }',
)

export const responseRules = listOf(
  strict({
    /** The condition under which the rule applies; without one it always does. */
    if: v.optional(condition),
    /** What is done with the response. */
    do: responseAction,
  }),
  'must be a list of { if, do }',
)

export type RuleInput = v.InferInput<typeof rule>
export type ResponseRuleInput = v.InferInput<typeof responseRules>[number]

export interface Rule {
  readonly if: Condition | null
  readonly do: Action
}

export interface ResponseRule {
  readonly if: Condition | null
  readonly do: ResponseAction
}

export function resolveRule(input: RuleInput, profile: Profile): Rule {
  if ('backend' in input) {
    const all: Condition[] = []
    if (input.hosts !== undefined) all.push({ host: list(input.hosts).map((host) => host.toLowerCase()) })
    if (input.paths !== undefined) all.push(pathsCondition(list(input.paths)))
    return { if: all.length > 0 ? { all } : null, do: { useBackend: [input.backend] } }
  }
  return { if: resolveCondition(input.if), do: resolveAction(input.do, profile) }
}

export function resolveResponseRules(
  rules: readonly ResponseRuleInput[] = [],
  profile: Profile,
): readonly ResponseRule[] {
  return rules.map((written) => ({ if: resolveCondition(written.if), do: resolveResponseAction(written.do, profile) }))
}

/** `/api/*` is every path that begins with `/api/`; anything else is one path. */
function pathsCondition(paths: readonly string[]): Condition {
  const any: Condition[] = []
  const begins = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1))
  const exact = paths.filter((path) => !path.endsWith('*'))
  if (exact.length > 0) any.push({ path: exact })
  if (begins.length > 0) any.push({ pathBeg: begins })
  return { any }
}
