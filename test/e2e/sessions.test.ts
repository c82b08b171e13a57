// The promise: no client loses its session. Real processes with sessions in memory, clients with cookie jars,
// and everything an operator does to a balancer in a day.

import { describe, expect, it } from 'vitest'

import { Client, exchange, sessionOf, startLimpet, startOrigins, temporaryDirectory, TOKEN, until } from './harness.ts'
import type { Origin, Serving } from './harness.ts'

const CLIENTS = 200

interface Visitor {
  readonly client: Client
  server: string
}

const configOf = (origins: readonly Origin[], more: object = {}) => ({
  log: 'off' as const,
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID', maxidle: '30m', maxlife: '8h' } as const,
      // A server that is slow to answer is no failure here: the machine may be busy.
      check: { uri: '/health', inter: '300ms', rise: 2, fall: 2, timeout: '30s' } as const,
      servers: origins.map(({ name, url }) => ({ name, url })),
      ...more,
    },
  ],
})

/** Everybody visits once, each by the next isolate. Returns those whose session was lost. */
async function visitAll(limpet: Serving, visitors: readonly Visitor[], shift: number): Promise<Visitor[]> {
  const lost: Visitor[] = []
  const queue = visitors.map((visitor, i) => ({ visitor, url: limpet.urls[(i + shift) % limpet.urls.length]! }))
  const work = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const answer = await next.visitor.client.get(`${next.url}/`)
      expect(answer.status).toBe(200)
      const session = sessionOf(answer)
      if (session.lost) lost.push(next.visitor)
      next.visitor.server = session.name
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return lost
}

describe('a check that fails while its server answers', () => {
  it('costs nobody a session under whileAnswering, and keeps new clients away', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet(configOf(origins, { persist: { whileAnswering: '30s' } }))
    const client = new Client()
    while (sessionOf(await client.get(`${limpet.url}/`)).name !== 's1') client.cookies.clear()
    await origins[0]!.setHealth(503)
    await until(async () => (await limpet.servers())[0]!.health === 'down')
    // The state has reached the Worker when nobody new gets this server.
    const newClients = () => Promise.all([1, 2, 3, 4].map(() => new Client().get(`${limpet.url}/`)))
    await until(async () => (await newClients()).every((answer) => sessionOf(answer).name === 's2'))
    const session = sessionOf(await client.get(`${limpet.url}/`))
    expect([session.name, session.lost]).toEqual(['s1', false])
  })
})

describe('a drain with a deadline', () => {
  it('keeps its clients until then, and moves them after it, without a check and without a command', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet(configOf(origins, { check: false }))
    const client = new Client()
    while (sessionOf(await client.get(`${limpet.url}/`)).name !== 's1') client.cookies.clear()
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ state: 'drain', drainFor: '2s' })
    const answer = await exchange(`${limpet.url}/.limpet/servers/app/s1`, { method: 'PATCH', headers, body })
    expect(answer.status).toBe(200)
    expect(sessionOf(await client.get(`${limpet.url}/`)).name).toBe('s1')
    await until(async () => sessionOf(await client.get(`${limpet.url}/`)).name === 's2')
    expect((await limpet.servers())[0]).toMatchObject({ state: 'maint', drainUntilMs: null })
  })
})

const newVisitors = (): Visitor[] => Array.from({ length: CLIENTS }, () => ({ client: new Client(), server: '' }))
const on = (visitors: readonly Visitor[], server: string) => visitors.filter((visitor) => visitor.server === server)

describe('200 clients over 4 isolates', () => {
  it('keep their sessions through drain, weights, a restart of the balancer; maint costs only its own', async () => {
    const origins = await startOrigins(3)
    const state = temporaryDirectory()
    let limpet = await startLimpet(configOf(origins), { isolates: 4, state })
    const visitors = newVisitors()
    await visitAll(limpet, visitors, 0)
    for (const { name } of origins) expect(on(visitors, name).length).toBeGreaterThan(CLIENTS / 3 - 20)
    expect(await visitAll(limpet, visitors, 1)).toEqual([])

    // drain: its clients stay, new ones go elsewhere, in every isolate at once.
    await limpet.set('app/s1', { state: 'drain' })
    expect(await visitAll(limpet, visitors, 2)).toEqual([])
    const late = newVisitors()
    await visitAll(limpet, late, 0)
    expect(on(late, 's1')).toEqual([])

    // weights: only new clients feel them.
    await limpet.set('app/s1', { state: 'ready' })
    await limpet.set('app/s2', { weight: 0 })
    expect(await visitAll(limpet, visitors, 3)).toEqual([])
    const later = newVisitors()
    await visitAll(limpet, later, 0)
    expect(on(later, 's2')).toEqual([])
    await limpet.set('app/s2', { weight: 1 })

    // a restart of the balancer, with overrides kept
    await limpet.set('app/s3', { state: 'drain' })
    expect(await limpet.stop()).toBe(0)
    limpet = await startLimpet(configOf(origins), { isolates: 4, state })
    expect((await limpet.servers()).find((server) => server.server === 's3')).toMatchObject({
      state: 'drain',
      configuredState: 'ready',
    })
    expect(await visitAll(limpet, visitors, 0)).toEqual([])
    await limpet.set('app/s3', { state: 'ready' })

    // maint: exactly its own clients move, and stay where they went when it is back
    const moved = on(visitors, 's1')
    await limpet.set('app/s1', { state: 'maint' })
    const lost = await visitAll(limpet, visitors, 1)
    expect(new Set(lost)).toEqual(new Set(moved))
    await limpet.set('app/s1', { state: 'ready' })
    expect(await visitAll(limpet, visitors, 2)).toEqual([])
  })

  it('when a server is killed under load, only its own sessions are lost and no idempotent request fails', async () => {
    const origins = await startOrigins(3)
    const limpet = await startLimpet(configOf(origins), { isolates: 4 })
    const visitors = newVisitors()
    await visitAll(limpet, visitors, 0)
    const victims = new Set(on(visitors, 's2'))

    let rounds = 0
    const stop = new AbortController()
    const lost: Visitor[] = []
    const load = (async () => {
      while (!stop.signal.aborted) lost.push(...(await visitAll(limpet, visitors, rounds++)))
    })()
    await until(() => rounds >= 2)
    await origins[1]!.kill()
    await until(async () => (await limpet.servers()).some((server) => server.health === 'down'))
    const seen = rounds
    await until(() => rounds >= seen + 2)
    stop.abort()
    await load
    // Each victim lost its session once, nobody else any.
    expect(new Set(lost)).toEqual(victims)
    expect(lost).toHaveLength(victims.size)

    await origins[1]!.restart()
    await until(async () => (await limpet.servers()).every((server) => server.status === 'UP'))
    expect(await visitAll(limpet, visitors, 0)).toEqual([])
    const fresh = newVisitors()
    await visitAll(limpet, fresh, 0)
    expect(on(fresh, 's2').length).toBeGreaterThan(0)
  })
})

describe('health', () => {
  it('goes UP and DOWN by rise and fall, and says why', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet(configOf(origins))
    const first = async () => (await limpet.servers())[0]!
    await until(async () => (await first()).status === 'UP')
    await origins[0]!.setHealth(500)
    await until(async () => (await first()).status === 'DOWN')
    expect((await first()).lastCheck).toMatchObject({ code: 'L7STS', status: 500 })
    for (let i = 0; i < 6; i++) expect(sessionOf(await exchange(`${limpet.url}/`)).name).toBe('s2')
    await origins[0]!.setHealth(204)
    await until(async () => (await first()).status === 'UP')
    const names = new Set<string>()
    for (let i = 0; i < 6; i++) names.add(sessionOf(await exchange(`${limpet.url}/`)).name)
    expect(names).toEqual(new Set(['s1', 's2']))
    await origins[0]!.kill()
    await until(async () => (await first()).lastCheck?.code === 'L4CON')
    const changes = limpet.log().filter((line) => line['event'] === 'server-state')
    expect(changes[0]).toMatchObject({ server: 'app/s1', from: 'UP', to: 'DOWN' })
    expect(changes[0]!['reason']).toContain('L7STS')
  })

  it('that is down everywhere gives 503, and backups serve before that', async () => {
    const origins = await startOrigins(3)
    const config = configOf(origins.slice(0, 2))
    const backups = origins.slice(2).map(({ name, url }) => ({ name, url, backup: true }))
    const limpet = await startLimpet({
      ...config,
      backends: [{ ...config.backends[0]!, servers: [...config.backends[0]!.servers, ...backups] }],
    })
    await origins[0]!.kill()
    await origins[1]!.kill()
    await until(async () => (await limpet.servers()).filter((server) => server.health === 'down').length === 2)
    await until(async () => sessionOf(await exchange(`${limpet.url}/`)).name === 's3')
    await limpet.set('app/s3', { state: 'maint' })
    const answer = await exchange(`${limpet.url}/`)
    expect(answer.status).toBe(503)
    expect(answer.setCookie).toEqual([])
  })
})

describe('forged and foreign cookies', () => {
  it("are replaced, choose nothing, and reach no drained, disabled or other backend's server", async () => {
    const origins = await startOrigins(3)
    const [a, b, c] = origins.map(({ name, url }) => ({ name, url }))
    const limpet = await startLimpet({
      frontends: [{ name: 'www', rules: [{ paths: ['/other/*'], backend: 'other' }], defaultBackend: 'app' }],
      backends: [
        { name: 'app', cookie: { name: 'SERVERID' }, servers: [a!, { ...b!, state: 'maint' }] },
        { name: 'other', cookie: { name: 'SERVERID' }, servers: [c!] },
      ],
    })
    const foreign = new Client()
    await foreign.get(`${limpet.url}/other/x`)
    const good = new Client()
    await good.get(`${limpet.url}/`)
    const value = good.cookies.get('SERVERID')!
    const values = [
      '',
      's1',
      's2',
      's3',
      '127.0.0.1',
      foreign.cookies.get('SERVERID')!,
      value.slice(0, -1),
      `${value}A`,
      value.toLowerCase(),
    ]
    for (const cookie of values) {
      const answer = await exchange(`${limpet.url}/`, { headers: { cookie: `SERVERID=${cookie}` } })
      expect(sessionOf(answer).name).toBe('s1')
      expect(answer.setCookie.filter((line) => line.startsWith('SERVERID='))).toHaveLength(1)
    }
    await until(() => limpet.log().length === values.length + 2)
    expect(
      limpet
        .log()
        .slice(2)
        .map((line) => line['verdict']),
    ).toEqual(values.map(() => 'II'))
    const both = await exchange(`${limpet.url}/`, {
      headers: { cookie: `SERVERID=s2; SERVERID=${value}; SERVERID=s3` },
    })
    expect(both.setCookie.filter((line) => line.startsWith('SERVERID='))).toEqual([])
  })

  it('are no harm in bulk: thousands of crumbs, huge values', async () => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(configOf(origins))
    const crumbs = [';'.repeat(8000), 'SERVERID=;'.repeat(1000), `SERVERID=${'x'.repeat(8000)}`, '=;,="', `a=b; `]
    for (const cookie of crumbs) {
      expect((await exchange(`${limpet.url}/`, { headers: { cookie } })).status).toBe(200)
    }
  })
})
