// The statistics page at a path of a frontend or backend, and what protects it. HAProxy: configuration manual 4.2 "stats uri",
// "stats auth", "stats admin", "stats http-request", "stats scope".

import * as v from 'valibot'

import { bool, duration, listOf, oneOf, oneOrMore, text } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { condition, resolveCondition } from '../rules/condition.ts'
import type { Condition } from '../rules/condition.ts'
import { list } from '../units.ts'

const realm = v.pipe(text, v.regex(/^[^"\\]*$/, 'must have no quotes or backslashes'))

export const statsAccountOptions = {
  /**
   * The name that the browser asks for.
   * @example name: 'ops'
   */
  name: required(v.pipe(text, v.regex(/^[^:]*$/, "must not have a ':'"))),
  /**
   * The password that the browser asks for.
   * @example password: 'secret'
   */
  password: required(text),
}

export const statsRuleOptions = {
  /** The condition under which the rule decides; without one it always does. */
  if: option(condition, { default: null }),
  /** Shows the page, refuses it with a 403, or asks for a name and password. */
  do: required(oneOf(['allow', 'deny', 'auth'])),
  /**
   * What the browser shows when it asks for the password.
   * @example realm: 'Operations'
   * @default the page's `realm`
   */
  realm: option(realm, { word: 'realm' }),
}

export const statsOptions = {
  /**
   * The path of the page; a request belongs to it whose path and query begin with this.
   * @example uri: '/stats'
   */
  uri: option(v.pipe(text, v.regex(/^\/[\x21-\x7e]*$/, "must begin with '/' and have no spaces")), {
    default: '/haproxy?stats',
    word: 'uri',
  }),
  /**
   * What the browser shows when it asks for the password.
   * @example realm: 'Operations'
   */
  realm: option(realm, { default: 'HAProxy Statistics', word: 'realm' }),
  /**
   * Names and passwords that open the page.
   * @example accounts: [{ name: 'ops', password: 'secret' }]
   */
  accounts: option(listOf(objectOf(statsAccountOptions), 'must be a list of { name, password }'), {
    default: [],
    word: 'auth',
  }),
  /** Shows the page without a password, under `limpet serve` only. */
  open: option(bool, { default: false }),
  /**
   * Rules that show the page, refuse it or ask for a password. The first that applies counts; if none does, the page is shown.
   * @example rules: [{ if: { src: '10.0.0.0/8' }, do: 'allow' }, { do: 'auth' }]
   */
  rules: option(listOf(objectOf(statsRuleOptions), 'must be a list of { if, do }'), {
    default: [],
    word: 'http-request',
  }),
  /**
   * Whether visitors of the page may change the servers' states: always, never, or under a condition.
   * @example admin: true
   */
  admin: option(v.union([bool, condition], 'must be true, false or a condition'), { default: false, word: 'admin' }),
  /** The frontends and backends that the page shows; without it, all of them. */
  scope: option(oneOrMore(text, 'must be the name of a proxy or a list of them'), { default: [], word: 'scope' }),
  /** How often the page reloads itself. */
  refresh: option(duration(1000), { default: null, unit: 's', word: { word: 'refresh', unit: 's' } }),
  /** Shows more about each proxy and server when the pointer rests on its name. */
  showLegends: option(bool, { default: false, word: 'show-legends' }),
}

export type StatsInput = Written<typeof statsOptions>

export interface StatsConfig extends Omit<
  Values<typeof statsOptions>,
  'open' | 'rules' | 'admin' | 'scope' | 'showLegends'
> {
  /** Under `limpet serve` it is shown without a password, as HAProxy's without `stats auth`. */
  readonly isOpen: boolean
  /** The first whose condition holds decides; with rules, but none that holds, the page is shown. */
  readonly rules: readonly StatsRule[]
  /** When accounts, or whoever rules let in, may change servers; null: never. */
  readonly admin: { readonly if: Condition | null } | null
  /** Proxies that it shows; empty: all. */
  readonly scope: readonly string[]
  readonly showsLegends: boolean
}

export interface StatsRule {
  readonly if: Condition | null
  readonly do: 'allow' | 'deny' | 'auth'
  readonly realm: string
}

/** `uri` is a prefix of the page's path and query, such as `/haproxy?stats`. */
export function isPageAt({ uri }: Pick<StatsConfig, 'uri'>, pathAndQuery: string): boolean {
  return pathAndQuery.startsWith(uri)
}

export function resolveStats(input: StatsInput, profile: Profile): StatsConfig {
  const { open, showLegends, admin, ...values } = valuesOf(statsOptions, input, profile)
  return {
    ...values,
    isOpen: open,
    rules: values.rules.map((rule) => ({
      if: resolveCondition(rule.if),
      do: rule.do,
      realm: rule.realm ?? values.realm,
    })),
    admin: admin === false ? null : { if: admin === true ? null : resolveCondition(admin) },
    scope: list(values.scope),
    showsLegends: showLegends,
  }
}
