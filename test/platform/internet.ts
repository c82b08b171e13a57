// Everything that a fetch of a Worker can reach: servers by name, and Cloudflare, which answers in their place when they cannot be
// reached. A request goes to the name in its URL, or with cf.resolveOverride to another, if both are names of the zone.
// https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

import { answerAsCloudflare } from './cloudflare-errors.ts'

export const ZONE = 'example.com'
/** How the runtime tells what a Worker asked for; of no server's business. */
const OWN_HEADER = /^mf-/i

export interface Received {
  /** The server that was asked. */
  readonly host: string
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly cf: Readonly<Record<string, unknown>>
}

export type Origin = (request: IncomingMessage, response: ServerResponse) => void

export interface Internet {
  /** For the runtime: where all fetches of a Worker go. */
  readonly outbound: { readonly node: Origin }
  /** From now on this answers for the name. */
  serve(host: string, origin: Origin): void
  /** What has arrived so far, checks too. */
  readonly received: readonly Received[]
  forget(): void
}

const isOfZone = (host: string) => host === ZONE || host.endsWith(`.${ZONE}`)

export function startInternet(): Internet {
  const origins = new Map<string, Origin>()
  const received: Received[] = []
  const outbound: Origin = (request, response) => {
    const cf = JSON.parse((request.headers['mf-cf-blob'] as string | undefined) ?? '{}') as Record<string, unknown>
    for (let i = request.rawHeaders.length - 2; i >= 0; i -= 2) {
      if (OWN_HEADER.test(request.rawHeaders[i]!)) request.rawHeaders.splice(i, 2)
    }
    for (const name of Object.keys(request.headers).filter((each) => OWN_HEADER.test(each)))
      delete request.headers[name]
    const asked = new URL(`http://${request.headers.host}`).hostname
    const override = cf['resolveOverride'] as string | undefined
    // One that is not of the zone is ignored in silence.
    const host = override !== undefined && isOfZone(override) && isOfZone(asked) ? override : asked
    received.push({ host, method: request.method!, url: request.url!, headers: request.headers, cf })
    const origin = origins.get(host)
    if (origin) origin(request, response)
    // Its name has no address.
    else answerAsCloudflare(response, 530)
  }
  return {
    outbound: { node: outbound },
    serve: (host, origin) => void origins.set(host, origin),
    received,
    forget: () => void (received.length = 0),
  }
}

/** A server that answers with its own name, but for what a test says. */
export function named(name: string): Origin {
  return (request, response) => {
    request.resume()
    response.writeHead(200, { 'x-server': name }).end(name)
  }
}
