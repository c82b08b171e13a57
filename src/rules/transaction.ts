// What rules see of a request, and what they may change of it.

import type { Frontend } from '../config/config.ts'
import type { Lifetime } from '../lifetime.ts'

export interface Incoming {
  readonly request: Request
  /** Rules change its path, its query, and with the Host header its host. */
  readonly url: URL
  readonly scheme: 'http' | 'https'
  readonly port: number
  readonly peerAddress: string
  readonly clientAddress: string
  readonly peerPort: number
  /** The peer is one of the frontend's trustedProxies. */
  readonly trusted: boolean
  readonly frontend: Frontend
  /** What the origin will get: the client's headers without what it forged; rules change them. */
  readonly headers: Headers
  readonly lifetime: Lifetime
  readonly isDebugged: boolean
  /** What has been read of a body of unknown length, where bytes are counted. */
  bytesIn?: number
  /** The Host that the client asked for, where rules have changed it. */
  askedHost?: string
  /** Rules have left no Host that can be sent: the server gets the last one that could be. */
  isHostUnsendable?: boolean
  /** Where the frontend has a `uniqueId`: makes it when it is first asked for. */
  uniqueId?: () => string
  /** Rules may set it: only lost connections are retried. */
  noL7Retry?: true
}
