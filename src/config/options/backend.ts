// A named set of servers: who shall serve, who served before, and what is done with requests on the way. HAProxy: configuration
// manual 4.1 "backend".

import * as v from 'valibot'

import { parseBalance } from '../balance.ts'
import type { Balance, BalanceInput } from '../balance.ts'
import { parseDurationMs } from '../duration.ts'
import { bool, duration, integer, listOf, name, names, oneOf, strict } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { condition, resolveCondition } from '../rules/condition.ts'
import type { Condition } from '../rules/condition.ts'
import { errors, resolveErrors } from '../rules/reply.ts'
import type { Reply } from '../rules/reply.ts'
import { afterResponseRules, resolveResponseRules, resolveRule, responseRules, ruleEntries } from '../rules/rule.ts'
import type { ResponseRule, Rule } from '../rules/rule.ts'
import { list } from '../units.ts'
import { checkOptions } from './check.ts'
import { cookieOptions, resolveCookie } from './cookie.ts'
import type { CookieConfig } from './cookie.ts'
import { forwarded, forwardfor, resolveForwarded, resolveForwardFor } from './forwarded.ts'
import type { ForwardedPart, ForwardFor } from './forwarded.ts'
import { releasesOptions, resolveReleases } from './releases.ts'
import type { Releases } from './releases.ts'
import { resolveRetries, retryOptions } from './retries.ts'
import type { Retries } from './retries.ts'
import { resolveServers, serverOptions } from './server.ts'
import type { Server } from './server.ts'
import { resolveStats, statsOptions } from './stats.ts'
import type { StatsConfig } from './stats.ts'
import { resolveStick, stick, stickTableOptions } from './stick.ts'
import type { StickRule, StickTableConfig } from './stick.ts'
import { resolveTimeouts, timeoutsOptions } from './timeouts.ts'
import type { Timeouts } from './timeouts.ts'

export const balance = v.pipe(
  v.string('must be a string'),
  v.check(
    (value) => parseBalance(value) !== undefined,
    'must be roundrobin, static-rr, leastconn, first, random, random(<draws>), source, ' +
      'uri [whole] [len <n>] [depth <n>] [path-only], url_param <name> [check_post], hdr(<name>) or hash <sample>, such as hash req.cook(<name>)',
  ),
) as v.GenericSchema as v.GenericSchema<BalanceInput>

/** So much that no server ever has its share. */
export const MAX_BALANCE_FACTOR = 1_000_000

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

export const useServerOptions = {
  /** Condition under which the server is used; without one it always is. */
  if: option(condition, { default: null }),
  /** Name of the server. */
  server: required(name, { word: 'use-server' }),
}

export const useReleaseOptions = {
  /** Condition under which the release is used; without one it always is. */
  if: option(condition, { default: null }),
  /** Name of the release: one of the backend's `releases`. */
  release: required(name),
}

export const backendOptions = {
  /**
   * Identity of the backend: cookies, stick tables, states and counters go by it.
   * @example name: 'app'
   */
  name: required(name, { word: 'backend' }),
  /**
   * Names that this backend had, oldest first: its sealed cookies, stick table, states and counters follow. The table stays where the
   * first name put it, so add new names at the end.
   * @example formerly: 'shop'
   */
  formerly: option(names, { default: [] }),
  /**
   * Number of the backend in HAProxy's tables and answers.
   * @default its place in the configuration
   */
  id: option(integer(1, 1_000_000)),
  /** Servers that requests are balanced over. */
  servers: required(listOf(objectOf(serverOptions), 'must be a list of servers'), { word: 'server' }),
  /**
   * How a new client gets its server: in turns by weight, to the server with the fewest requests, or by a hash of its address, of a
   * part of the URL, of a header or of a cookie. With `check_post`, a parameter that the URL of a POST does not have is looked for in its
   * body: up to 15 KB of it are waited for.
   * @example balance: 'leastconn'
   */
  balance: option(balance, { default: 'roundrobin', word: 'balance' }),
  /**
   * How a hash of a key becomes a server: `rendezvous` and `consistent` move few keys when servers come and go, `map-based` moves most
   * and spreads best.
   * @why a server that leaves moves its own clients only
   */
  hashType: option(oneOf(['rendezvous', 'map-based', 'consistent']), {
    default: 'rendezvous',
    haproxy: 'map-based',
    word: 'hash-type',
  }),
  /** Which of HAProxy's functions makes a number of a key, for `map-based` and `consistent`. An address is a number already. */
  hashFunction: option(oneOf(['sdbm', 'djb2', 'wt6', 'crc32']), { default: 'sdbm' }),
  /**
   * Scatters that number, so that keys that are alike go to different servers; for `map-based` and `consistent`.
   * @default true with `consistent` and no `hashFunction`, else false
   */
  hashAvalanche: option(bool),
  /**
   * How many requests a server may have in progress, in percent of its share of those in progress (125 to 200 are usual), before its keys
   * spread to the next server. Each isolate counts its own requests; `map-based` ignores it.
   * @example hashBalanceFactor: 150
   */
  hashBalanceFactor: option(integer(101, MAX_BALANCE_FACTOR), {
    default: null,
    word: { word: 'hash-balance-factor', none: '0' },
  }),
  /**
   * Prefix length of an IPv6 address that counts as one client for hashing: 64, or 128 for the full address.
   * @why one household is one client, whatever address it uses today
   */
  ipv6PrefixLength: option(integer(1, 128), { default: 64, haproxy: 128 }),
  /** Balances over all backup servers when no other server is up, not over the first of them alone. */
  allbackups: option(bool, { default: false, word: 'option allbackups' }),
  /**
   * Keeps clients on their server by a cookie.
   * @example cookie: { name: 'SERVERID' }
   */
  cookie: option(objectOf(cookieOptions), { default: null, word: 'cookie' }),
  /**
   * Keeps keys of clients, such as session ids or addresses, and who served them.
   * @example stickTable: { type: 'string', size: '30k', expire: '1h' }
   */
  stickTable: option(objectOf(stickTableOptions), { default: null, word: 'stick-table' }),
  /**
   * What in requests and responses is a key of a stick table; looked at in order, after the cookie.
   * @example stick: [{ storeResponse: 'res.cook(JSESSIONID)' }, { on: 'req.cook(JSESSIONID)' }]
   */
  stick: option(stick, { default: [], word: 'stick' }),
  /**
   * Keeps a client on the release of the application that its page was loaded from, while several are served; `release` says of each
   * server which it runs. The name of another backend stands for its releases: what is chosen for a client there counts here, too.
   * @example releases: { list: ['2026-11-24', '2026-11-25'], current: '2026-11-24' }
   */
  releases: option(
    v.union(
      [name, objectOf(releasesOptions)],
      'must be { list, current, ... }, or the name of a backend that has them',
    ),
    { default: null },
  ),
  /** What a client gets whose server is down: another server, or a status that makes it begin anew. */
  onDown: option(v.picklist(['redispatch', 503, 404], "must be 'redispatch', 503 or 404"), { default: 'redispatch' }),
  /**
   * Sends clients to their server even when it is down, or only while it still answers requests.
   * @example persist: true
   */
  persist: option(v.union([bool, objectOf(persistOptions)], "must be true, false or { whileAnswering: '10s' }"), {
    default: false,
    word: 'option persist',
  }),
  /**
   * Clients that keep a server that is down, or whose cookie is ignored: the first rule that applies counts.
   * @example persistRules: [{ if: { src: '10.0.0.0/8' }, do: 'force' }]
   */
  persistRules: option(listOf(objectOf(persistRuleOptions), 'must be a list of { if, do }'), { default: [] }),
  /**
   * Requests that go to a given server before any cookie is looked at, unless that server is down.
   * @example useServer: [{ if: { pathBeg: '/reports/' }, server: 'app1' }]
   */
  useServer: option(listOf(objectOf(useServerOptions), 'must be a list of { if, server }'), { default: [] }),
  /**
   * Requests that get a given release, also one that nobody else gets yet, unless it has ended or has no server for new clients. For testers:
   * it is not kept in the client's cookie.
   * @example useRelease: [{ if: { hdr: { name: 'x-tester' } }, release: '2026-11-25' }]
   */
  useRelease: option(listOf(objectOf(useReleaseOptions), 'must be a list of { if, release }'), { default: [] }),
  /**
   * Health checks of the servers; `true` asks for `/` as all defaults say.
   * @example check: true
   */
  check: option(v.union([bool, objectOf(checkOptions)], 'must be true, false or an object of check options'), {
    default: false,
    word: ['option httpchk', 'http-check'],
  }),
  ...retryOptions,
  /**
   * How long a request waits for a connection, for a response and for a free slot.
   * @example timeouts: { connect: '2s', server: '30s' }
   */
  timeouts: option(objectOf(timeoutsOptions), {
    default: {},
    word: 'timeout',
  }),
  /**
   * Which Host a server gets on Cloudflare: its own name, or the client's, which needs a server in the same zone. `limpet serve` always
   * sends the client's.
   */
  host: option(oneOf(['client', 'server']), { default: 'server' }),
  /**
   * What is done with a request for this backend, after the frontend's rules.
   * @example rules: [{ do: { setHeader: { name: 'X-Backend', value: 'app' } } }]
   */
  rules: option(listOf(strict(ruleEntries), 'must be a list of { if, do }'), {
    default: [],
    word: ['http-request', 'redirect'],
  }),
  /**
   * What is done with responses, before the frontend's rules.
   * @example responseRules: [{ do: { delHeader: 'Server' } }]
   */
  responseRules: option(responseRules, { default: [], word: 'http-response' }),
  /**
   * What is done with every response, before the frontend's rules: also with redirects, error pages and all else that Limpet answers itself.
   * @example afterResponseRules: [{ do: { setHeader: { name: 'Access-Control-Allow-Origin', value: '*' } } }]
   */
  afterResponseRules: option(afterResponseRules, { default: [], word: 'http-after-response' }),
  /**
   * Answers that take the place of Limpet's own error pages, by status; the frontend's are used for the rest.
   * @example errors: { '503': { contentType: 'text/html', body: '<h1>Back in a minute</h1>' } }
   */
  errors: option(errors, {
    default: {},
    word: ['errorfile', 'http-error'],
  }),
  /**
   * Appends the client's address to `X-Forwarded-For`, in place of the frontend's option.
   * @example forwardfor: false
   * @default as the frontend's
   */
  forwardfor: option(forwardfor, { word: 'option forwardfor' }),
  /**
   * Adds a `Forwarded` header (RFC 7239), in place of the frontend's option; `true` is scheme and client.
   * @example forwarded: true
   * @default as the frontend's
   */
  forwarded: option(forwarded, { word: 'option forwarded' }),
  /**
   * Shows HAProxy's statistics page at a path of this backend.
   * @example stats: { uri: '/stats', open: true }
   */
  stats: option(objectOf(statsOptions), { default: null, word: 'stats' }),
}

export type BackendInput = Written<typeof backendOptions>
type BackendValues = Values<typeof backendOptions>

type ByHand =
  | 'formerly'
  | 'id'
  | 'servers'
  | 'balance'
  | 'hashAvalanche'
  | 'cookie'
  | 'stickTable'
  | 'stick'
  | 'releases'
  | 'persist'
  | 'persistRules'
  | 'useServer'
  | 'useRelease'
  | 'check'
  | 'timeouts'
  | 'rules'
  | 'responseRules'
  | 'afterResponseRules'
  | 'errors'
  | 'forwardfor'
  | 'forwarded'
  | 'stats'
  | keyof Retries

export interface Backend extends Omit<BackendValues, ByHand>, Retries, Timeouts {
  /** Names that it had, oldest first. */
  readonly formerly: readonly string[]
  /** HAProxy's number of the proxy ("id"); null: by its place. */
  readonly id: number | null
  readonly servers: readonly Server[]
  readonly balance: Balance
  /** Another function behind `hashFunction`. */
  readonly hashAvalanche: boolean
  /** After the frontend's. */
  readonly rules: readonly Rule[]
  /** Before the frontend's. */
  readonly responseRules: readonly ResponseRule[]
  readonly afterResponseRules: readonly ResponseRule[]
  /** What is answered in place of a status; before the frontend's. */
  readonly errors: ReadonlyMap<number, Reply>
  /** In place of the frontend's; null: the frontend's counts. */
  readonly forwardfor: ForwardFor | null
  /** In place of the frontend's; null: the frontend's counts. */
  readonly forwarded: readonly ForwardedPart[] | null
  /** HAProxy's statistics page at a path of this backend; null: none. */
  readonly stats: StatsConfig | null
  readonly cookie: CookieConfig | null
  /** Keys and who served them; null: no table of this backend's own. */
  readonly stickTable: StickTableConfig | null
  /** In order; after the cookie. */
  readonly stick: readonly StickRule[]
  /** Releases of the application beside each other; null: its servers are all alike. */
  readonly releases: Releases | null
  /** HAProxy's `option persist`. */
  readonly persist: boolean
  /** How long a server whose check fails keeps its clients after its last good answer; null: not at all. */
  readonly whileAnsweringMs: number | null
  /** HAProxy's `force-persist` and `ignore-persist`: the first whose condition holds counts. */
  readonly persistRules: readonly { readonly if: Condition | null; readonly do: 'force' | 'ignore' }[]
  /** HAProxy's `use-server`: before any cookie; a server that is down is passed over. */
  readonly useServer: readonly { readonly if: Condition | null; readonly server: string }[]
  /** Behind `useServer`, before anything else that chooses a release. */
  readonly useRelease: readonly { readonly if: Condition | null; readonly release: string }[]
}

/** Without its stick table, which depends on the rules of all backends that use it. */
export function resolveBackend(input: BackendInput, profile: Profile): Backend {
  const { timeouts, check: shared, ...values } = valuesOf(backendOptions, input, profile)
  return {
    ...values,
    ...resolveRetries(values),
    ...resolveTimeouts(timeouts, profile),
    formerly: list(values.formerly),
    id: values.id ?? null,
    servers: resolveServers(values.servers, shared, profile),
    balance: parseBalance(values.balance)!,
    hashAvalanche: values.hashAvalanche ?? (values.hashType === 'consistent' && input.hashFunction === undefined),
    cookie: values.cookie && resolveCookie(values.cookie, profile),
    stickTable: null,
    stick: resolveStick(values.stick, values.name),
    // Those of another backend are filled in when all are known: resolve.ts.
    releases:
      typeof values.releases === 'string' ? null : values.releases && resolveReleases(values.releases, values, profile),
    persist: values.persist === true,
    whileAnsweringMs: typeof values.persist === 'object' ? parseDurationMs(values.persist.whileAnswering)! : null,
    persistRules: values.persistRules.map((each) => ({ ...each, if: resolveCondition(each.if) })),
    useServer: values.useServer.map((each) => ({ ...each, if: resolveCondition(each.if) })),
    useRelease: values.useRelease.map((each) => ({ ...each, if: resolveCondition(each.if) })),
    rules: values.rules.map((each) => resolveRule(each, profile)),
    responseRules: resolveResponseRules(values.responseRules, profile),
    afterResponseRules: resolveResponseRules(values.afterResponseRules, profile),
    errors: resolveErrors(values.errors),
    forwardfor: values.forwardfor === undefined ? null : resolveForwardFor(values.forwardfor, profile),
    forwarded: values.forwarded === undefined ? null : resolveForwarded(values.forwarded),
    stats: values.stats && resolveStats(values.stats, profile),
  }
}
