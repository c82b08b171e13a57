// What is known of a request before a backend is chosen: one URL that every rule, hash and forward reads,
// the frontend it came to, and the client's address and scheme, with no header believed that a client could forge.

import type { Frontend } from '../../config/config.ts'
import { canonicalAddress, createNetworkTest } from '../../config/network.ts'
import { hostMatches } from '../../config/own-hosts.ts'
import type { Incoming } from '../../rules/transaction.ts'
import type { Lifetime } from '../../lifetime.ts'
import { DEBUG_HEADER } from '../record/debug-headers.ts'
import { isHost } from '../../rules/host.ts'
import { clientHeaders } from './request-headers.ts'

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
  /** CF-* headers are the platform's own; elsewhere a client forged them. */
  readonly onCloudflare: boolean
  readonly lifetime: Lifetime
  /** An operator asked for headers that explain it. */
  readonly isDebugged?: boolean
}

export interface Reception {
  /** By the first frontend that takes this scheme and host; undefined: none does. */
  take(request: Request, url: URL, arrival: Arrival): Incoming | undefined
  /** By this one, whatever it takes. */
  receive(frontend: Frontend, request: Request, url: URL, arrival: Arrival): Incoming
}

export function createReception(frontends: readonly Frontend[]): Reception {
  const trusts = new Map(frontends.map((frontend) => [frontend, createNetworkTest(frontend.trustedProxies)]))
  const isTrusted = (frontend: Frontend, peerAddress: string) =>
    frontend.trustedProxies.length > 0 && trusts.get(frontend)!(peerAddress)
  return {
    take(request, url, arrival) {
      for (const frontend of frontends) {
        if (arrival.frontends && !arrival.frontends.includes(frontend.name)) continue
        const trusted = isTrusted(frontend, arrival.peerAddress)
        const scheme = schemeOf(request, url, trusted)
        if (frontend.scheme !== 'any' && frontend.scheme !== scheme) continue
        if (frontend.hosts.length > 0 && !frontend.hosts.some((host) => hostMatches(host, url.hostname))) continue
        return receive(frontend, request, url, arrival, trusted, scheme)
      }
      return undefined
    },
    receive(frontend, request, url, arrival) {
      const trusted = isTrusted(frontend, arrival.peerAddress)
      return receive(frontend, request, url, arrival, trusted, schemeOf(request, url, trusted))
    },
  }

  function receive(
    frontend: Frontend,
    request: Request,
    url: URL,
    arrival: Arrival,
    trusted: boolean,
    scheme: Incoming['scheme'],
  ): Incoming {
    const { peerAddress, peerPort, lifetime, isDebugged = false } = arrival
    const clientAddress = trusted ? forwardedClient(request, trusts.get(frontend)!, peerAddress) : peerAddress
    const port = arrival.port ?? Number(url.port || (scheme === 'https' ? 443 : 80))
    const headers = clientHeaders(request, frontend, trusted, arrival.onCloudflare)
    if (isDebugged) headers.delete(DEBUG_HEADER)
    // Lower case, without a default port: rules read the Host that the server gets.
    const host = headers.get('host')
    if (host !== null && host !== url.host) headers.set('host', url.host)
    return {
      request,
      url,
      scheme,
      port,
      peerAddress,
      peerPort,
      clientAddress,
      trusted,
      frontend,
      headers,
      lifetime,
      isDebugged,
    }
  }
}

/**
 * The one URL of a request, which every rule, hash and forward reads: `request.url` keeps `/x/../admin`, and whoever
 * read that would see another path than the origin. Undefined: the request is malformed.
 */
export function urlOf(request: Request): URL | undefined {
  const host = request.headers.get('host')
  if (host !== null && !isHost(host)) return undefined
  try {
    const url = new URL(request.url)
    return url.username === '' && url.password === '' ? url : undefined
  } catch {
    return undefined
  }
}

function schemeOf(request: Request, url: URL, trusted: boolean): 'http' | 'https' {
  const forwarded = trusted ? request.headers.get('x-forwarded-proto')?.trim().toLowerCase() : undefined
  if (forwarded === 'http' || forwarded === 'https') return forwarded
  return url.protocol === 'https:' ? 'https' : 'http'
}

/**
 * The nearest address in X-Forwarded-For, counted from our side, that is no trusted proxy. '' when a proxy names one that
 * cannot be read: the client is not the proxy, whose network may be allowed what others are not.
 */
function forwardedClient(request: Request, trusts: (address: string) => boolean, peerAddress: string): string {
  const header = request.headers.get('x-forwarded-for') ?? ''
  if (header === '') return peerAddress
  let client = peerAddress
  for (const hop of header.split(',').toReversed()) {
    const address = canonicalAddress(withoutPort(hop.trim()))
    if (address === undefined) return ''
    client = address
    if (!trusts(address)) return client
  }
  return client
}

/** Some proxies write `203.0.113.5:4711` or `[2001:db8::5]:4711`, perhaps in quotes. */
function withoutPort(hop: string): string {
  const [, inBrackets, plain] = /^"?(?:\[([^\]]*)\](?::\d{1,5})?|([0-9.]+):\d{1,5})"?$/.exec(hop) ?? []
  return inBrackets ?? plain ?? hop
}
