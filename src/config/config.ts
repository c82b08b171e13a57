// The configuration as every other room reads it: complete, in base units, with no default left open.
// What the operator may write, and how one becomes the other, is in options/, concept by concept.

import type { Balance } from './balance.ts'
import type { CookieConfig } from './options/cookie.ts'
import type { Profile, Values } from './option.ts'
import type { AdminConfig } from './options/admin.ts'
import type { AlertConfig } from './options/alert.ts'
import type { ForwardedPart, ForwardFor } from './options/forwarded.ts'
import type { Frontend } from './options/frontend.ts'
import type { LogTargets } from './options/log-target.ts'
import type { Place } from './options/monitor.ts'
import type { rootOptions } from './options/root.ts'
import type { Server } from './options/server.ts'
import type { StatsConfig } from './options/stats.ts'
import type { StickRule, StickTableConfig } from './options/stick.ts'
import type { Userlist } from './options/users.ts'
import type { RetryReason } from './retry-on.ts'
import type { Condition } from './rules/condition.ts'
import type { Reply } from './rules/reply.ts'
import type { ResponseRule, Rule } from './rules/rule.ts'

export type { CookieConfig, CookieFormat, CookieMode } from './options/cookie.ts'
export type { Observe, Server } from './options/server.ts'

export interface Config extends Omit<
  Values<typeof rootOptions>,
  | '$schema'
  | 'defaults'
  | 'admin'
  | 'logTo'
  | 'snapshotRefreshMs'
  | 'monitor'
  | 'maxPassages'
  | 'frontends'
  | 'backends'
  | 'alerts'
  | 'userlists'
> {
  /** Of what was written: digest.ts. */
  readonly digest: string
  readonly profile: Profile
  readonly admin: AdminConfig
  readonly logTo: LogTargets
  /** How old an isolate's view of the servers may grow before it is refreshed. Null: 1 s under serve, 10 s on Cloudflare. */
  readonly snapshotRefreshMs: number | null
  /** Near which place the Monitor's first object is made; null: near whoever asks first. */
  readonly monitorNear: Place | null
  /** How often one request may pass through this deployment; once more, and it is answered with 508. Null: nobody counts. */
  readonly maxPassages: number | null
  readonly frontends: readonly Frontend[]
  readonly backends: readonly Backend[]
  /** Who is told when servers change. */
  readonly alerts: readonly AlertConfig[]
  readonly userlists: readonly Userlist[]
}

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
