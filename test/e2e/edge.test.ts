// What servers get from the deployed bundle, beside what they get from `limpet serve`.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { ServerView } from '../../src/health/server-view.ts'
import { startEdge } from './edge.ts'
import type { Edge } from './edge.ts'
import { exchange, startLimpet, temporaryDirectory, TOKEN, until } from './harness.ts'

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

describe('a server that is the Worker itself', () => {
  it('answers 522, and the log says of requests and checks alike what that is', async () => {
    const server = createServer((_, response) =>
      response.writeHead(522, { server: 'cloudflare' }).end('error code: 522'),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void (server.close(), server.closeAllConnections()))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const servers = [{ name: 's1', url }]
    const told = (edge: Edge) =>
      edge.lines().filter((line) => line.includes('"event":"own-name-fetched","host":"127.0.0.1"'))

    const asked = await startEdge({ backends: [{ name: 'app', servers }] })
    for (let i = 0; i < 3; i++) expect((await exchange(asked.url)).status).toBe(503)
    await until(() => told(asked).length > 0)
    expect(told(asked)).toHaveLength(1)

    const frontends = [{ name: 'www', hosts: '127.0.0.1', defaultBackend: 'app' }]
    const checked = await startEdge({ frontends, backends: [{ name: 'app', check: { inter: '100ms' }, servers }] })
    // By a name that no frontend has: only the Monitor asks the server.
    expect((await exchange(checked.url, { headers: { host: 'elsewhere.example' } })).status).toBe(404)
    await until(() => told(checked).length > 0)
  })
})

/** Lets in only who comes by fetch, which alone sends CF-Worker, or only who comes otherwise; 403 to the rest. */
async function startShielded(letsIn: 'fetch' | 'socket' = 'fetch') {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const isFetched = request.headers['cf-worker'] !== undefined
    received.push({ method: request.method!, url: request.url!, headers: request.headers as Record<string, string> })
    response.writeHead(isFetched === (letsIn === 'fetch') ? 200 : 403).end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void (server.close(), server.closeAllConnections()))
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function checkedServer(edge: Edge): Promise<ServerView> {
  const authorization = `Bearer ${TOKEN}`
  let view: ServerView | undefined
  await until(async () => {
    const { body } = await exchange(`${edge.url}/.limpet/servers`, { headers: { authorization } })
    view = (JSON.parse(body) as { servers: ServerView[] }).servers[0]!
    return view.lastCheck !== null
  })
  return view!
}

describe('a check of the deployed bundle', () => {
  const check = { uri: '/health', inter: '300ms', fall: 1, headers: { 'CF-Access-Client-Id': 'limpet' } } as const

  it('goes as requests go: a server that lets only Cloudflare in is up', async () => {
    const { received, url } = await startShielded()
    const edge = await startEdge({ backends: [{ name: 'app', check, servers: [{ name: 's1', url }] }] })
    expect(await checkedServer(edge)).toMatchObject({ health: 'up', lastCheck: { code: 'L7OK', status: 200 } })
    const [first] = received.filter((each) => each.url === '/health')
    expect(first!.headers).toMatchObject({ 'user-agent': 'limpet-check', 'cf-access-client-id': 'limpet' })
    expect(first!.headers).not.toHaveProperty('cache-control')
  })

  it("goes by socket where it is asked to: by: 'socket'", async () => {
    const { url } = await startShielded()
    const servers = [{ name: 's1', url }]
    const edge = await startEdge({ backends: [{ name: 'app', check: { ...check, by: 'socket' }, servers }] })
    expect(await checkedServer(edge)).toMatchObject({ health: 'down', lastCheck: { code: 'L7STS', status: 403 } })
  })

  it('takes no server down that sockets have found up, until it has differed fall x 3 times', async () => {
    const { received, url } = await startShielded('socket')
    const storage = temporaryDirectory()
    const configBy = (by: 'socket' | 'fetch'): LimpetConfig => ({
      backends: [{ name: 'app', check: { ...check, fall: 2, by }, servers: [{ name: 's1', url }] }],
    })
    const before = await startEdge(configBy('socket'), storage)
    expect(await checkedServer(before)).toMatchObject({ health: 'up' })
    await before.stop()
    received.length = 0
    const edge = await startEdge(configBy('fetch'), storage)
    const asked = () => received.filter((each) => each.url === '/health')
    const bySocket = () => asked().filter(({ headers }) => headers['cf-worker'] === undefined).length
    await until(async () => {
      const { health } = await checkedServer(edge)
      // Asked first: a check may come in between.
      return bySocket() >= 6 || health === 'down'
    })
    expect(bySocket()).toBe(6)
    await until(async () => (await checkedServer(edge)).health === 'down')
    expect(bySocket()).toBe(6)
    expect(asked().length - bySocket()).toBeGreaterThanOrEqual(8)
    const warnings = edge.lines().filter((line) => line.includes('check-differs'))
    expect(warnings.map((line) => (JSON.parse(line) as { checksLeft: number }).checksLeft)).toEqual([5, 4, 3, 2, 1, 0])
    expect(warnings[0]).toContain('unwanted status 403')
  })
})
