// The configuration as every other room reads it: complete, in base units, with no default left open.
// What the operator may write, and how one becomes the other, is in options/, concept by concept.

import type { Profile, Values } from './option.ts'
import type { AdminConfig } from './options/admin.ts'
import type { AlertConfig } from './options/alert.ts'
import type { Backend } from './options/backend.ts'
import type { Frontend } from './options/frontend.ts'
import type { LogTargets } from './options/log-target.ts'
import type { Place } from './place.ts'
import type { Resolvers } from './options/resolvers.ts'
import type { rootOptions } from './options/root.ts'
import type { Userlist } from './options/users.ts'
import type { Rule } from './rules/rule.ts'

export type { Backend } from './options/backend.ts'
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
  | 'resolvers'
  | 'userlists'
  | 'processVariables'
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
  /** Frontends and backends whose requests in progress a rule asks for. */
  readonly countedProxies: readonly string[]
  readonly resolvers: readonly Resolvers[]
  /** Who is told when servers change. */
  readonly alerts: readonly AlertConfig[]
  readonly userlists: readonly Userlist[]
  /** Rules that set them, in order. */
  readonly processVariables: readonly Rule[]
}
