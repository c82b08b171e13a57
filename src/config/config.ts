// The configuration as every other room reads it: complete, in base units, with no default left open.
// What the operator may write is in schema.ts; how one becomes the other is in resolve.ts.

import type { AlertConfig } from './alert.ts'
import type { Balance } from './balance.ts'
import type { Captures } from './capture.ts'
import type { AdminState } from '../server/states.ts'
import type { CheckConfig } from './check.ts'
import type { Profile } from './defaults.ts'
import type { LogTargets } from './log-target.ts'
import type { Place } from './place.ts'
import type { Observe } from './observe.ts'
import type { RetryReason } from './retry-on.ts'
import type { Condition } from './rules/condition.ts'
import type { Reply } from './rules/reply.ts'
import type { ResponseRule, Rule } from './rules/rule.ts'
import type { StatsConfig } from './stats.ts'
import type { UniqueId } from './unique-id.ts'
import type { StickRule, StickTableConfig } from './stick.ts'

export interface Config {
  /** Of what was written: digest.ts. */
  readonly digest: string
  readonly profile: Profile
  readonly admin: { readonly path: string; readonly access: AccessConfig | null }
  readonly log: LogFormat
  readonly logTo: LogTargets
  /** The share of requests that is logged, by chance. */
  readonly logSampling: number
  /** Requests are counted, for whoever has the admin token. */
  readonly counters: boolean
  /** Bodies are counted as they pass, and log lines wait for their end. */
  readonly countBytes: boolean
  /** WebSockets are relayed, and counted until they close; else they pass through. */
  readonly countSockets: boolean
  /** How old an isolate's view of the servers may grow before it is refreshed. Null: 1 s under serve, 10 s on Cloudflare. */
  readonly snapshotRefreshMs: number | null
  /** How long the first request of an isolate waits, once, for the servers' states; then all count as configured and up. */
  readonly snapshotWaitMs: number
  /** Near which place the Monitor's first object is made; null: near whoever asks first. */
  readonly monitorNear: Place | null
  /** Percent: how much earlier than its interval says a check may come, by chance (HAProxy: "spread-checks"). */
  readonly spreadChecks: number
  /** How often one request may pass through this deployment; once more, and it is answered with 508. Null: nobody counts. */
  readonly maxPassages: number | null
  readonly frontends: readonly Frontend[]
  readonly backends: readonly Backend[]
  /** Who is told when servers change. */
  readonly alerts: readonly AlertConfig[]
  /** Tables that samples are looked up in, by name. */
  readonly maps: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly userlists: readonly Userlist[]
}

/** `httplog`: a line as HAProxy's `option httplog` has it. */
export type LogFormat = 'json' | 'httplog' | 'off'

export interface Userlist {
  readonly name: string
  readonly users: readonly User[]
}

export interface User {
  readonly name: string
  readonly password: string
  /** The password as crypt(3) hashes it with SHA-256 or SHA-512; false: the password itself. */
  readonly isHashed: boolean
  readonly groups: readonly string[]
}

/** Cloudflare Access in front of `admin.path`. */
export interface AccessConfig {
  /** `https://TEAM.cloudflareaccess.com`. */
  readonly team: string
  /** The application's audience tag. */
  readonly audience: string
}

export interface Frontend {
  readonly name: string
  /** HAProxy's number of the proxy ("id"); null: by its place. */
  readonly id: number | null
  readonly bind: readonly Bind[]
  readonly scheme: 'http' | 'https' | 'any'
  /** Lower-case host names, `*.example.com` for any name below one. Empty: every host. */
  readonly hosts: readonly string[]
  readonly rules: readonly Rule[]
  readonly responseRules: readonly ResponseRule[]
  /** What is answered in place of a status. */
  readonly errors: ReadonlyMap<number, Reply>
  readonly defaultBackend: string | null
  /** HAProxy's statistics page; null: none at a path of this frontend. */
  readonly stats: StatsConfig | null
  /** Its requests are logged, unless `log` is off. */
  readonly log: boolean
  /** What log lines tell besides; null: nothing. */
  readonly captures: Captures | null
  /** A name of each request; null: none is made. */
  readonly uniqueId: UniqueId | null
  /** Requests in progress at once, over all isolates; null: no limit. */
  readonly maxconn: number | null
  readonly forwardfor: ForwardFor | null
  /** What a Forwarded header (RFC 7239) tells the origin; empty: there is none. */
  readonly forwarded: readonly ForwardedPart[]
  /** Set X-Forwarded-Proto, -Host and -Port for the origin. */
  readonly xForwarded: boolean
  /** Drop what an untrusted client sent as X-Forwarded-*, Forwarded and X-Real-IP. */
  readonly dropForwarded: boolean
  /** Networks in CIDR form whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
}

export interface Bind {
  readonly address: string
  readonly port: number
  /** TLS under serve: a PEM file with certificate and key. Null: plain HTTP. On Cloudflare TLS is the platform's. */
  readonly crt: string | null
  /** A PEM file with CAs. Under serve a client must bring a certificate that one of them signed. Null: anybody may come. */
  readonly clientCa: string | null
  /** TLS 1.3 or nothing; else 1.2 will do. */
  readonly isTls13: boolean
}

export interface ForwardFor {
  /** Clients in these networks get no header. */
  readonly except: readonly string[]
  readonly header: string
  /** Only when the request has no such header yet. */
  readonly ifNone: boolean
}

export type ForwardedPart = 'proto' | 'host' | 'for'

export interface Backend {
  readonly name: string
  /** Names that it had, oldest first. */
  readonly formerly: readonly string[]
  /** HAProxy's number of the proxy ("id"); null: by its place. */
  readonly id: number | null
  readonly servers: readonly Server[]
  readonly balance: Balance
  /** How `source`, `uri`, `url_param`, `hdr` and `hash` find a server for a key. */
  readonly hashType: 'rendezvous' | 'map-based' | 'consistent'
  readonly allbackups: boolean
  /** After the frontend's. */
  readonly rules: readonly Rule[]
  /** Before the frontend's. */
  readonly responseRules: readonly ResponseRule[]
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
  /** What a client gets whose server is down: another server, or a status that makes it begin anew. */
  readonly onDown: 'redispatch' | 503 | 404
  /** HAProxy's `option persist`: a client is sent to the server it belongs to even when that one is down. */
  readonly persist: boolean
  /** HAProxy's `force-persist` and `ignore-persist`: the first whose condition holds counts. */
  readonly persistRules: readonly { readonly if: Condition | null; readonly do: 'force' | 'ignore' }[]
  /** HAProxy's `use-server`: before any cookie; a server that is down is passed over. */
  readonly useServer: readonly { readonly if: Condition | null; readonly server: string }[]
  /** Further attempts after the first. */
  readonly retries: number
  /** HAProxy's interval: 0 never, n > 0 at every nth retry, -1 at the last retry only. */
  readonly redispatch: number
  /** What is worth another attempt: kinds of failure, and statuses. */
  readonly retryOn: ReadonlySet<RetryReason>
  /** New clients avoid a server that has just failed them. */
  readonly ejection: boolean
  /** Retries as a share of the requests of an isolate; null: no bound. */
  readonly retryBudget: number | null
  /** The turn-around also precedes a redispatch when no more than one active server is up. */
  readonly turnAroundAlone: boolean
  /** Which methods may be sent again although the first copy may have been processed. */
  readonly retryMethods: 'idempotent' | 'all'
  /** A request body of known length up to this many bytes is held so that it can be sent again. */
  readonly replayBodyBytes: number
  readonly timeoutConnectMs: number
  /** How long a request waits for a slot. */
  readonly timeoutQueueMs: number
  /** Until the response's headers. */
  readonly timeoutServerMs: number
  /** Which name the origin sees as Host. `serve` always sends the client's. */
  readonly host: 'client' | 'server'
  /** Prefix length of an IPv6 source address that counts as one client for hashing: 64, or 128 for the full address. */
  readonly ipv6PrefixLength: number
}

export interface Server {
  readonly name: string
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
  /** Through what Cloudflare reaches it; null: by its address. */
  readonly via: 'tunnel' | null
  readonly weight: number
  readonly backup: boolean
  /** Never written to a stick table (HAProxy: "non-stick"). */
  readonly nonStick: boolean
  /** The cookie's value for this server; null: no cookie ever names it. */
  readonly cookie: string | null
  /** Requests in progress at once, over all isolates; null: no limit. */
  readonly maxconn: number | null
  /** Requests that wait for this very server; null: no limit. */
  readonly maxqueue: number | null
  /** When it is marked down, what it still has in progress is cut off (HAProxy: "on-marked-down shutdown-sessions"). */
  readonly shutsSessions: boolean
  /** When it is up, what backup servers have in progress is cut off (HAProxy: "on-marked-up shutdown-backup-sessions"). */
  readonly shutsBackupSessions: boolean
  readonly state: AdminState
  /** How long a server that comes up takes to get its full share of new clients; null: none. */
  readonly slowstartMs: number | null
  /** Judging live traffic; null: it is not (HAProxy: "observe"). */
  readonly observe: Observe | null
  /** `backend/server` whose health this one shares; null: its own counts (HAProxy: "track"). */
  readonly track: string | null
  /** Null: believed up, never asked. */
  readonly check: CheckConfig | null
}

export type CookieFormat = 'sealed' | 'haproxy'

/** Which of them writes: `insert` the balancer; `prefix` and `rewrite` change the origin's own; `passive` nobody. */
export type CookieMode = 'insert' | 'prefix' | 'rewrite' | 'passive'

export interface CookieConfig {
  readonly name: string
  /** Names that it had: cookies of these are read, and not written. */
  readonly formerly: readonly string[]
  readonly mode: CookieMode
  readonly format: CookieFormat
  /** Every format that is understood; includes `format`. */
  readonly accept: readonly CookieFormat[]
  readonly indirect: boolean
  readonly nocache: boolean
  readonly postonly: boolean
  readonly preserve: boolean
  /** Mode insert: no cookie beside an answer that shared caches may reuse, to a request without the application's cookies. */
  readonly skipCacheable: boolean
  readonly httponly: boolean
  /** 'auto': when the client came by https. */
  readonly secure: boolean | 'auto'
  readonly domain: readonly string[]
  readonly attr: readonly string[]
  readonly maxidleS: number | null
  readonly maxlifeS: number | null
}
