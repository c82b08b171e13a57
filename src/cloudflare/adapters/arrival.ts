// How a request reached us, as only the platform knows. Under serve the peer's address comes from the socket
// (request.cf.clientIp) and CF-* headers from a client are forged; on Cloudflare CF-Connecting-IP is the truth.
// platform.ts decides which of the two applies.

import { withoutBrackets } from '../../config/brackets.ts'
import { canonicalAddress } from '../../config/network.ts'
import { ANY_SOCKET } from '../../balancer/reception/arrival.ts'
import type { Arrival, ArrivalSocket } from '../../balancer/reception/arrival.ts'
import type { Lifetime } from '../../lifetime.ts'

/** What is read of an `ExecutionContext`: the platform's has more, and Hono's is another type. */
export interface RequestContext extends Lifetime {
  readonly props?: unknown
}

export function arrivalByHeader(request: Request, ctx: RequestContext): Arrival {
  const peerAddress = request.headers.get('cf-connecting-ip') ?? ''
  return { peerAddress, peerPort: unknownPort, socket: ANY_SOCKET, onCloudflare: true, lifetime: ctx }
}

/** `only`: the socket that all come in by; undefined: there are several. */
export function arrivalBySocket(request: Request, ctx: RequestContext, only: ArrivalSocket | undefined): Arrival {
  const { cf } = request as { readonly cf?: { readonly clientIp?: string } }
  const clientIp = cf?.clientIp ?? ''
  return {
    peerAddress: peerAddressOf(clientIp),
    peerPort: () => peerPortOf(clientIp),
    socket: only ?? new ServedSocket(ctx),
    onCloudflare: false,
    lifetime: ctx,
  }
}

/** What `limpet serve` attaches to each socket. workerd makes it anew for each request, once it is read. */
class ServedSocket implements ArrivalSocket {
  readonly ctx: RequestContext

  constructor(ctx: RequestContext) {
    this.ctx = ctx
  }

  get port(): number | undefined {
    return this.props?.port
  }

  get frontends(): readonly string[] | undefined {
    return this.props?.frontends
  }

  private get props(): ArrivalSocket | undefined {
    return this.ctx.props as ArrivalSocket | undefined
  }
}

function unknownPort(): number {
  return 0
}

/** `1.2.3.4:5678` and `[::ffff:1.2.3.4]:5678` are 1.2.3.4; a Unix socket has no address: ''. */
export function peerAddressOf(clientIp: string): string {
  const colon = clientIp.lastIndexOf(':')
  const host = colon === -1 ? clientIp : clientIp.slice(0, colon)
  // The common case needs no parser: workerd writes every other address in brackets, and no name begins with a digit.
  const first = host.charCodeAt(0)
  if (first >= ZERO && first <= NINE && !host.includes(':')) return host
  return canonicalAddress(withoutBrackets(host)) ?? ''
}

const ZERO = 48
const NINE = 57

/** 0: there is none. */
export function peerPortOf(clientIp: string): number {
  const colon = clientIp.lastIndexOf(':')
  return colon === -1 || peerAddressOf(clientIp) === '' ? 0 : Number(clientIp.slice(colon + 1))
}
