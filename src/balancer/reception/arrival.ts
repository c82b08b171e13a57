import type { Lifetime } from '../../lifetime.ts'

/** What it came in by. Looked at only where it matters: the platform may have to be asked each time. */
export interface ArrivalSocket {
  /** The port that the client connected to; undefined: the URL's. */
  readonly port?: number | undefined
  /** The frontends that listen there; undefined: all. */
  readonly frontends?: readonly string[] | undefined
}

/** Nothing is known of it. */
export const ANY_SOCKET: ArrivalSocket = {}

/** How the request reached us; the platform knows. */
export interface Arrival {
  /** The peer's address, '' when unknown. */
  readonly peerAddress: string
  /** 0 when unknown. Few ask. */
  readonly peerPort: () => number
  readonly socket: ArrivalSocket
  /** CF-* headers come from the platform; elsewhere a client forged them. */
  readonly onCloudflare: boolean
  /** The backend that the application's route is bound to; undefined: the frontend chooses. */
  readonly backend?: string | undefined
  readonly lifetime: Lifetime
  /** An operator asked for headers that explain it. */
  readonly isDebugged?: boolean
}
