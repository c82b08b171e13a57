// A server of a backend: HAProxy's `server` line (configuration manual 5.2). What it has of its own for its checks is in check.ts.

import * as v from 'valibot'

import { ADMIN_STATES } from '../../server/states.ts'
import { bool, COOKIE_VALUE, duration, integer, name, names, oneOf, text } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { withTemplates } from '../server-template.ts'
import { list } from '../units.ts'
import { agentOptions, resolveAgent } from './agent.ts'
import type { AgentConfig } from './agent.ts'
import { resolveCheck, serverCheck } from './check.ts'
import type { CheckConfig, CheckInput } from './check.ts'
import { resolutionOptions, resolveResolution } from './resolution.ts'
import type { Resolution } from './resolution.ts'

const serverUrl = v.pipe(
  v.string("must be a URL such as 'https://app1.example.com' or 'http://10.0.0.5:8080'"),
  v.check(
    (value) => originProblem(value) === undefined,
    ({ input }) => originProblem(input) ?? '',
  ),
)

/** 0 stands for no limit. */
const limit = (word: string) => ({ word, none: '0' })

export const serverOptions = {
  /**
   * Identity of the server within its backend: cookies, stick entries, states, weights, health and counters go by it.
   * @example name: 'app1'
   */
  name: required(name),
  /**
   * Names that this server had, oldest first: clients, states and counters follow a rename only if it is listed here.
   * @example formerly: 'web1'
   */
  formerly: option(names, { default: [] }),
  /**
   * Number of the server in its backend, by which stick tables and consistent hashing know it.
   * @default the server's place in the list, or the next free number
   */
  id: option(integer(1, 1_000_000), { word: 'id' }),
  /**
   * Where the server is reached: scheme, host and port, without a path.
   * @example url: 'https://app1.example.com'
   */
  url: required(serverUrl),
  ...resolutionOptions,
  /**
   * With `tunnel`, the url is a public name of a Cloudflare Tunnel: a 502 or 504 of Cloudflare is then a failure of the server,
   * and idempotent requests go to another one. An application's own 502 or 504 cannot be told apart from these.
   */
  via: option(oneOf(['tunnel']), { default: null }),
  /**
   * A PEM file with the CAs that may vouch for the server's certificate, or with that certificate itself (`limpet cert` saves it); without it,
   * those that browsers trust. Under `limpet serve` alone.
   * @example caFile: '/etc/limpet/app1.pem'
   */
  caFile: option(text, { default: null, word: 'ca-file' }),
  /**
   * The name that the server's certificate must have; without it, the host of `url`. Under `limpet serve` alone.
   * @example verifyhost: 'app1.internal'
   */
  verifyhost: option(text, { default: null, word: 'verifyhost' }),
  /** Share of new clients in proportion to the other servers' weights; 0 takes only clients that belong to the server. */
  weight: option(integer(0, 256), { default: 1, word: 'weight' }),
  /** Takes clients only when every server that is not a backup is down. */
  backup: option(bool, { default: false, word: { word: 'backup', undoneBy: 'no-backup' } }),
  /**
   * Value of the persistence cookie that stands for this server; without one, no cookie leads to it.
   * @example cookie: 's1'
   * @default the server's name, so that it need not be written twice; none in a haproxy.cfg
   */
  cookie: option(
    v.pipe(
      v.string('must be a string'),
      v.regex(COOKIE_VALUE, "would break the header: no spaces, quotes, ',', ';' or '\\'"),
    ),
    { word: 'cookie' },
  ),
  /**
   * The release of the application that this server runs: one of the backend's `releases`. `*` serves every release.
   * @example release: '2026-11-25'
   */
  release: option(v.union([name, v.literal('*')], "must be the name of a release, or '*'"), { default: null }),
  /** Keeps this server out of the stick table: clients that it serves are not stored. */
  nonStick: option(bool, { default: false, word: { word: 'non-stick', undoneBy: 'stick' } }),
  /** How many requests the server has in progress at once, over all isolates; further ones wait in its queue. */
  maxconn: option(integer(1, 1_000_000), { default: null, word: limit('maxconn') }),
  /** How many requests may wait for this server; further ones go to another server. */
  maxqueue: option(integer(1, 1_000_000), { default: null, word: limit('maxqueue') }),
  /** With `shutdown-sessions`, requests and WebSockets that the server still has are cut off when it is marked down. */
  onMarkedDown: option(oneOf(['shutdown-sessions']), { default: null, word: 'on-marked-down' }),
  /** With `shutdown-backup-sessions`, what backup servers still have is cut off when this server is marked up. */
  onMarkedUp: option(oneOf(['shutdown-backup-sessions']), { default: null, word: 'on-marked-up' }),
  /** The operator's will until somebody changes it: `drain` takes no new clients, `maint` takes none at all. */
  state: option(oneOf(ADMIN_STATES), {
    default: 'ready',
    word: { word: 'disabled', means: 'maint', undoneBy: 'enabled' },
  }),
  /**
   * How long a server that comes up takes to get its full share of new clients.
   * @example slowstart: '30s'
   */
  slowstart: option(duration(1000), { default: null, unit: 'ms', word: 'slowstart' }),
  /** Judges the server by its answers to live requests: `layer4` counts failed connections, `layer7` error answers, too. */
  observe: option(oneOf(['layer4', 'layer7']), { default: null, word: 'observe' }),
  /** How many observed errors in a row, within one isolate, set off `onError`. */
  errorLimit: option(integer(1, 1000), { default: 10, word: 'error-limit' }),
  /**
   * What observed errors do: `fastinter` checks sooner, `fail-check` counts as a failed check, `sudden-death` leaves the server one
   * failed check away from down, and `mark-down` marks it down at once.
   */
  onError: option(oneOf(['fastinter', 'fail-check', 'sudden-death', 'mark-down']), {
    default: 'fail-check',
    word: 'on-error',
  }),
  /**
   * Takes over the health of another server, written as `BACKEND/SERVER`, in place of checks of its own.
   * @example track: 'app/app1'
   */
  track: option(v.pipe(v.string('must be BACKEND/SERVER'), v.regex(/^[^/]+\/[^/]+$/, 'must be BACKEND/SERVER')), {
    default: null,
    word: 'track',
  }),
  /**
   * Turns the backend's health checks on or off for this server, or sets some of their options for it alone.
   * @default on if the backend has `check`
   */
  check: option(
    v.union([bool, serverCheck], 'must be true, false or { inter, fastinter, downinter, rise, fall, addr, port, by }'),
    { word: { word: 'check', means: true, undoneBy: 'no-check' } },
  ),
  /**
   * Lets a service beside the application set the server's weight, drain it, and take it down and up.
   * @example agent: { port: 9777 }
   */
  agent: option(objectOf(agentOptions), { default: null, word: 'agent-check' }),
}

export type ServerInput = Written<typeof serverOptions>
type ServerValues = Values<typeof serverOptions>

type ByHand =
  | keyof typeof resolutionOptions
  | 'formerly'
  | 'id'
  | 'url'
  | 'cookie'
  | 'onMarkedDown'
  | 'onMarkedUp'
  | 'check'
  | 'agent'
type Observed = 'observe' | 'errorLimit' | 'onError'

/** Judging a server by its live traffic. */
export interface Observe extends Pick<ServerValues, 'errorLimit' | 'onError'> {
  /** `layer4`: an answer is good. `layer7`: one that is no server's error is. */
  readonly layer: NonNullable<ServerValues['observe']>
}

export interface Server extends Omit<ServerValues, ByHand | Observed> {
  /** Names that it had, oldest first. */
  readonly formerly: readonly string[]
  /** HAProxy's number of it in its backend: stick tables and consistent hashes go by it. */
  readonly id: number
  /** It was written, not counted. */
  readonly isIdForced: boolean
  /** `http://host:port` or `https://host:port`, no path. */
  readonly origin: string
  readonly hostname: string
  readonly port: number
  readonly tls: boolean
  /** Null: its name is left to the platform. */
  readonly resolution: Resolution | null
  /** The cookie's value for this server; null: no cookie ever names it. */
  readonly cookie: string | null
  /** When it is marked down, what it still has in progress is cut off (HAProxy: "on-marked-down shutdown-sessions"). */
  readonly shutsSessions: boolean
  /** When it is up, what backup servers have in progress is cut off (HAProxy: "on-marked-up shutdown-backup-sessions"). */
  readonly shutsBackupSessions: boolean
  /** Judging live traffic; null: it is not. */
  readonly observe: Observe | null
  /** Null: believed up, never asked. */
  readonly check: CheckConfig | null
  /** Null: it has none. */
  readonly agent: AgentConfig | null
}

type SharedCheck = boolean | CheckInput | undefined

/** As HAProxy does: a server without a number gets its place's, or the next that is free. */
export function resolveServers(written: readonly ServerInput[], shared: SharedCheck, profile: Profile): Server[] {
  const servers = withTemplates(written)
  const taken = new Set(servers.map(({ id }) => id))
  let next = 1
  return servers.map((server) => {
    if (server.id === undefined) while (taken.has(next)) next += 1
    const id = server.id ?? next
    next += 1
    taken.add(id)
    return resolveServer(server, id, shared, profile)
  })
}

/** What becomes of the others is in resolution.ts. */
const PLAIN = Object.fromEntries(
  Object.entries(serverOptions).filter(([key]) => !(key in resolutionOptions)),
) as unknown as Omit<typeof serverOptions, keyof typeof resolutionOptions>

/** `shared`: the checks of its backend. */
function resolveServer(input: ServerInput, id: number, shared: SharedCheck, profile: Profile): Server {
  const values = valuesOf(PLAIN, input, profile)
  const { url: written, onMarkedDown, onMarkedUp, observe: layer, errorLimit, onError, ...plain } = values
  const url = new URL(written)
  const tls = url.protocol === 'https:'
  return {
    ...plain,
    formerly: list(plain.formerly),
    id,
    isIdForced: input.id !== undefined,
    origin: url.origin,
    hostname: url.hostname,
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    tls,
    resolution: resolveResolution(input, url.hostname, profile),
    cookie: plain.cookie ?? (profile === 'limpet' ? plain.name : null),
    shutsSessions: onMarkedDown !== null,
    shutsBackupSessions: onMarkedUp !== null,
    observe: layer === null ? null : { layer, errorLimit, onError },
    check: resolveCheck(plain.check, shared, profile),
    agent: resolveAgent(plain.agent, profile),
  }
}

function originProblem(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url) return "must be a URL such as 'https://app1.example.com' or 'http://10.0.0.5:8080'"
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://'
  if (url.username || url.password) return 'must not hold a user name or password'
  if (url.pathname !== '/' || url.search || url.hash) return 'must be an origin only, without a path or query'
  return undefined
}
