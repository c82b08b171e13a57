// Stick tables and the rules that use them: what may be written, and what becomes of it. HAProxy: configuration manual 4.2
// "stick-table", "stick on", "stick match", "stick store-request", "stick store-response".

import * as v from 'valibot'

import type { Condition } from '../rules/condition.ts'
import { defaultOf } from '../defaults.ts'
import type { Profile } from '../defaults.ts'
import { bool, duration, integer, name, oneOf, strict } from '../fields.ts'
import { resolveCondition } from '../rules/condition.ts'
import { condition } from '../rules/condition.ts'
import { sample } from '../rules/sample-fields.ts'
import { parseSample } from '../rules/sample.ts'
import type { Sample } from '../rules/sample.ts'
import { ms } from '../units.ts'

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

export const stickTable = strict({
  type: oneOf(['ip', 'ipv6', 'integer', 'string', 'binary']),
  len: v.optional(integer(1, 4096)),
  size,
  expire: v.optional(duration(100)),
  maxlife: v.optional(duration(100)),
  nopurge: v.optional(bool),
  issuedDisplaces: v.optional(bool),
  sourceShare: v.optional(share),
  hashKeys: v.optional(bool),
  failback: v.optional(bool),
  store: v.optional(oneOf(['durable-object', 'kv', 'memory'])),
  /**
   * Where the entries may be kept and worked on: Cloudflare's jurisdiction for Durable Objects, by law and not by distance. Each
   * jurisdiction has objects of its own: a deployed table that gets another value, or none, starts empty, and the entries of
   * before stay where they are. Ignored under `limpet serve` and `wrangler dev`. Default: none, anywhere.
   */
  jurisdiction: v.optional(oneOf(JURISDICTIONS)),
  shards: v.optional(integer(1, 256)),
  previousShards: v.optional(integer(1, 256)),
  cache: v.optional(duration(0)),
  timeout: v.optional(duration(10)),
  strict: v.optional(bool),
})
export const stick = v.array(
  strict({
    on: v.optional(sample),
    match: v.optional(sample),
    storeRequest: v.optional(sample),
    storeResponse: v.optional(sample),
    table: v.optional(name),
    if: v.optional(condition),
  }),
  'must be a list of { on }, { match }, { storeRequest } or { storeResponse }, each with a sample',
)

export type StickTableInput = v.InferInput<typeof stickTable>
export type StickRuleInput = v.InferInput<typeof stick>[number]

export interface StickTableConfig {
  readonly type: 'ip' | 'ipv6' | 'integer' | 'string' | 'binary'
  /** Longer keys are cut off. */
  readonly lengthBytes: number
  readonly size: number
  /** Since the last use. Null: never. */
  readonly expireMs: number | null
  /** Since the first store. Null: no end. */
  readonly maxlifeMs: number | null
  readonly nopurge: boolean
  /** Even with `nopurge` a key that an origin issued takes the place of one that a client made up. */
  readonly issuedDisplaces: boolean
  /** The part of `size` that the made-up keys of one source may have once the table is 3/4 full; 1: all. */
  readonly sourceShare: number
  /** Keys are kept as hashes, from which no session can be learned. */
  readonly hashKeys: boolean
  /** A client whose first server is up again returns to it. */
  readonly failback: boolean
  readonly store: 'durable-object' | 'kv' | 'memory'
  /** Where the law wants them; null: anywhere. */
  readonly jurisdiction: Jurisdiction | null
  readonly shards: number
  /** How many there were before; null: there were none. */
  readonly previousShards: number | null
  /** How long an isolate believes what it has read. */
  readonly cacheMs: number
  /** How long a request waits for the table. */
  readonly timeoutMs: number
  /** Without the table: 503. False: the key's hash chooses. */
  readonly strict: boolean
}

export interface StickRule {
  readonly action: StickAction
  readonly sample: Sample
  /** The backend whose table it is. */
  readonly table: string
  readonly if: Condition | null
}

/** `200k` is 200 x 1024. Undefined when it is no size. */
export function parseSize(value: string | number): number | undefined {
  const match = /^(\d{1,8})([kmg]?)$/i.exec(String(value))
  if (!match) return undefined
  const entries = Number(match[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf(match[2]!.toLowerCase())
  return entries >= 1 && entries <= MAX_SIZE ? entries : undefined
}

const MAX_SIZE = 16 * 1024 * 1024

const DEFAULT_CACHE_MS = 10_000
const DEFAULT_TIMEOUT_MS = 250
const DEFAULT_SHARDS = 4
/** A table with fewer entries has one shard: a bound that is divided holds less than it says. */
const LEAST_SHARDED_SIZE = 4096

/** How many shards a table has that does not say. */
export function defaultShards(entries: number): number {
  return entries < LEAST_SHARDED_SIZE ? 1 : DEFAULT_SHARDS
}

/** `rules`: all rules that use the table, whatever backend they are in. */
export function resolveStickTable(
  input: StickTableInput,
  rules: readonly StickRule[],
  profile: Profile,
): StickTableConfig {
  const expireMs = ms(input.expire) ?? null
  const entries = parseSize(input.size)!
  return {
    type: input.type,
    lengthBytes: input.len ?? defaultOf(profile, 'stickTable.len'),
    size: entries,
    expireMs,
    maxlifeMs: ms(input.maxlife) ?? null,
    nopurge: input.nopurge ?? false,
    issuedDisplaces: input.issuedDisplaces ?? defaultOf(profile, 'stickTable.issuedDisplaces'),
    sourceShare: input.sourceShare ?? defaultOf(profile, 'stickTable.sourceShare'),
    // An address is no secret; what a client or an application says may be one.
    hashKeys: input.hashKeys ?? rules.some((rule) => rule.sample.fetch !== 'src'),
    failback: input.failback ?? false,
    store: input.store ?? 'durable-object',
    jurisdiction: input.jurisdiction ?? null,
    shards: input.shards ?? defaultShards(entries),
    previousShards: input.previousShards ?? null,
    cacheMs: Math.min(ms(input.cache) ?? DEFAULT_CACHE_MS, expireMs ?? Number.POSITIVE_INFINITY),
    timeoutMs: ms(input.timeout) ?? DEFAULT_TIMEOUT_MS,
    strict: input.strict ?? false,
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
