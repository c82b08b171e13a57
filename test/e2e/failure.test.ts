// What clients see when servers fail: refused, reset, silent, slow, powered off; and what is never sent twice.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

import { describe, expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { Client, exchange, sessionOf, startLimpet, startOrigin, startOrigins, until } from './harness.ts'
import type { Origin } from './harness.ts'

const backend = (origins: readonly Pick<Origin, 'name' | 'url'>[], more: object = {}) => ({
  name: 'app',
  cookie: { name: 'SERVERID' },
  servers: origins.map(({ name, url }) => ({ name, url })),
  ...more,
})

/** A client that belongs to s1. */
async function clientOfFirst(url: string): Promise<Client> {
  let client = new Client()
  await until(async () => {
    client = new Client()
    return sessionOf(await client.get(`${url}/`)).name === 's1'
  })
  return client
}

describe('a server that refuses connections', () => {
  it('costs an idempotent request nothing: another server answers, with one new cookie', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins)] })
    const client = await clientOfFirst(limpet.url)
    await origins[0]!.kill()
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const own = new Client()
      own.cookies.set('SERVERID', client.cookies.get('SERVERID')!)
      const answer = await own.get(`${limpet.url}/`, { method, body: method === 'PUT' ? 'body' : '' })
      expect(answer.status).toBe(200)
      expect(sessionOf(answer).name).toBe('s2')
      expect(answer.setCookie.filter((line) => line.startsWith('SERVERID='))).toHaveLength(1)
      expect(sessionOf(await own.get(`${limpet.url}/`)).name).toBe('s2')
    }
    await until(() => limpet.log().length >= 8)
    expect(limpet.log().find((line) => line['redispatches'] === 1)).toMatchObject({
      retries: 1,
      verdict: 'VI',
      server: 's2',
    })
  })

  it('costs a POST a 503, because fetch cannot tell whether it was delivered', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins)] })
    const client = await clientOfFirst(limpet.url)
    await origins[0]!.kill()
    const answer = await client.get(`${limpet.url}/upload`, { method: 'POST', body: 'order' })
    expect(answer.status).toBe(503)
    expect(answer.headers['cache-control']).toBe('no-cache')
    expect(answer.setCookie).toEqual([])
    expect(answer.body).toContain('<h1>503 Service Unavailable</h1>')
    expect(answer.body).not.toMatch(/127|s1|s2|app|limpet/i)
  })

  it('costs only the first POST that: once it is known to fail, a connection is tried before another is sent', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins)] })
    const clients = [await clientOfFirst(limpet.url), await clientOfFirst(limpet.url), await clientOfFirst(limpet.url)]
    const before = (await origins[1]!.stats()).hits
    await origins[0]!.kill()
    const post = (client: Client) => client.get(`${limpet.url}/upload`, { method: 'POST', body: 'order' })
    expect((await post(clients[0]!)).status).toBe(503)
    for (const client of clients.slice(1)) {
      const answer = await post(client)
      expect([answer.status, (JSON.parse(answer.body) as { name: string }).name]).toEqual([200, 's2'])
    }
    // Each order once; both questions for figures are hits, too.
    expect((await origins[1]!.stats()).hits - before).toBe(2 + 1)
    await origins[0]!.restart()
    await pass(2100)
    const back = await clientOfFirst(limpet.url)
    expect((await post(back)).status).toBe(200)
  })

  it('is avoided by new clients for a while, so that few of them meet it', async () => {
    for (const ejection of [true, false]) {
      const origins = await startOrigins(2)
      const limpet = await startLimpet({ backends: [backend(origins, { ejection, retryBudget: false })] })
      await origins[0]!.kill()
      const startedMs = performance.now()
      for (let i = 0; i < 150; i++) expect((await exchange(`${limpet.url}/`)).status).toBe(200)
      const tookS = (performance.now() - startedMs) / 1000
      await until(() => limpet.log().length === 150)
      const met = limpet.log().filter((line) => line['redispatches'] === 1).length
      expect(met).toBeGreaterThanOrEqual(ejection ? 1 : 60)
      // At 0, 1, 3, 7 ... seconds one tries whether it is back.
      if (ejection) expect(met).toBeLessThanOrEqual(2 + Math.log2(tookS + 1))
    }
  })

  it('and takes all others with it, is not asked for ever: retries are a share of the requests', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins, { retryBudget: 0.1, ejection: false })] })
    for (const origin of origins) await origin.kill()
    for (let i = 0; i < 200; i++) await exchange(`${limpet.url}/`)
    await until(() => limpet.log().length === 200)
    const retries = limpet.log().reduce((sum, line) => sum + (line['retries'] as number), 0)
    // A burst of a hundred, and a tenth of the requests.
    expect(retries).toBeGreaterThan(100)
    expect(retries).toBeLessThanOrEqual(100 + 20)
  })

  it('with redispatch off is tried again after a pause and then gives 503', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins, { redispatch: false, retries: 1 })] })
    const client = await clientOfFirst(limpet.url)
    await origins[0]!.kill()
    expect((await client.get(`${limpet.url}/`)).status).toBe(503)
    await until(() => limpet.log().some((line) => line['status'] === 503))
    expect(limpet.log().at(-1)).toMatchObject({ retries: 1, redispatches: 0, server: 's1' })
  })

  it('that comes back within the pauses answers its own client', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins, { redispatch: false, retries: 20 })] })
    const client = await clientOfFirst(limpet.url)
    await origins[0]!.kill()
    const answer = client.get(`${limpet.url}/`)
    await origins[0]!.restart()
    expect(sessionOf(await answer).name).toBe('s1')
  })

  it('and is the only one gives 503 after its retries', async () => {
    const port = await freePort()
    const limpet = await startLimpet({
      backends: [backend([{ name: 's1', url: `http://127.0.0.1:${port}` }], { retries: 1 })],
    })
    const answer = await exchange(`${limpet.url}/`)
    expect(answer.status).toBe(503)
    expect(answer.headers['content-type']).toBe('text/html')
  })
})

describe('a client that is slow to send, or hangs up while it sends', () => {
  it.each(['slow', 'gone'])('%s: is blamed on no server', async (how) => {
    const origins = await startOrigins(2)
    const timeouts = { connect: '1s', server: '2s' } as const
    const limpet = await startLimpet({ backends: [backend(origins, { timeouts })] })
    const socket = connect(Number(new URL(limpet.url).port), '127.0.0.1').on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    socket.write(`POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1000)}`)
    if (how === 'slow') {
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 504 /)
    } else {
      // Asking for the figures is a hit on each, too.
      let asked = 0
      await until(async () => (await hitsOf(origins)) > origins.length * ++asked)
      socket.resetAndDestroy()
    }
    const names = new Set<string>()
    for (let i = 0; i < 6; i++) names.add(sessionOf(await exchange(`${limpet.url}/`)).name)
    expect([...names].toSorted()).toEqual(['s1', 's2'])
  })
})

describe('a server that answers errors', () => {
  it('is taken down by what live traffic sees, long before its checks would, and a check brings it back', async () => {
    const origins = await startOrigins(2)
    const servers = origins.map(({ name, url }) => ({
      name,
      url,
      observe: 'layer7' as const,
      errorLimit: 5,
      onError: 'mark-down' as const,
    }))
    const check = { uri: '/health', inter: '60s', downinter: '1s', rise: 1, timeout: '30s' } as const
    const limpet = await startLimpet({ backends: [{ ...backend(origins), servers, check }] }, { isolates: 2 })
    // One failure takes down a server that was never checked before.
    await until(async () => (await limpet.servers()).every(({ lastCheck }) => lastCheck !== null))
    await origins[0]!.setHealth(500)
    const client = await clientOfFirst(limpet.url)
    for (let i = 0; i < 5; i++) {
      expect((await client.get(`${limpet.url}/status?code=500`)).status).toBe(500)
    }
    await until(async () => (await limpet.servers())[0]!.status === 'DOWN')
    for (const url of limpet.urls) await until(async () => sessionOf(await new Client().get(`${url}/`)).name === 's2')
    expect(sessionOf(await client.get(`${limpet.url}/`)).name).toBe('s2')
    await origins[0]!.setHealth(200)
    await until(async () => (await limpet.servers())[0]!.status === 'UP')
  })

  it('with disable-l7-retry is not asked again, where others are', async () => {
    const origins = await startOrigins(1)
    const rules = [{ if: { path: '/status' }, do: { disableL7Retry: true as const } }]
    const limpet = await startLimpet({ backends: [{ ...backend(origins), rules, retryOn: [500], retries: 2 }] })
    expect((await exchange(`${limpet.url}/status?code=500`)).status).toBe(500)
    expect((await origins[0]!.stats()).hits).toBe(1 + 1)
    expect((await exchange(`${limpet.url}/empty?code=500`)).status).toBe(500)
    expect((await origins[0]!.stats()).hits).toBe(2 + 3 + 1)
  })
})

describe('a request that may have been delivered', () => {
  it.each(['/reset', '/garbage'])(
    'to %s is repeated when it is idempotent and never when it is a POST',
    async (path) => {
      const origins = await startOrigins(2)
      const limpet = await startLimpet({ backends: [backend(origins, { retries: 1 })] })
      const before = await hitsOf(origins)
      expect((await exchange(`${limpet.url}${path}`)).status).toBe(503)
      expect((await hitsOf(origins)) - before).toBe(2 + origins.length)
      expect((await exchange(`${limpet.url}${path}`, { method: 'POST', body: 'order' })).status).toBe(503)
      expect((await hitsOf(origins)) - before).toBe(3 + 2 * origins.length)
    },
  )

  it('with a body too large to be held is sent once', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins)] })
    const before = await hitsOf(origins)
    const answer = await exchange(`${limpet.url}/reset`, { method: 'PUT', body: Buffer.alloc(70_000) })
    expect(answer.status).toBe(503)
    expect((await hitsOf(origins)) - before).toBe(1 + origins.length)
  })
})

describe('a server that answers late', () => {
  it('past timeout server gives 504 and is not asked twice', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins, { timeouts: { server: '300ms' } })] })
    const before = await hitsOf(origins)
    const answer = await exchange(`${limpet.url}/slow?ms=5000`)
    expect(answer.status).toBe(504)
    expect(answer.body).toContain('504 Gateway Timeout')
    expect((await hitsOf(origins)) - before).toBe(1 + origins.length)
    await until(async () =>
      (await Promise.all(origins.map((origin) => origin.stats()))).some(({ aborted }) => aborted === 1),
    )
  })

  it('with its body after timely headers is waited for', async () => {
    const origin = await startOrigin('s1')
    const limpet = await startLimpet({ backends: [backend([origin], { timeouts: { server: '1500ms' } })] })
    expect((await exchange(`${limpet.url}/slow-body?ms=3000`)).body).toBe('first last')
  })

  it('but within timeout server is waited for past timeout connect, when connections open', async () => {
    const origin = await startOrigin('s1')
    const limpet = await startLimpet({
      backends: [backend([origin], { timeouts: { connect: '1s', server: '30s' } })],
    })
    expect((await exchange(`${limpet.url}/slow?ms=3000`)).body).toBe('slow')
    expect((await origin.stats()).hits).toBe(2)
  })
})

describe('a server that is powered off', () => {
  it('costs timeout connect, not timeout server, and the request goes to another', async () => {
    const off = await startPoweredOff()
    const origin = await startOrigin('s2')
    const limpet = await startLimpet({
      backends: [
        backend([{ name: 's1', url: `http://127.0.0.1:${off}` }, origin], {
          timeouts: { connect: '1s', server: '60s' },
        }),
      ],
    })
    for (let i = 0; i < 4; i++) {
      const answer = await exchange(`${limpet.url}/`)
      expect(answer.status).toBe(200)
      expect(sessionOf(answer).name).toBe('s2')
    }
    await until(() => limpet.log().length === 4)
    expect(limpet.log().some((line) => line['redispatches'] === 1)).toBe(true)
    for (const line of limpet.log()) expect(line['durationMs']).toBeLessThan(30_000)
  })
})

describe('a client that hangs up', () => {
  it.each(['roundrobin', 'leastconn'])(
    "under %s cancels the origin's request and is blamed on nobody",
    async (balance) => {
      const origins = await startOrigins(2)
      const check = { uri: '/health', inter: '200ms', timeout: '30s' }
      const limpet = await startLimpet({ backends: [backend(origins, { balance, check })] })
      const { hostname, port } = new URL(limpet.url)
      const abortedAt = async () => {
        const stats = await Promise.all(origins.map((origin) => origin.stats()))
        return stats.reduce((sum, { aborted }) => sum + aborted, 0)
      }
      const inProgress = async () => {
        const stats = await Promise.all(origins.map((origin) => origin.stats()))
        return stats.reduce((sum, each) => sum + each.inProgress, 0)
      }
      for (const path of ['/slow?ms=60000', '/slow-body?ms=60000']) {
        const before = await abortedAt()
        const socket = connect(Number(port), hostname)
        let received = ''
        socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        const isBody = path.startsWith('/slow-body')
        await until(async () => (isBody ? received.includes('first') : (await inProgress()) === 1))
        socket.resetAndDestroy()
        if (!isBody) await until(async () => (await abortedAt()) === before + 1)
        await until(async () => (await inProgress()) === 0)
      }
      for (const server of await limpet.servers()) expect(server.status).toBe('UP')
      // Had the hang-ups left anything counted, leastconn would send these to one server.
      const names: string[] = []
      for (let i = 0; i < 8; i++) names.push(sessionOf(await exchange(`${limpet.url}/`)).name)
      expect(names.filter((name) => name === 's1')).toHaveLength(4)
    },
  )
})

async function hitsOf(origins: readonly Origin[]): Promise<number> {
  const stats = await Promise.all(origins.map((origin) => origin.stats()))
  return stats.reduce((sum, { hits }) => sum + hits, 0)
}

/** A port that answers no SYN: a listener that never accepts, with its backlog full. */
async function startPoweredOff(): Promise<number> {
  const child = spawn(process.execPath, [
    '-e',
    `const s = require('net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => { console.log(s.address().port); process.kill(process.pid, 'SIGSTOP') })`,
  ])
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    child.kill('SIGKILL')
  })
  const [data] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(data.toString())
  // Fill the backlog until a connection no longer opens.
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    await Promise.race([once(socket, 'connect'), pass(500)])
    // After a stall the timer is told before the connection: one more turn of the loop.
    await pass(0)
    if (socket.connecting) return port
  }
}

/** After a minute an alarm would come back although checks had lost their way. */
const BELOW_WATCHDOG_MS = 30_000

describe('how soon a server that dies is known to be down', () => {
  it('checks that come at odd moments never cease', async () => {
    const origins = await startOrigins(3)
    const check = { uri: '/health', inter: '100ms', rise: 1, fall: 1, timeout: '10s' }
    const limpet = await startLimpet({ spreadChecks: 50, backends: [backend(origins, { check })] })
    for (let i = 0; i < 12; i++) {
      await origins[i % 3]!.setHealth(i % 2 === 0 ? 500 : 200)
      const wanted = i % 2 === 0 ? 'down' : 'up'
      await origins[(i + 1) % 3]!.setHealth(200)
      await until(async () => (await limpet.servers())[i % 3]!.health === wanted, BELOW_WATCHDOG_MS)
    }
  })

  it('within inter + fall x the longer of inter and timeout, and a refresh', async () => {
    const origins = await startOrigins(2)
    const check = { uri: '/health', inter: '500ms', fall: 3, timeout: '500ms' }
    // Nothing but the checks keeps requests away from it.
    const own = { check, retries: 0, ejection: false, balance: 'roundrobin' }
    const limpet = await startLimpet(
      { backends: [{ ...backend(origins, own), cookie: undefined }] },
      {
        isolates: 2,
      },
    )
    await until(async () => (await limpet.servers()).every(({ lastCheck }) => lastCheck !== null))
    await origins[0]!.kill()
    const killedMs = performance.now()
    let lastErrorMs = killedMs
    let slowestMs = 0
    while (performance.now() - Math.max(lastErrorMs, killedMs + 1_000) < 3_000) {
      const askedMs = performance.now()
      const answers = await Promise.all(limpet.urls.map((url) => exchange(`${url}/whoami`)))
      slowestMs = Math.max(slowestMs, performance.now() - askedMs)
      if (answers.some(({ status }) => status !== 200)) lastErrorMs = performance.now()
      await pass(20)
    }
    expect(lastErrorMs - killedMs).toBeGreaterThan(200)
    // On a busy machine each check and the refresh come late, too.
    const slackMs = 1_000 + (1 + check.fall + 1) * slowestMs
    expect(lastErrorMs - killedMs).toBeLessThan(500 + 3 * 500 + 1_000 + slackMs)
  })
})
