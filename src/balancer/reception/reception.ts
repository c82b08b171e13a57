// What is known of a request before a backend is chosen: one URL that every rule, hash and forward reads,
// the frontend it came to, and the client's address and scheme, with no header believed that a client could forge.

import type { Frontend } from '../../config/options/frontend.ts'
import { canonicalAddress, createNetworkTest } from '../../config/network.ts'
import { hostMatches } from '../../config/own-hosts.ts'
import { fieldsOf } from '../../http/fields.ts'
import type { Fields } from '../../http/fields.ts'
import { isHost } from '../../http/target.ts'
import type { MutableTarget } from '../../http/target.ts'
import type { Tally } from '../../stats/tally.ts'
import { createJourney } from '../journey.ts'
import type { Journey } from '../journey.ts'
import type { PassedOver, Watch } from '../watch.ts'
import { DEBUG_HEADER } from '../record/debug-headers.ts'
import type { Arrival } from './arrival.ts'
import { unforged } from './forged-headers.ts'

export interface Reception {
  /**
   * By the first frontend that takes this scheme and host; undefined: none does. `unreadable`: it has a malformed Host beside a URL that names
   * another. Rules will change `target`.
   */
  take(request: Request, target: MutableTarget, arrival: Arrival): Journey | 'unreadable' | undefined
  /** By this one, whatever it takes. */
  receive(frontend: Frontend, request: Request, target: MutableTarget, arrival: Arrival): Journey
}

export function createReception(
  frontends: readonly Frontend[],
  tallyOf: (frontend: Frontend) => Tally,
  watch?: Pick<Watch, 'passedOver'>,
): Reception {
  const trusts = new Map(frontends.map((frontend) => [frontend, createNetworkTest(frontend.trustedProxies)]))
  const isTrusted = (frontend: Frontend, peerAddress: string) =>
    frontend.trustedProxies.length > 0 && trusts.get(frontend)!(peerAddress)
  return {
    take(request, target, arrival) {
      const came = { request, headers: fieldsOf(request.headers), target, arrival }
      for (const frontend of frontends) {
        const trusted = isTrusted(frontend, arrival.peerAddress)
        const scheme = schemeOf(came, trusted)
        const why = whyPassedOver(frontend, came, scheme, frontends.length === 1)
        if (why === undefined) {
          const journey = receive(frontend, came, trusted, scheme)
          return setHost(journey) ? journey : 'unreadable'
        }
        watch?.passedOver(frontend, why)
      }
      return undefined
    },
    receive(frontend, request, target, arrival) {
      const came = { request, headers: fieldsOf(request.headers), target, arrival }
      const trusted = isTrusted(frontend, arrival.peerAddress)
      const journey = receive(frontend, came, trusted, schemeOf(came, trusted))
      setHost(journey)
      return journey
    },
  }

  function receive(
    frontend: Frontend,
    { request, headers, target, arrival }: Came,
    trusted: boolean,
    scheme: 'http' | 'https',
  ): Journey {
    const { peerAddress, peerPort, lifetime, isDebugged = false, backend } = arrival
    const forOrigin = unforged(headers, frontend.dropForwarded && !trusted, arrival.onCloudflare)
    if (isDebugged) forOrigin.remove(DEBUG_HEADER)
    // Rules may change the target.
    const { host, path, query, port: arrivedAt } = target
    const asked = {
      frontend,
      method: request.method,
      host,
      path,
      query,
      headers,
      scheme,
      isTls: target.scheme === 'https',
      port: () => arrival.socket.port ?? portOf(arrivedAt, scheme),
      clientAddress: trusted ? forwardedClient(headers, trusts.get(frontend)!, peerAddress) : peerAddress,
      peerAddress,
      peerPort,
      isTrusted: trusted,
    }
    return createJourney({
      request,
      lifetime,
      isDebugged,
      boundBackend: backend,
      tally: tallyOf(frontend),
      asked,
      target,
      headers: forOrigin,
    })
  }
}

/** In lower case, without a default port: rules read the Host that the server gets. False: it was malformed. */
function setHost({ asked: { host }, forOrigin: { headers } }: Journey): boolean {
  const written = headers.get('host')
  if (written === null || written === host) return true
  headers.set('host', host)
  return isHost(written)
}

function portOf(written: string, scheme: 'http' | 'https'): number {
  return Number(written || (scheme === 'https' ? 443 : 80))
}

/** Undefined: it takes the request. */
function whyPassedOver(
  { name, scheme, hosts }: Frontend,
  { target, arrival }: Came,
  cameBy: 'http' | 'https',
  isOnly: boolean,
): PassedOver | undefined {
  // Each socket leads to one frontend at least.
  if (!isOnly && arrival.socket.frontends?.includes(name) === false) return 'socket'
  if (scheme !== 'any' && scheme !== cameBy) return 'scheme'
  return hosts.length > 0 && !hosts.some((host) => hostMatches(host, target.hostname)) ? 'host' : undefined
}

interface Came {
  readonly request: Request
  readonly headers: Fields
  readonly target: MutableTarget
  readonly arrival: Arrival
}

function schemeOf({ headers, target }: Came, trusted: boolean): 'http' | 'https' {
  const forwarded = trusted ? headers.get('x-forwarded-proto')?.trim().toLowerCase() : undefined
  if (forwarded === 'http' || forwarded === 'https') return forwarded
  return target.scheme
}

/**
 * The nearest address in X-Forwarded-For, counted from our side, that is not a trusted proxy. '' when a proxy names one that
 * cannot be read: the proxy's own address must not stand in, because its network may have more rights than the client.
 */
function forwardedClient(headers: Fields, trusts: (address: string) => boolean, peerAddress: string): string {
  const header = headers.get('x-forwarded-for') ?? ''
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
