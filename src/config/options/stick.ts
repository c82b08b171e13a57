// Stick tables and the rules that use them: what may be written, and what becomes of it. HAProxy: configuration manual 4.2
// "stick-table", "stick on", "stick match", "stick store-request", "stick store-response".

import * as v from 'valibot'

import { bool, duration, integer, listOf, name, oneOf } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { datum, resolveData } from './table-data.ts'
import type { Datum } from '../data-types.ts'
import { condition, resolveCondition } from '../rules/condition.ts'
import type { Condition } from '../rules/condition.ts'
import { sample } from '../rules/samples/sample-fields.ts'
import { parseSample } from '../rules/samples/sample.ts'
import type { Sample } from '../rules/samples/sample.ts'

const size = v.pipe(
  v.union([v.number(), v.string()]),
  v.check(
    (value) => parseSize(value) !== undefined,
    "must be a number of entries such as 10000, '200k' or '1m', at least 1 and at most '16m'",
  ),
)
const share = v.pipe(
  v.number('must be a number'),
  v.check(
    (value) => value > 0 && value <= 1,
    'must be over 0 and at most 1: 0.125 is an eighth of the size, 1 all of it',
  ),
)

export const STICK_ACTIONS = ['on', 'match', 'storeRequest', 'storeResponse'] as const
export type StickAction = (typeof STICK_ACTIONS)[number]

/** Those that @cloudflare/workers-types knows. */
export const JURISDICTIONS = ['eu', 'fedramp', 'fedramp-high', 'us'] as const
export type Jurisdiction = (typeof JURISDICTIONS)[number]

export const stickTableOptions = {
  /** The kind of key that the table holds. */
  type: required(oneOf(['ip', 'ipv6', 'integer', 'string', 'binary']), { word: 'type' }),
  /**
   * The longest key of type string or binary, in bytes; longer ones are cut, so that keys with the same beginning become one.
   * @why long session ids that begin alike are not taken for one
   */
  len: option(integer(1, 4096), { default: 4096, haproxy: 32, word: 'len' }),
  /**
   * The most entries that the table holds; `k` is 1,024 and `m` 1,048,576. A full table evicts the entries used longest ago.
   * @example size: '200k'
   */
  size: required(size, { word: 'size' }),
  /**
   * How long an entry lives after its last use, and at most a quarter longer.
   * @example expire: '1h'
   */
  expire: option(duration(100), { default: null, unit: 'ms', word: 'expire' }),
  /**
   * How long an entry lives after it was made, however often it is used.
   * @example maxlife: '8h'
   */
  maxlife: option(duration(100), { default: null, unit: 'ms' }),
  /**
   * What is counted of each key: `http_req_rate(10s)`, `conn_cnt`, `gpc0`, `gpc(3)` and so on. Rules count with `trackSc` and read with
   * `sc_http_req_rate(0)`, `src_get_gpc0(table)` and the like.
   * @example data: ['http_req_rate(10s)', 'gpc0']
   */
  data: option(listOf(datum, 'must be a list of data types such as http_req_rate(10s)'), {
    default: [],
    word: 'store',
  }),
  /**
   * Adds `Retry-After` with the period of a rate to each answer 429 that a rule gives because of it.
   * @why a client that is told when to come again does not try at once
   */
  retryAfter: option(bool, { default: true, haproxy: false }),
  /**
   * Asks the table's object before a rule for requests reads a counter, so that a limit is exact over all isolates: a call for each
   * request. Without an answer within `timeout` the isolate goes by what it knows.
   */
  exact: option(bool, { default: false }),
  /** Refuses new keys when the table is full, instead of evicting old ones. */
  nopurge: option(bool, { default: false, word: 'nopurge' }),
  /**
   * Makes room for a key issued by an origin by evicting one made up by a client, even with `nopurge`.
   * @why a login finds room in a table full of made-up keys
   */
  issuedDisplaces: option(bool, { default: true, haproxy: false }),
  /**
   * The share of the size that the made-up keys of one client, or one IPv6 /64, may take once the table is three quarters full.
   * @why one client cannot fill the table with made-up keys
   */
  sourceShare: option(share, { default: 0.125, haproxy: 1 }),
  /**
   * Stores and logs only hashes of the keys, which reveal no session.
   * @default true, unless every stick rule that uses the table has the sample src, and rules count under addresses, paths and the like only
   */
  hashKeys: option(bool),
  /** Sends a client back to its first server as soon as that is up again. */
  failback: option(bool, { default: false }),
  /**
   * Where the entries are kept: in Durable Objects, in Workers KV (up to a minute behind, and `size` is not enforced), or in memory
   * (under `limpet serve`).
   */
  store: option(oneOf(['durable-object', 'kv', 'memory']), { default: 'durable-object' }),
  /**
   * The Cloudflare jurisdiction that the entries stay in. A deployed table that gets another jurisdiction starts empty; `limpet
   * serve` and `wrangler dev` ignore it.
   */
  jurisdiction: option(oneOf(JURISDICTIONS), { default: null }),
  /**
   * How many objects share the keys; set `previousShards` when you change it.
   * @default 4, or 1 for a table of fewer than 4096 entries
   */
  shards: option(integer(1, 256)),
  /** How many shards the table had before, so that its entries are still found. */
  previousShards: option(integer(1, 256), { default: null }),
  /** How long an isolate uses an entry that it has read before it asks again; never longer than `expire`. */
  cache: option(duration(0), { default: '10s', unit: 'ms' }),
  /** How long a request waits for the table. */
  timeout: option(duration(10), { default: '250ms', unit: 'ms' }),
  /** Answers 503 when the table cannot be reached, instead of choosing a server by a hash of the key. */
  strict: option(bool, { default: false }),
}

export const stickRuleOptions = {
  /**
   * Looks the key up in requests and stores it with the server that answered.
   * @example on: 'req.cook(JSESSIONID)'
   */
  on: option(sample, { default: null, word: 'on' }),
  /**
   * Looks the key up in requests.
   * @example match: 'req.hdr(mcp-session-id)'
   */
  match: option(sample, { default: null, word: 'match' }),
  /**
   * Stores the key of a request with the server that answered.
   * @example storeRequest: 'url_param(session)'
   */
  storeRequest: option(sample, { default: null, word: 'store-request' }),
  /**
   * Stores the key of a response with the server that sent it.
   * @example storeResponse: 'res.cook(JSESSIONID)'
   */
  storeResponse: option(sample, { default: null, word: 'store-response' }),
  /**
   * The backend whose table is used.
   * @default the backend that the rule is in
   */
  table: option(name, { word: 'table' }),
  /** The condition under which the rule applies; without one it always does. */
  if: option(condition, { default: null, word: 'if' }),
}

export const stick = listOf(
  objectOf(stickRuleOptions),
  'must be a list of { on }, { match }, { storeRequest } or { storeResponse }, each with a sample',
)

export type StickTableInput = Written<typeof stickTableOptions>
export type StickRuleInput = Written<typeof stickRuleOptions>

export interface StickTableConfig extends Omit<
  Values<typeof stickTableOptions>,
  'len' | 'size' | 'data' | 'hashKeys' | 'shards'
> {
  /** Longer keys are cut off. */
  readonly lengthBytes: number
  readonly size: number
  /** In HAProxy's order; empty: nothing is counted. */
  readonly data: readonly Datum[]
  /** Keys are kept as hashes, from which no session can be learned. */
  readonly hashKeys: boolean
  readonly shards: number
}

export interface StickRule {
  readonly action: StickAction
  readonly sample: Sample
  /** The backend whose table it is. */
  readonly table: string
  readonly if: Condition | null
}

/** What everybody may see. */
const NO_SECRETS = new Set(['src', 'path', 'base', 'method', 'dst_port', 'str', 'int', 'fe_name', 'be_name'])

/** `200k` is 200 x 1024. Undefined when it is no size. */
export function parseSize(value: string | number): number | undefined {
  const match = /^(\d{1,8})([kmg]?)$/i.exec(String(value))
  if (!match) return undefined
  const entries = Number(match[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf(match[2]!.toLowerCase())
  return entries >= 1 && entries <= MAX_SIZE ? entries : undefined
}

const MAX_SIZE = 16 * 1024 * 1024

const DEFAULT_SHARDS = 4
/** A table with fewer entries has one shard: a bound that is divided holds less than it says. */
const LEAST_SHARDED_SIZE = 4096

/** How many shards a table has that does not say. */
export function defaultShards(entries: number): number {
  return entries < LEAST_SHARDED_SIZE ? 1 : DEFAULT_SHARDS
}

/** `rules`: all rules that use the table, whatever backend they are in; `counted`: the keys under which rules count in it. */
export function resolveStickTable(
  input: StickTableInput,
  rules: readonly Pick<StickRule, 'sample'>[],
  profile: Profile,
  counted: readonly Sample[] = [],
): StickTableConfig {
  const { len, ...values } = valuesOf(stickTableOptions, input, profile)
  const entries = parseSize(values.size)!
  return {
    ...values,
    lengthBytes: len,
    size: entries,
    data: resolveData(values.data),
    // An address is no secret; what a client or an application says may be one.
    hashKeys:
      values.hashKeys ??
      (rules.some((rule) => rule.sample.fetch !== 'src') || counted.some(({ fetch }) => !NO_SECRETS.has(fetch))),
    shards: values.shards ?? defaultShards(entries),
    cacheMs: Math.min(values.cacheMs, values.expireMs ?? Number.POSITIVE_INFINITY),
  }
}

export function resolveStick(rules: readonly StickRuleInput[] = [], backend: string): readonly StickRule[] {
  return rules.map((rule) => {
    const action = actionOf(rule)!
    return { action, sample: parseSample(rule[action]!)!, table: rule.table ?? backend, if: resolveCondition(rule.if) }
  })
}

/** Undefined unless there is exactly one. */
export function actionOf(rule: StickRuleInput): StickAction | undefined {
  const [action, ...more] = STICK_ACTIONS.filter((each) => rule[each] !== undefined)
  return more.length === 0 ? action : undefined
}
