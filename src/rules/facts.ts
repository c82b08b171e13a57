// What fetches may know of frontends, backends and servers: a port, because rules know no server. What a number is made of is the fetch's
// business, so that a Worker without it pays nothing for it.

import type { Backend, Config, Server } from '../config/config.ts'

export interface Facts {
  readonly config: Pick<Config, 'frontends' | 'backends'>
  /** Undefined: there is none of this name. */
  backend(name: string): KnownBackend | undefined
  frontend(name: string): KnownFrontend | undefined
}

export const NO_FACTS: Facts = {
  config: { frontends: [], backends: [] },
  backend: () => undefined,
  frontend: () => undefined,
}

export interface KnownFrontend {
  readonly tally: Metered
  /** Requests in progress; undefined: nobody counts them. */
  readonly gate: { current(): number } | undefined
}

export interface KnownBackend {
  readonly backend: Backend
  readonly pool: {
    readonly members: readonly KnownServer[]
    /** Those that may get a new client. */
    candidates(): readonly KnownServer[]
    /** Whether a client that belongs to it may go there. */
    servable(member: KnownServer): boolean
  }
  readonly tally: Metered
  /** Who waits for a slot; undefined without a maxconn. */
  readonly admission:
    | {
        /** Requests that wait for this server and no other. */
        bound(member: KnownServer): number
        /** All that wait. */
        waiting(): number
      }
    | undefined
}

export interface KnownServer {
  readonly server: Server
  readonly status: { readonly health: string; readonly weight: number; readonly startedMs?: number | undefined }
  /** Requests in progress that this isolate has sent to it, if they are counted (config/counted-proxies.ts). */
  readonly inFlight: number
  /** Those of all other isolates, as last heard. */
  readonly elsewhere: number
  readonly tally: Metered
}

/** Whose requests are counted by the second once somebody has asked. */
export interface Metered {
  meter: Meter | undefined
}

export interface Meter {
  /** A request more. */
  mark(nowMs: number): void
  perSecond(nowMs: number): number
}
