// Which requests a frontend takes, what its rules make of them, and which backend gets them. HAProxy: configuration manual 4.1
// "frontend".

import { bool, integer, listOf, name, networks, oneOf, textList } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { errors, resolveErrors } from '../rules/reply.ts'
import type { Reply } from '../rules/reply.ts'
import { afterResponseRules, resolveResponseRules, resolveRule, responseRules, rule } from '../rules/rule.ts'
import type { ResponseRule, Rule } from '../rules/rule.ts'
import { list } from '../units.ts'
import { parseBind } from './bind.ts'
import type { Bind } from './bind.ts'
import { capturesOptions, resolveCaptures } from './captures.ts'
import type { Captures } from './captures.ts'
import { stickTableOptions } from './stick.ts'
import type { StickTableConfig } from './stick.ts'
import { forwarded, forwardfor, resolveForwarded, resolveForwardFor } from './forwarded.ts'
import type { ForwardedPart, ForwardFor } from './forwarded.ts'
import { redirectScheme, resolveRedirectScheme } from './redirect-scheme.ts'
import type { RedirectSchemeInput } from './redirect-scheme.ts'
import { resolveStats, statsOptions } from './stats.ts'
import type { StatsConfig } from './stats.ts'
import { frontendTimeoutsOptions, resolveFrontendTimeouts } from './timeouts.ts'
import type { FrontendTimeouts } from './timeouts.ts'
import { resolveUniqueId, uniqueIdOptions } from './unique-id.ts'
import type { UniqueId } from './unique-id.ts'

export const frontendOptions = {
  /**
   * The frontend's name, by which counters, logs and the statistics page know it.
   * @example name: 'www'
   */
  name: required(name, { word: 'frontend' }),
  /**
   * The number of the frontend in HAProxy's tables and answers.
   * @default its place in the configuration
   */
  id: option(integer(1, 1_000_000)),
  /**
   * The addresses and ports that `limpet serve` listens on, perhaps with TLS. On Cloudflare `scheme` and `hosts` tell frontends apart.
   * @example bind: '127.0.0.1:80'
   * @default `--listen`, else 127.0.0.1:8080
   */
  bind: option(textList, { word: 'bind' }),
  /** The scheme of the requests that the frontend takes. */
  scheme: option(oneOf(['http', 'https', 'any']), { default: 'any' }),
  /**
   * The host names that the frontend takes requests for, `*.example.com` for every name below one; without it, all.
   * @example hosts: 'app.example.com'
   */
  hosts: option(textList, { default: [] }),
  /**
   * What is done with a request, and which backend gets it: the first rule that refuses, answers or sends it decides.
   * @example rules: [{ if: { pathBeg: '/api/' }, do: { useBackend: 'api' } }]
   */
  rules: option(listOf(rule, 'must be a list of rules'), {
    default: [],
    word: ['http-request', 'use_backend', 'redirect'],
  }),
  /** The backend of requests that no rule sends elsewhere. */
  defaultBackend: option(name, { default: null, word: 'default_backend' }),
  /**
   * Counts clients or whatever rules track (`trackSc`), under the frontend's name; a frontend's table stores no servers.
   * @example stickTable: { type: 'ip', size: '100k', expire: '10m', data: ['http_req_rate(10s)'] }
   */
  stickTable: option(objectOf(stickTableOptions), { default: null, word: 'stick-table' }),
  /**
   * Shows HAProxy's statistics page at a path of this frontend.
   * @example stats: { uri: '/stats', open: true }
   */
  stats: option(objectOf(statsOptions), { default: null, word: 'stats' }),
  /** Logs the frontend's requests, unless `log` at the top is off. */
  log: option(bool, { default: true, word: 'log' }),
  /** Cookies, headers and other samples that are added to each line of the log. */
  captures: option(objectOf(capturesOptions), { default: null, word: 'capture' }),
  /**
   * Gives each request an ID, for its server and its log line.
   * @example uniqueId: { format: '%[uuid()]', header: 'X-Request-Id' }
   */
  uniqueId: option(objectOf(uniqueIdOptions), { default: null }),
  /** The most requests in progress at once, over all isolates. Further ones wait. */
  maxconn: option(integer(1, 1_000_000), { default: null, word: 'maxconn' }),
  /**
   * How long a client may take to send its request.
   * @example timeouts: { client: '10s' }
   */
  timeouts: option(objectOf(frontendTimeoutsOptions), {
    default: {},
    word: 'timeout',
  }),
  /**
   * Redirects requests of the other scheme, before any rule.
   * @example redirectScheme: 'https'
   */
  redirectScheme: option(redirectScheme, { default: null, word: 'redirect scheme' }),
  /**
   * What is done with responses, after the backend's own rules.
   * @example responseRules: [{ do: { setHeader: { name: 'X-Frame-Options', value: 'DENY' } } }]
   */
  responseRules: option(responseRules, { default: [], word: 'http-response' }),
  /**
   * What is done with every response, after the backend's own rules: also with redirects, error pages and all else that Limpet answers itself.
   * @example afterResponseRules: [{ do: { setHeader: { name: 'Access-Control-Allow-Origin', value: '*' } } }]
   */
  afterResponseRules: option(afterResponseRules, { default: [], word: 'http-after-response' }),
  /**
   * The answers that take the place of Limpet's own error pages, by status.
   * @example errors: { '503': { contentType: 'text/html', body: '<h1>Back in a minute</h1>' } }
   */
  errors: option(errors, {
    default: {},
    word: ['errorfile', 'http-error'],
  }),
  /**
   * Appends the client's address to `X-Forwarded-For`, for the server.
   * @example forwardfor: false
   * @why the origin sees the client, not the balancer
   */
  forwardfor: option(forwardfor, { default: true, haproxy: false, word: 'option forwardfor' }),
  /**
   * Adds a `Forwarded` header (RFC 7239) for the server; `true` is scheme and client.
   * @example forwarded: true
   */
  forwarded: option(forwarded, { default: false, word: 'option forwarded' }),
  /**
   * Sets `X-Forwarded-Proto`, `-Host` and `-Port` for the server.
   * @why the origin knows scheme, host and port
   */
  xForwarded: option(bool, { default: true, haproxy: false }),
  /**
   * Drops `X-Forwarded-*`, `Forwarded` and `X-Real-IP` from requests, unless a trusted proxy sent them.
   * @why a client cannot forge its own address
   */
  dropForwarded: option(bool, { default: true, haproxy: false }),
  /**
   * The networks of proxies whose `X-Forwarded-For` header is trusted to name the client.
   * @example trustedProxies: ['10.0.0.0/8', '2001:db8::/32']
   */
  trustedProxies: option(networks, { default: [] }),
}

export type FrontendInput = Written<typeof frontendOptions>

export interface Frontend
  extends
    Omit<
      Values<typeof frontendOptions>,
      | 'id'
      | 'bind'
      | 'hosts'
      | 'rules'
      | 'stickTable'
      | 'stats'
      | 'captures'
      | 'uniqueId'
      | 'redirectScheme'
      | 'timeouts'
      | 'responseRules'
      | 'afterResponseRules'
      | 'errors'
      | 'forwardfor'
      | 'forwarded'
      | 'trustedProxies'
    >,
    FrontendTimeouts {
  /** HAProxy's number of the proxy ("id"); null: by its place. */
  readonly id: number | null
  readonly bind: readonly Bind[]
  /** Lower-case host names, `*.example.com` for any name below one. Empty: every host. */
  readonly hosts: readonly string[]
  readonly rules: readonly Rule[]
  /** What is counted in its own table; null: it has none. */
  readonly stickTable: StickTableConfig | null
  readonly responseRules: readonly ResponseRule[]
  readonly afterResponseRules: readonly ResponseRule[]
  /** What is answered in place of a status. */
  readonly errors: ReadonlyMap<number, Reply>
  /** HAProxy's statistics page; null: none at a path of this frontend. */
  readonly stats: StatsConfig | null
  /** What log lines tell besides; null: nothing. */
  readonly captures: Captures | null
  /** A name of each request; null: none is made. */
  readonly uniqueId: UniqueId | null
  readonly forwardfor: ForwardFor | null
  /** What a Forwarded header (RFC 7239) tells the origin; empty: there is none. */
  readonly forwarded: readonly ForwardedPart[]
  /** Networks in CIDR form whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
}

/** Without its stick table, which depends on the rules that count in it. */
export function resolveFrontend(input: FrontendInput, profile: Profile): Frontend {
  const { redirectScheme: scheme, timeouts, ...values } = valuesOf(frontendOptions, input, profile)
  const redirect = scheme === null ? [] : [redirectRule(scheme, profile)]
  return {
    ...values,
    ...resolveFrontendTimeouts(timeouts, profile),
    id: values.id ?? null,
    bind: list(values.bind).map((text) => parseBind(text)!),
    hosts: list(values.hosts).map((host) => host.toLowerCase()),
    rules: [...redirect, ...values.rules.map((each) => resolveRule(each, profile))],
    stickTable: null,
    responseRules: resolveResponseRules(values.responseRules, profile),
    afterResponseRules: resolveResponseRules(values.afterResponseRules, profile),
    errors: resolveErrors(values.errors),
    stats: values.stats && resolveStats(values.stats, profile),
    captures: values.captures && resolveCaptures(values.captures, profile),
    uniqueId: values.uniqueId && resolveUniqueId(values.uniqueId, profile),
    forwardfor: resolveForwardFor(values.forwardfor, profile),
    forwarded: resolveForwarded(values.forwarded),
    trustedProxies: list(values.trustedProxies),
  }
}

function redirectRule(input: RedirectSchemeInput, profile: Profile): Rule {
  const redirect = resolveRedirectScheme(input, profile)
  return { if: { not: { scheme: redirect.scheme } }, do: { redirectScheme: redirect } }
}
