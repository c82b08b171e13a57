import type { Lifetime } from '../../lifetime.ts'

/** How the request reached us; the platform knows. */
export interface Arrival {
  /** The peer's address, '' when unknown. */
  readonly peerAddress: string
  /** 0 when unknown. */
  readonly peerPort: number
  /** The port it connected to; undefined: the URL's. */
  readonly port: number | undefined
  /** The frontends of the socket it came in by; undefined: all. */
  readonly frontends: readonly string[] | undefined
  /** CF-* headers come from the platform; elsewhere a client forged them. */
  readonly onCloudflare: boolean
  /** The backend that the application's route is bound to; undefined: the frontend chooses. */
  readonly backend?: string | undefined
  readonly lifetime: Lifetime
  /** An operator asked for headers that explain it. */
  readonly isDebugged?: boolean
}
