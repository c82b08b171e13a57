// maxconn on real processes: origins that count what they have in progress at once, several isolates in front of them.

import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { Client, exchange, startLimpet, startOrigin, startOrigins, until } from './harness.ts'
import type { Answer, Origin } from './harness.ts'

type BackendInput = LimpetConfig['backends'][number]

function limited(
  origins: readonly Origin[],
  maxconn: number,
  more: Partial<BackendInput> = {},
  server: Partial<BackendInput['servers'][number]> = {},
): LimpetConfig {
  const servers = origins.map(({ name, url }) => ({ name, url, maxconn, ...server }))
  return { backends: [{ name: 'app', cookie: { name: 'SERVERID' }, servers, ...more }] }
}

/** Every request at once, in turn to each isolate. */
function burst(urls: readonly string[], count: number, path: string): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => exchange(urls[i % urls.length]! + path)))
}

async function mostOf(origins: readonly Origin[]): Promise<number[]> {
  return (await Promise.all(origins.map((origin) => origin.stats()))).map(({ most }) => most)
}

describe('maxconn of servers', () => {
  it('holds over several isolates, and nobody is lost', async () => {
    const origins = await startOrigins(2)
    const { urls } = await startLimpet(limited(origins, 5, { timeouts: { queue: '60s' } }), { isolates: 4 })
    const answers = await burst(urls, 120, '/slow?ms=300')
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const most = await mostOf(origins)
    expect(Math.max(...most)).toBeLessThanOrEqual(5)
    expect(Math.min(...most)).toBe(5)
  })

  it('of one slot, isolates take turns', async () => {
    const [origin] = await startOrigins(1)
    const { urls } = await startLimpet(limited([origin!], 1, { timeouts: { queue: '60s' } }), { isolates: 3 })
    const answers = await burst(urls, 30, '/slow?ms=20')
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(await mostOf([origin!])).toEqual([1])
  })

  it('a persistent client waits for its own server, a new one goes where there is room', async () => {
    const origins = await startOrigins(2)
    const { url } = await startLimpet(limited(origins, 1, { timeouts: { queue: '30s' } }))
    const client = new Client()
    const own = (await client.get(`${url}/whoami`)).body
    const name = (JSON.parse(own) as { name: string }).name
    const home = origins.find((origin) => origin.name === name)!
    const busy = client.get(`${url}/slow?ms=3000`)
    await until(async () => (await home.stats()).inProgress === 1)
    const [again, other] = await Promise.all([client.get(`${url}/whoami`), exchange(`${url}/whoami`)])
    expect(JSON.parse(again.body)).toMatchObject({ name })
    expect(JSON.parse(other.body)).not.toMatchObject({ name })
    expect(await mostOf([home])).toEqual([1])
    expect((await busy).status).toBe(200)
  })

  it('answers 503 after timeout queue, and at once when the queue is full', async () => {
    const [origin] = await startOrigins(1)
    const config = limited([origin!], 1, { timeouts: { queue: '2s' }, redispatch: false }, { maxqueue: 1 })
    const { url } = await startLimpet(config)
    const client = new Client()
    await client.get(`${url}/whoami`)
    const busy = client.get(`${url}/slow?ms=6000`)
    await until(async () => (await origin!.stats()).inProgress === 1)
    const startedMs = performance.now()
    const tookMs: number[] = []
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const answer = await client.get(`${url}/whoami`)
        tookMs.push(performance.now() - startedMs)
        return answer.status
      }),
    )
    expect(answers).toEqual([503, 503])
    expect(tookMs[1]).toBeGreaterThan(1_900)
    // One of them did not wait.
    expect(tookMs[1]! - tookMs[0]!).toBeGreaterThan(1_000)
    expect((await busy).status).toBe(200)
  })

  it('with redispatch, a client whose server has a full queue goes elsewhere and belongs there', async () => {
    const origins = await startOrigins(2)
    const config = limited(origins, 1, { timeouts: { queue: '30s' } }, { maxqueue: 1 })
    const { url } = await startLimpet(config)
    const client = new Client()
    const own = (JSON.parse((await client.get(`${url}/whoami`)).body) as { name: string }).name
    const before = client.cookies.get('SERVERID')
    const busy = client.get(`${url}/slow?ms=3000`)
    await until(async () => (await origins.find(({ name }) => name === own)!.stats()).inProgress === 1)
    const answers = await Promise.all([client.get(`${url}/whoami`), client.get(`${url}/whoami`)])
    const names = answers.map(({ body }) => (JSON.parse(body) as { name: string }).name)
    expect(names.toSorted()).toEqual(['s1', 's2'])
    expect(client.cookies.get('SERVERID')).not.toBe(before)
    await busy
  })

  it('who hangs up while it waits, or while it is served, keeps no slot', async () => {
    const [origin] = await startOrigins(1)
    const { url } = await startLimpet(limited([origin!], 1, { timeouts: { queue: '30s' } }))
    const busy = exchange(`${url}/slow?ms=1500`)
    await until(async () => (await origin!.stats()).inProgress === 1)
    // A reset: of a plain goodbye workerd learns with the first byte that it sends.
    const leaving = Array.from({ length: 5 }, async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.write('GET /slow?ms=60000 HTTP/1.1\r\nHost: x\r\n\r\n')
      await pass(200)
      socket.resetAndDestroy()
    })
    await Promise.all(leaving)
    await busy
    // With the slot kept, this would wait for longer than timeout queue.
    expect((await exchange(`${url}/whoami`)).status).toBe(200)
  })

  it('with countSockets a WebSocket has its slot until it closes', async () => {
    const [origin] = await startOrigins(1)
    const config = limited([origin!], 1, { timeouts: { queue: '300ms' } })
    const { url } = await startLimpet({ ...config, countSockets: true })
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    expect((await exchange(`${url}/whoami`)).status).toBe(503)
    socket.close()
    await until(async () => (await exchange(`${url}/whoami`)).status === 200)
  })

  it('a WebSocket that passes through has its slot for ten seconds', async () => {
    const [origin] = await startOrigins(1)
    const config = limited([origin!], 1, { timeouts: { queue: '20s' } })
    const frontends = [{ name: 'www', defaultBackend: 'app', maxconn: 5 }]
    const { url } = await startLimpet({ ...config, frontends })
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    const startedMs = performance.now()
    expect((await exchange(`${url}/whoami`)).status).toBe(200)
    expect(performance.now() - startedMs).toBeGreaterThan(7_000)
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    socket.send('still there')
    expect(String((await once(socket, 'message'))[0])).toBe('s1: still there')
    // All of it was given back once: five requests at a time go through the frontend.
    expect((await burst([url], 20, '/slow?ms=20')).filter(({ status }) => status !== 200)).toEqual([])
    socket.close()
  })

  it('a lease that is held for long is renewed, and nobody else gets the slot', async () => {
    const [origin] = await startOrigins(1)
    const config = limited([origin!], 1, { timeouts: { queue: '300ms' } })
    const { urls } = await startLimpet({ ...config, countSockets: true }, { isolates: 2 })
    const socket = new WebSocket(urls[0]!.replace('http', 'ws'))
    await once(socket, 'open')
    // Longer than a lease lasts.
    await pass(12_000)
    expect((await exchange(`${urls[1]!}/whoami`)).status).toBe(503)
    socket.close()
    await until(async () => (await exchange(`${urls[1]!}/whoami`)).status === 200)
  })
})

describe('maxconn of a frontend', () => {
  it('and of its servers: both hold, and both are given back', async () => {
    const [origin] = await startOrigins(1)
    const config = limited([origin!], 3, { timeouts: { queue: '60s' }, balance: 'leastconn' })
    const frontends = [{ name: 'www', defaultBackend: 'app', maxconn: 5 }]
    const { urls } = await startLimpet({ ...config, frontends }, { isolates: 2 })
    const answers = await burst(urls, 40, '/slow?ms=300')
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(await mostOf([origin!])).toEqual([3])
    const socket = new WebSocket(urls[0]!.replace('http', 'ws'))
    await once(socket, 'open')
    socket.close()
    await once(socket, 'close')
    expect((await burst(urls, 20, '/big?bytes=100000')).map(({ body }) => body.length)).toEqual(Array(20).fill(100_000))
  })

  it('more requests wait until there is a place, over all isolates', async () => {
    const [origin] = await startOrigins(1)
    const config: LimpetConfig = {
      frontends: [{ name: 'www', defaultBackend: 'app', maxconn: 4 }],
      backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }],
    }
    const { urls } = await startLimpet(config, { isolates: 2 })
    const answers = await burst(urls, 40, '/slow?ms=300')
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(await mostOf([origin!])).toEqual([4])
  })
})

describe('clients that send no body', () => {
  it('do not keep the places of a frontend', async () => {
    const [origin] = await startOrigins(1)
    const { url, log } = await startLimpet({
      frontends: [{ name: 'www', defaultBackend: 'app', maxconn: 20, timeouts: { client: '1s' } }],
      backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }],
    })
    const silent = Array.from({ length: 25 }, (_, i) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      // A GET that announces a body is read, too, since there may be none.
      socket.write(
        `${i % 2 ? 'GET' : 'POST'} / HTTP/1.1\r\nHost: www\r\nContent-Length: 10\r\n\r\nab`.slice(
          0,
          i % 2 ? -2 : undefined,
        ),
      )
      return socket
    })
    await pass(300)
    expect((await exchange(`${url}/whoami`, { method: 'POST', body: 'a body' })).status).toBe(200)
    await until(() => log().filter(({ status, termination }) => status === 408 && termination === 'cR').length === 25)
    for (const socket of silent) socket.destroy()
  })
})

/** A busy machine takes no server down. */
const CHECK = { uri: '/health', inter: '200ms', rise: 1, fall: 1, timeout: '30s' } as const

describe('on-marked-down and on-marked-up', () => {
  it('cut off what a server that is down still has in progress', async () => {
    const origin = await startOrigin('s1')
    const config = limited([origin], 10, {}, {})
    const server = config.backends[0]!.servers[0]!
    const { url } = await startLimpet({
      backends: [{ ...config.backends[0]!, check: CHECK, servers: [{ ...server, onMarkedDown: 'shutdown-sessions' }] }],
    })
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    const cut = exchange(`${url}/slow-body?ms=20000`).then(
      () => 'whole',
      () => 'cut',
    )
    await until(async () => (await origin.stats()).inProgress >= 1)
    await origin.setHealth(500)
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1001)
    expect(await cut).toBe('cut')
  })

  it('cut off what a backup server has in progress when an active one is up again', async () => {
    const [active, spare] = await startOrigins(2)
    await active!.setHealth(500)
    const { url, servers } = await startLimpet({
      backends: [
        {
          name: 'app',
          check: CHECK,
          servers: [
            { name: 's1', url: active!.url, onMarkedUp: 'shutdown-backup-sessions' },
            { name: 's2', url: spare!.url, backup: true, check: false },
          ],
        },
      ],
    })
    await until(async () => (await servers())[0]!.health === 'down')
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    expect((await spare!.stats()).connections).toBe(1)
    await active!.setHealth(200)
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1001)
  })
})
