// What is in flight is judged by its own connection, whatever checks say of its server meanwhile.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

import { describe, expect, it, onTestFinished } from 'vitest'

import { Client, exchange, sessionOf, startLimpet, startOrigin, startOrigins, until } from './harness.ts'
import type { Origin, Serving } from './harness.ts'

/** A busy machine takes no server down. */
const CHECK = { uri: '/health', inter: '200ms', timeout: '5s', rise: 1, fall: 1 } as const
const TIMEOUTS = { connect: '300ms', server: '20s' } as const

const backend = (origins: readonly Pick<Origin, 'name' | 'url'>[], more: object = {}) => ({
  name: 'app',
  cookie: { name: 'SERVERID', format: 'haproxy' as const },
  servers: origins.map(({ name, url }) => ({ name, url })),
  timeouts: TIMEOUTS,
  ...more,
})

function clientOf(name: string): Client {
  const client = new Client()
  client.cookies.set('SERVERID', name)
  return client
}

async function timed<T>(work: Promise<T>): Promise<readonly [T, number]> {
  const startedMs = performance.now()
  return [await work, performance.now() - startedMs]
}

/** The lines of requests; changes of servers are logged, too. */
function requestsOf(limpet: Serving): Record<string, unknown>[] {
  return limpet.log().filter((line) => 'verdict' in line)
}

/** An origin in this process. */
async function listening(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close().closeAllConnections())
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('a request in flight', () => {
  it.each(['GET', 'POST'])('is run once, where it is, when its server turns down: %s', async (method) => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins, { check: CHECK })] })
    const client = clientOf('s1')
    const running = timed(client.get(`${limpet.url}/slow?ms=3000`, { method }))
    await until(async () => (await origins[0]!.stats()).inProgress === 1)
    await origins[0]!.setHealth(500)
    await until(async () => (await limpet.servers())[0]!.health === 'down')
    const [answer, tookMs] = await running
    expect([answer.status, answer.body]).toEqual([200, 'slow'])
    expect(tookMs).toBeLessThan(4_000)
    await until(() => requestsOf(limpet).length === 1)
    expect(requestsOf(limpet)[0]).toMatchObject({ server: 's1', retries: 0, redispatches: 0 })
    expect((await origins[1]!.stats()).hits).toBe(1)
    await origins[0]!.setHealth(200)
    await until(async () => (await limpet.servers())[0]!.health === 'up')
    expect(sessionOf(await client.get(`${limpet.url}/`)).name).toBe('s1')
  })

  it('is finished by a server that shuts down in good order', async () => {
    let runs = 0
    const { server, url } = await listening((_, response) => {
      runs += 1
      server.close()
      setTimeout(() => response.end('finished'), 1_500)
    })
    const other = await startOrigin('s2')
    const limpet = await startLimpet({ backends: [backend([{ name: 's1', url }, other])] })
    expect((await clientOf('s1').get(`${limpet.url}/`)).body).toBe('finished')
    expect([runs, (await other.stats()).hits]).toEqual([1, 1])
  })

  it('costs its server one connection more at most, and none while others are answered', async () => {
    let connections = 0
    const { server, url } = await listening((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end('slow'), 1_500)
      else response.end('quick')
    })
    server.on('connection', () => (connections += 1))
    const limpet = await startLimpet({ backends: [backend([{ name: 's1', url }])] })
    expect((await exchange(`${limpet.url}/slow`)).body).toBe('slow')
    expect(connections).toBe(2)
    const running = exchange(`${limpet.url}/slow`)
    await pass(50)
    const before = connections
    await exchange(`${limpet.url}/`)
    expect((await running).body).toBe('slow')
    // The quick one may have needed one of its own.
    expect(connections - before).toBeLessThanOrEqual(1)
  })

  it('ends with its connection: killed in the middle, a GET is run elsewhere and a POST is not', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins)] })
    const getting = timed(clientOf('s1').get(`${limpet.url}/slow?ms=1000`))
    const posting = timed(clientOf('s1').get(`${limpet.url}/slow?ms=1000`, { method: 'POST' }))
    await until(async () => (await origins[0]!.stats()).inProgress === 2)
    await origins[0]!.kill()
    const [get, getMs] = await getting
    const [post, postMs] = await posting
    expect([get.status, post.status]).toEqual([200, 503])
    expect(postMs).toBeLessThan(1_000)
    expect(getMs).toBeLessThan(3_000)
    expect((await origins[1]!.stats()).hits).toBe(2)
  })
})

describe('a server that is paused for 3 s', () => {
  it('with persist loses none of 36 sessions', async () => {
    const origins = await startOrigins(3)
    const check = { ...CHECK, timeout: '300ms' } as const
    const more = { check, persist: true, redispatch: -1, timeouts: { connect: '1s', server: '20s' } } as const
    const limpet = await startLimpet({ backends: [backend(origins, more)] })
    const clients = origins.flatMap(({ name }) => Array.from({ length: 12 }, () => ({ name, client: clientOf(name) })))
    const visits = () =>
      Promise.all(
        clients.map(async ({ name, client }) => {
          const { name: by, lost } = sessionOf(await client.get(`${limpet.url}/`))
          return by === name && !lost
        }),
      )
    expect(await visits()).toEqual(clients.map(() => true))
    process.kill(origins[0]!.pid, 'SIGSTOP')
    // Some come at once, some when checks have seen it down.
    const during = Promise.all([visits(), pass(1_500).then(visits)])
    await until(async () => (await limpet.servers())[0]!.health === 'down')
    await pass(2_000)
    process.kill(origins[0]!.pid, 'SIGCONT')
    expect((await during).flat().filter((isKept) => !isKept)).toEqual([])
    expect(await visits()).toEqual(clients.map(() => true))
  })
})

describe('on-marked-down shutdown-sessions', () => {
  it.each(['down', 'maint'])('ends what has no headers yet, and runs it nowhere else: %s', async (how) => {
    const origins = await startOrigins(2)
    const more = { check: CHECK, retryMethods: 'all' as const }
    const app = backend(origins, more)
    const servers = app.servers.map((server) => ({ ...server, onMarkedDown: 'shutdown-sessions' as const }))
    const limpet = await startLimpet({ backends: [{ ...app, servers }] })
    const running = timed(clientOf('s1').get(`${limpet.url}/slow?ms=8000`))
    await until(async () => (await origins[0]!.stats()).inProgress === 1)
    if (how === 'down') await origins[0]!.setHealth(500)
    else await limpet.set('app/s1', { state: 'maint' })
    const [answer, tookMs] = await running
    expect(answer.status).toBe(502)
    expect(answer.setCookie).toEqual([])
    expect(tookMs).toBeLessThan(4_000)
    expect((await origins[1]!.stats()).hits).toBe(1)
    await until(() => requestsOf(limpet).length === 1)
    expect(requestsOf(limpet)[0]).toMatchObject({ server: 's1', retries: 0, termination: 'DH', verdict: 'VN' })
    // Its place is free again, and its server was told.
    await until(async () => (await origins[0]!.stats()).aborted === 1)
  })
})
