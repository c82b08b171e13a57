// Rules, each a condition and an action: input and result, with the shorthand for hosts and paths.

import * as v from 'valibot'

import type { Profile } from '../option.ts'
import { listOf, name, strict, textList } from '../fields.ts'
import { list } from '../units.ts'
import { action, afterResponseAction, responseAction } from './action.ts'
import { resolveAction, resolveResponseAction } from './resolve-action.ts'
import type { Action, ResponseAction } from './action.ts'
import { condition, resolveCondition } from './condition.ts'
import type { Condition } from './condition.ts'

export const ruleEntries = {
  /**
   * When the rule applies. Without it: always.
   * @example if: { pathBeg: '/api/' }
   */
  if: v.optional(condition),
  /**
   * What is done.
   * @example do: { useBackend: 'api' }
   */
  do: action,
  /** Runs even after an `allow` has ended the rules. */
  always: v.optional(v.literal(true, 'must be true')),
}

/** A condition and what is done when it holds. The first that ends the rules decides. */
export const rule = v.union(
  [
    v.strictObject(ruleEntries),
    v.strictObject({
      /**
       * The hosts whose requests go to the backend. Without it: every host.
       * @example hosts: ['api.example.com']
       */
      hosts: v.optional(textList),
      /**
       * The paths that go to the backend; `/api/*` is every path that begins with `/api/`. Without it: every path.
       * @example paths: '/api/*'
       */
      paths: v.optional(textList),
      /**
       * The backend that these requests go to.
       * @example backend: 'api'
       */
      backend: name,
    }),
  ],
  'must be { if: condition, do: action }, or the shorthand { hosts, paths, backend }',
)

/** A condition over the response or its request, and what is done with the response when it holds. */
export const responseRule = strict({
  /**
   * When the rule applies. Without it: always.
   * @example if: { pathBeg: '/static/' }
   */
  if: v.optional(condition),
  /**
   * What is done.
   * @example do: { setHeader: { name: 'Cache-Control', value: 'max-age=3600' } }
   */
  do: responseAction,
})
export const responseRules = listOf(responseRule, 'must be a list of { if, do }')

/** The same for every response, those included that Limpet gives itself. */
export const afterResponseRule = strict({
  /**
   * When the rule applies. Without it: always.
   * @example if: { sample: 'status', values: ['404'] }
   */
  if: v.optional(condition),
  /**
   * What is done.
   * @example do: { setHeader: { name: 'Strict-Transport-Security', value: 'max-age=31536000' } }
   */
  do: afterResponseAction,
})
export const afterResponseRules = listOf(afterResponseRule, 'must be a list of { if, do }')

export type RuleInput = v.InferInput<typeof rule>
export type ResponseRuleInput = v.InferInput<typeof responseRules>[number]
export type AfterResponseRuleInput = v.InferInput<typeof afterResponseRules>[number]

export interface Rule {
  readonly if: Condition | null
  readonly do: Action
  /** Even after an `allow`. */
  readonly always?: true
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
  const { always } = input
  return { if: resolveCondition(input.if), do: resolveAction(input.do, profile), ...(always ? { always } : {}) }
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
