// What servers get from the deployed bundle, beside what they get from `limpet serve`.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import type { LimpetConfig } from '../../src/config/schema.ts'
import { startEdge } from './edge.ts'
import { exchange, startLimpet } from './harness.ts'

interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Answers 304 as Express does: never to a client that says it wants no answer of a cache (RFC 9111 5.2.1.4). */
async function startRecorder() {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const headers = request.headers as Record<string, string>
    received.push({ method: request.method!, url: request.url!, headers })
    const isFresh = headers['if-none-match'] === '"v1"' && !/no-cache/.test(headers['cache-control'] ?? '')
    response.writeHead(isFresh ? 304 : 200, { etag: '"v1"' }).end(isFresh ? undefined : 'the page')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void (server.close(), server.closeAllConnections()))
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function configOf(url: string, host: 'client' | 'server'): LimpetConfig {
  return { backends: [{ name: 'app', host, servers: [{ name: 's1', url }] }] }
}

/** Names of places; and what Cloudflare itself sets, whatever the client sent: CF-Worker, and `br, gzip`. */
const PLACES = ['host', 'x-forwarded-host', 'x-forwarded-port', 'x-limpet-passages']
const DIFFERS = new Set([...PLACES, 'cf-worker', 'accept-encoding'])

function comparable({ headers }: Received) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DIFFERS.has(name)))
}

describe('a server behind the deployed bundle', () => {
  it.each([
    ['a GET', {}],
    ['a GET for a copy that is still good', { headers: { 'if-none-match': '"v1"', accept: 'text/html' } }],
    ['a GET of a client that wants no copy', { headers: { 'cache-control': 'no-cache', pragma: 'no-cache' } }],
    ['a POST', { method: 'POST', headers: { 'content-type': 'text/plain', 'content-length': '5' }, body: 'order' }],
  ])('gets the headers that it gets under serve: %s', async (_, ask) => {
    const { received, url } = await startRecorder()
    const config = configOf(url, 'server')
    const [edge, serve] = [await startEdge(config), await startLimpet(config)]
    for (const balancer of [edge, serve]) expect((await exchange(`${balancer.url}/a?b`, ask)).status).toBeLessThan(400)
    const [fromEdge, fromServe] = received
    expect(fromEdge).toMatchObject({ method: fromServe!.method, url: fromServe!.url })
    expect(comparable(fromEdge!)).toEqual(comparable(fromServe!))
  })

  it.each(['client', 'server'] as const)('answers 304 when it is asked, with host: %s', async (host) => {
    const { url } = await startRecorder()
    const edge = await startEdge(configOf(url, host))
    // Without a zone resolveOverride does nothing, so the client names the server itself.
    const headers = { host: new URL(url).host, 'if-none-match': '"v1"' }
    expect((await exchange(edge.url, { headers })).status).toBe(304)
  })
})
