// A named set of servers: who shall serve, who served before, and what is done with requests on the way. HAProxy: configuration
// manual 4.1 "backend".

import * as v from 'valibot'

import { bool, integer, listOf, name, names, oneOf, strict } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
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
import { loadBalancingOptions, resolveLoadBalancing } from './load-balancing.ts'
import type { LoadBalancing } from './load-balancing.ts'
import { persist, persistRules, resolvePersist } from './persist.ts'
import type { Persist } from './persist.ts'
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
import { resolveUseServer, useRelease, useServer } from './use-server.ts'
import type { UseServer } from './use-server.ts'

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
  ...loadBalancingOptions,
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
  persist: option(persist, { default: false, word: 'option persist' }),
  /**
   * Clients that keep a server that is down, or whose cookie is ignored: the first rule that applies counts.
   * @example persistRules: [{ if: { src: '10.0.0.0/8' }, do: 'force' }]
   */
  persistRules: option(persistRules, { default: [] }),
  /**
   * Requests that go to a given server before any cookie is looked at, unless that server is down.
   * @example useServer: [{ if: { pathBeg: '/reports/' }, server: 'app1' }]
   */
  useServer: option(useServer, { default: [] }),
  /**
   * Requests that get a given release, also one that nobody else gets yet, unless it has ended or has no server for new clients. For testers:
   * the choice ends with the condition.
   * @example useRelease: [{ if: { hdr: { name: 'x-tester' } }, release: '2026-11-25' }]
   */
  useRelease: option(useRelease, { default: [] }),
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
  | 'cookie'
  | 'stickTable'
  | 'stick'
  | 'releases'
  | 'check'
  | 'timeouts'
  | 'rules'
  | 'responseRules'
  | 'afterResponseRules'
  | 'errors'
  | 'forwardfor'
  | 'forwarded'
  | 'stats'
  | keyof LoadBalancing
  | keyof Persist
  | keyof Retries
  | keyof UseServer

export interface Backend extends Omit<BackendValues, ByHand>, LoadBalancing, Persist, Retries, Timeouts, UseServer {
  /** Names that it had, oldest first. */
  readonly formerly: readonly string[]
  /** HAProxy's number of the proxy ("id"); null: by its place. */
  readonly id: number | null
  readonly servers: readonly Server[]
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
}

/** Without its stick table, which depends on the rules of all backends that use it. */
export function resolveBackend(input: BackendInput, profile: Profile): Backend {
  const { timeouts, check: shared, ...values } = valuesOf(backendOptions, input, profile)
  return {
    ...values,
    ...resolveLoadBalancing(values, input),
    ...resolvePersist(values),
    ...resolveRetries(values),
    ...resolveTimeouts(timeouts, profile),
    ...resolveUseServer(values),
    formerly: list(values.formerly),
    id: values.id ?? null,
    servers: resolveServers(values.servers, shared, profile),
    cookie: values.cookie && resolveCookie(values.cookie, profile),
    stickTable: null,
    stick: resolveStick(values.stick, values.name),
    // Those of another backend are filled in when all are known: resolve.ts.
    releases:
      typeof values.releases === 'string' ? null : values.releases && resolveReleases(values.releases, values, profile),
    rules: values.rules.map((each) => resolveRule(each, profile)),
    responseRules: resolveResponseRules(values.responseRules, profile),
    afterResponseRules: resolveResponseRules(values.afterResponseRules, profile),
    errors: resolveErrors(values.errors),
    forwardfor: values.forwardfor === undefined ? null : resolveForwardFor(values.forwardfor, profile),
    forwarded: values.forwarded === undefined ? null : resolveForwarded(values.forwarded),
    stats: values.stats && resolveStats(values.stats, profile),
  }
}
