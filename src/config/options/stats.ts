// The statistics page at a path of a frontend or backend: what may be written, and what becomes of it.
// HAProxy: configuration manual 4.2 "stats uri", "stats auth", "stats admin", "stats http-request", "stats scope".

import * as v from 'valibot'

import { bool, duration, oneOf, strict, text } from '../fields.ts'
import { resolveCondition } from '../rules/condition.ts'
import type { Condition } from '../rules/condition.ts'
import { condition } from '../rules/condition.ts'
import { list, seconds } from '../units.ts'

const realm = v.pipe(text, v.regex(/^[^"\\]*$/, 'must have no quotes or backslashes'))

export const stats = strict({
  uri: v.optional(v.pipe(text, v.regex(/^\/[\x21-\x7e]*$/, "must begin with '/' and have no spaces"))),
  realm: v.optional(realm),
  accounts: v.optional(
    v.array(
      strict({ name: v.pipe(text, v.regex(/^[^:]*$/, "must not have a ':'")), password: text }),
      'must be a list of { name, password }',
    ),
  ),
  open: v.optional(bool),
  rules: v.optional(
    v.array(
      strict({ if: v.optional(condition), do: oneOf(['allow', 'deny', 'auth']), realm: v.optional(realm) }),
      'must be a list of { if, do }',
    ),
  ),
  admin: v.optional(v.union([bool, condition], 'must be true, false or a condition')),
  scope: v.optional(v.union([text, v.array(text)], 'must be the name of a proxy or a list of them')),
  refresh: v.optional(duration(1000)),
  showLegends: v.optional(bool),
})

export type StatsInput = v.InferInput<typeof stats>

export interface StatsConfig {
  /** A prefix of path and query. */
  readonly uri: string
  readonly realm: string
  readonly accounts: readonly { readonly name: string; readonly password: string }[]
  /** Under `limpet serve` it is shown without a password, as HAProxy's without `stats auth`. */
  readonly isOpen: boolean
  /** The first whose condition holds decides; with rules, but none that holds, the page is shown. */
  readonly rules: readonly StatsRule[]
  /** When accounts, or whoever rules let in, may change servers; null: never. */
  readonly admin: { readonly if: Condition | null } | null
  /** Proxies that it shows; empty: all. */
  readonly scope: readonly string[]
  readonly refreshS: number | null
  readonly showsLegends: boolean
}

export interface StatsRule {
  readonly if: Condition | null
  readonly do: 'allow' | 'deny' | 'auth'
  readonly realm: string
}

export function resolveStats(input: StatsInput | undefined): StatsConfig | null {
  if (!input) return null
  // HAProxy's own.
  const { uri = '/haproxy?stats', realm: ownRealm = 'HAProxy Statistics', admin = false } = input
  return {
    uri,
    realm: ownRealm,
    accounts: input.accounts ?? [],
    isOpen: input.open ?? false,
    rules: (input.rules ?? []).map((rule) => ({
      if: resolveCondition(rule.if),
      do: rule.do,
      realm: rule.realm ?? ownRealm,
    })),
    admin: admin === false ? null : { if: admin === true ? null : resolveCondition(admin) },
    scope: list(input.scope),
    refreshS: seconds(input.refresh),
    showsLegends: input.showLegends ?? false,
  }
}
