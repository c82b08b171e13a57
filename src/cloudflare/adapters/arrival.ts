// How a request reached us, as only the platform knows. Under serve the peer's address comes from the socket
// (request.cf.clientIp) and CF-* headers from a client are forged; on Cloudflare CF-Connecting-IP is the truth.
// platform.ts decides which of the two applies.

import { withoutBrackets } from '../../config/brackets.ts'
import { canonicalAddress } from '../../config/network.ts'
import type { Arrival } from '../../balancer/reception/arrival.ts'
import type { Lifetime } from '../../lifetime.ts'

/** What is read of an `ExecutionContext`: the platform's has more, and Hono's is another type. */
export interface RequestContext extends Lifetime {
  readonly props?: unknown
}

/** What `limpet serve` attaches to each socket. */
export interface SocketProps {
  readonly frontends?: readonly string[]
  readonly port?: number
}

export function arrivalByHeader(request: Request, ctx: RequestContext): Arrival {
  const peerAddress = request.headers.get('cf-connecting-ip') ?? ''
  return { peerAddress, peerPort: 0, port: undefined, frontends: undefined, onCloudflare: true, lifetime: ctx }
}

export function arrivalBySocket(request: Request, ctx: RequestContext): Arrival {
  const props = ctx.props as SocketProps | undefined
  const { clientIp } = (request.cf ?? {}) as { clientIp?: string }
  const peerAddress = peerAddressOf(clientIp ?? '')
  const peerPort = Number(/:(\d+)$/.exec(clientIp ?? '')?.[1] ?? 0)
  return { peerAddress, peerPort, port: props?.port, frontends: props?.frontends, onCloudflare: false, lifetime: ctx }
}

/** `1.2.3.4:5678` and `[::ffff:1.2.3.4]:5678` are 1.2.3.4; a Unix socket has no address. */
export function peerAddressOf(clientIp: string): string {
  const colon = clientIp.lastIndexOf(':')
  const host = clientIp.slice(0, colon === -1 ? undefined : colon)
  // The common case needs no parser.
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return host
  return canonicalAddress(withoutBrackets(host)) ?? ''
}
