// Stick tables with real processes: sessions in origins' memories, several isolates, restarts, floods.

import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import {
  Client,
  exchange,
  sessionOf,
  startLimpet,
  startOrigins,
  temporaryDirectory,
  until,
  workerdPidOf,
} from './harness.ts'
import type { Origin, Serving } from './harness.ts'

const CLIENTS = 200

type Backend = LimpetConfig['backends'][number]

function configOf(origins: readonly Origin[], more: Partial<Backend> = {}): LimpetConfig {
  const servers = origins.map(({ name, url }) => ({ name, url }))
  return { backends: [{ name: 'app', servers, ...more }] }
}

/** The application's own cookie: stored when it is minted, matched when it comes back. */
const SESSION: Partial<Backend> = {
  stickTable: { type: 'string', size: '30k', expire: '1h' },
  stick: [{ storeResponse: 'res.cook(sid)' }, { on: 'req.cook(sid)' }],
}
const HEADER: Partial<Backend> = {
  stickTable: { type: 'string', size: '30k', expire: '1h' },
  stick: [{ storeResponse: 'res.hdr(mcp-session-id)' }, { match: 'req.hdr(mcp-session-id)' }],
}
const onKey = (table: Partial<NonNullable<Backend['stickTable']>> = {}): Partial<Backend> => ({
  stickTable: { type: 'string', size: '30k', expire: '1h', ...table },
  stick: [{ on: 'req.hdr(x-key)' }],
})
const serverOf = async (url: string, key: string) => sessionOf(await exchange(url, { headers: { 'x-key': key } })).name

/** Everybody visits once, each by the next isolate; how many lost their session. */
async function visitAll(limpet: Serving, clients: readonly Client[], shift: number): Promise<number> {
  const queue = clients.map((client, i) => ({ client, url: limpet.urls[(i + shift) % limpet.urls.length]! }))
  let lost = 0
  const work = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const answer = await next.client.get(`${next.url}/`)
      expect(answer.status).toBe(200)
      if (sessionOf(answer).lost) lost += 1
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return lost
}

describe("200 clients with the application's own session cookie, over 4 isolates", () => {
  it('keep their sessions through drain and restarts of the balancer, SIGKILL too', async () => {
    const origins = await startOrigins(3)
    const state = temporaryDirectory()
    const config = { ...configOf(origins, SESSION), log: 'off' as const }
    let limpet = await startLimpet(config, { isolates: 4, state })
    const clients = Array.from({ length: CLIENTS }, () => new Client())
    expect(await visitAll(limpet, clients, 0)).toBe(0)
    expect(await visitAll(limpet, clients, 1)).toBe(0)
    await limpet.set('app/s1', { state: 'drain' })
    expect(await visitAll(limpet, clients, 2)).toBe(0)
    expect(await limpet.stop()).toBe(0)

    limpet = await startLimpet(config, { isolates: 4, state })
    expect(await visitAll(limpet, clients, 3)).toBe(0)
    process.kill(workerdPidOf(state), 'SIGKILL')
    await limpet.kill()

    limpet = await startLimpet(config, { isolates: 4, state })
    expect(await visitAll(limpet, clients, 0)).toBe(0)
  })
})

/** As if this much time had passed while nobody ran: every moment that the shards have written down is so much longer ago. */
function passTime(state: string, ms: number): void {
  const folder = join(state, 'objects/limpet-stick-table')
  for (const file of readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))) {
    const database = new DatabaseSync(join(folder, file))
    database.exec(`UPDATE entries SET created = created - ${ms}, until = until - ${ms}`)
    database.close()
  }
}

describe.each([
  ["the application's cookie", SESSION],
  [
    'their addresses',
    { stickTable: { type: 'ip', size: '200k', expire: '30m' }, stick: [{ on: 'src' }] } as Partial<Backend>,
  ],
])('200 clients, known by %s', (what, more) => {
  it('stay through idle time within `expire`; after it they are new', async () => {
    const origins = await startOrigins(2)
    const state = temporaryDirectory()
    const clients = Array.from({ length: CLIENTS }, (_, i) => ({
      jar: new Client(),
      address: `127.0.1.${i + 1}`,
      server: '',
    }))
    const config = { ...configOf(origins, more), log: 'off' as const }
    const visit = async (idleMs: number, others = 0) => {
      passTime(state, idleMs)
      const limpet = await startLimpet(config, { state })
      let moved = 0
      for (let i = 0; i < others; i++) await exchange(`${limpet.url}/`)
      for (const client of clients) {
        const { name } = sessionOf(await client.jar.get(`${limpet.url}/`, { localAddress: client.address }))
        if (client.server !== '' && client.server !== name) moved += 1
        client.server = name
      }
      await limpet.stop()
      return moved
    }
    await startLimpet(config, { state }).then((limpet) => limpet.stop())
    mkdirSync(join(state, 'objects/limpet-stick-table'), { recursive: true })
    expect(await visit(0)).toBe(0)
    for (let i = 0; i < 3; i++) expect(await visit(10 * 60_000)).toBe(0)
    expect(await visit(29 * 60_000)).toBe(0)
    // Somebody else had the first turn: all who are new go the other way.
    expect(await visit(what === 'their addresses' ? 38 * 60_000 : 76 * 60_000, 1)).toBe(CLIENTS)
  })
})

describe('a session that a header carries', () => {
  it('is found from any isolate by the very next request', async () => {
    const origins = await startOrigins(3)
    const limpet = await startLimpet(configOf(origins, HEADER), { isolates: 4 })
    for (let i = 0; i < 40; i++) {
      const first = await exchange(`${limpet.urls[i % 4]}/mcp`, { method: 'POST' })
      const headers = { 'mcp-session-id': first.headers['mcp-session-id'] as string }
      for (let hop = 1; hop < 4; hop++) {
        const next = await exchange(`${limpet.urls[(i + hop) % 4]}/mcp`, { method: 'POST', headers })
        expect([next.status, (JSON.parse(next.body) as { visits: number }).visits]).toEqual([200, hop + 1])
      }
    }
    await until(() => limpet.log().length === 160)
  })

  it('is begun anew where the server is down: 404, as the protocol wants it, or 503', async () => {
    for (const onDown of [404, 503] as const) {
      const origins = await startOrigins(2)
      const limpet = await startLimpet(configOf(origins, { ...HEADER, onDown }))
      const first = await exchange(`${limpet.url}/mcp`, { method: 'POST' })
      const headers = { 'mcp-session-id': first.headers['mcp-session-id'] as string }
      const { name } = JSON.parse(first.body) as { name: string }
      await limpet.set(`app/${name}`, { state: 'maint' })
      await until(async () => (await exchange(`${limpet.url}/mcp`, { method: 'POST', headers })).status === onDown)
      expect((await exchange(`${limpet.url}/mcp`, { method: 'POST' })).status).toBe(200)
      await limpet.set(`app/${name}`, { state: 'ready' })
      await until(async () => (await exchange(`${limpet.url}/mcp`, { method: 'POST', headers })).status === 200)
      // One that refuses is down as well, whatever is known of it.
      await origins.find((origin) => origin.name === name)!.kill()
      expect((await exchange(`${limpet.url}/mcp`, { headers })).status).toBe(onDown)
    }
  })

  it('says in the log which table, key, verdict and operation; never the session itself', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet(configOf(origins, HEADER), { isolates: 2 })
    const first = await exchange(`${limpet.urls[0]}/mcp`, { method: 'POST' })
    const id = first.headers['mcp-session-id'] as string
    const headers = { 'mcp-session-id': id }
    for (const url of [limpet.urls[0]!, limpet.urls[1]!]) await exchange(`${url}/mcp`, { method: 'POST', headers })
    await until(() => limpet.log().length === 3)
    const traces = limpet.log().map(({ stick }) => stick)
    const key: unknown = expect.stringMatching(/^[\w-]{22}$/)
    expect(traces).toEqual([
      [{ table: 'app', key, verdict: 'new', asked: 'store' }],
      [{ table: 'app', key, verdict: 'hit', asked: 'cache' }],
      [{ table: 'app', key, verdict: 'hit', asked: 'match' }],
    ])
    expect(JSON.stringify(limpet.log())).not.toContain(id)
  })
})

describe('parallel first requests of one key', () => {
  it('500 of them over 4 isolates all get one server', async () => {
    const origins = await startOrigins(5)
    const limpet = await startLimpet({ ...configOf(origins, onKey()), log: 'off' }, { isolates: 4 })
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 500 }, (_, i) => serverOf(`${limpet.urls[i % 4]}/`, `key of round ${round}`)),
      )
      expect(new Set(answers).size).toBe(1)
    }
  })
})

describe('an address', () => {
  it('keeps its server, and others are shared', async () => {
    const origins = await startOrigins(2)
    const stickTable = { type: 'ip', size: '200k', expire: '30m' } as const
    const limpet = await startLimpet(configOf(origins, { stickTable, stick: [{ on: 'src' }] }), { isolates: 2 })
    const servers = new Set<string>()
    for (let i = 2; i < 12; i++) {
      const localAddress = `127.0.0.${i}`
      const names = new Set<string>()
      for (const url of [...limpet.urls, ...limpet.urls]) {
        names.add(sessionOf(await exchange(`${url}/`, { localAddress })).name)
      }
      expect(names.size).toBe(1)
      for (const name of names) servers.add(name)
    }
    expect(servers.size).toBe(2)
    await until(() => limpet.log().length > 0)
    expect(limpet.log()[0]!['stick']).toEqual([{ table: 'app', key: '127.0.0.2', verdict: 'new', asked: 'claim' }])
  })
})

describe('a server that leaves', () => {
  it('loses its keys to one other, in every isolate; they stay there, or return with failback', async () => {
    for (const failback of [false, true]) {
      const origins = await startOrigins(3)
      const limpet = await startLimpet(configOf(origins, onKey({ failback, cache: '100ms' })), { isolates: 4 })
      const home = await serverOf(`${limpet.url}/`, 'k')
      await limpet.set(`app/${home}`, { state: 'maint' })
      const others = await Promise.all(Array.from({ length: 40 }, (_, i) => serverOf(`${limpet.urls[i % 4]}/`, 'k')))
      expect(new Set(others).size).toBe(1)
      expect(others[0]).not.toBe(home)
      await limpet.set(`app/${home}`, { state: 'ready' })
      const back = await Promise.all(limpet.urls.map((url) => serverOf(`${url}/`, 'k')))
      expect(new Set(back)).toEqual(new Set([failback ? home : others[0]!]))
    }
  })
})

describe('a flood of invented keys', () => {
  it('evicts nobody whose session an origin made', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet(
      {
        ...configOf(origins, {
          stickTable: { type: 'string', size: 400, expire: '1h', cache: '0ms' },
          stick: [{ storeResponse: 'res.hdr(mcp-session-id)' }, { on: 'req.hdr(mcp-session-id)' }],
        }),
        log: 'off',
      },
      { isolates: 2 },
    )
    const call = (i: number, id?: string) =>
      exchange(`${limpet.urls[i % 2]}/mcp`, {
        method: 'POST',
        headers: id === undefined ? {} : { 'mcp-session-id': id },
      })
    const ids: string[] = []
    for (let i = 0; i < 100; i++) ids.push((await call(i)).headers['mcp-session-id'] as string)
    let left = 3000
    const flood = async () => {
      while (left-- > 0) expect((await call(left, `invented ${left}`)).status).toBe(404)
    }
    await Promise.all(Array.from({ length: 16 }, flood))
    for (const [i, id] of ids.entries()) expect((await call(i + 1, id)).status).toBe(200)
  })
})

describe('a flood of invented keys from one network', () => {
  const KEYS: Partial<Backend> = {
    stickTable: { type: 'string', size: 400, expire: '1h', cache: '0ms' },
    stick: [{ storeResponse: 'res.hdr(mcp-session-id)' }, { on: 'req.hdr(x-key)' }],
  }
  /** Visitors with a key each, then 2,000 keys of one IPv6 network; how many visitors are somewhere else than before. */
  async function movedBy(config: Partial<Backend>, defaults: 'limpet' | 'haproxy'): Promise<number> {
    const origins = await startOrigins(4)
    const limpet = await startLimpet(
      {
        ...configOf(origins, config),
        defaults,
        frontends: [{ name: 'www', defaultBackend: 'app', trustedProxies: ['127.0.0.0/8'] }],
        log: 'off',
      },
      { isolates: 2 },
    )
    const ask = async (i: number, key: string, address: string) =>
      sessionOf(await exchange(`${limpet.urls[i % 2]}/`, { headers: { 'x-key': key, 'x-forwarded-for': address } }))
        .name
    const home: string[] = []
    for (let i = 0; i < 100; i++) home.push(await ask(i, `visitor ${i}`, `192.0.2.${i}`))
    let left = 2000
    const flood = async () => {
      while (left-- > 0) await ask(left, `invented ${left}`, `2001:db8:0:1::${left.toString(16)}`)
    }
    await Promise.all(Array.from({ length: 16 }, flood))
    let moved = 0
    // Backwards: whoever comes anew takes turns.
    for (let i = 99; i >= 0; i--) if ((await ask(i, `visitor ${i}`, `192.0.2.${i}`)) !== home[i]) moved += 1
    return moved
  }

  it('costs no other client its server', async () => {
    // One in 65,536 has the number of the flood by chance, and is taken for it.
    expect(await movedBy(KEYS, 'limpet')).toBeLessThanOrEqual(1)
  })

  it('costs them theirs as HAProxy has it', async () => {
    expect(await movedBy(KEYS, 'haproxy')).toBeGreaterThan(50)
  })
})

describe('a table in memory', () => {
  it('serves one isolate as well', async () => {
    const origins = await startOrigins(3)
    const limpet = await startLimpet(configOf(origins, onKey({ store: 'memory' })))
    const first = await serverOf(`${limpet.url}/`, 'k')
    for (let i = 0; i < 5; i++) {
      await serverOf(`${limpet.url}/`, `other ${i}`)
      expect(await serverOf(`${limpet.url}/`, 'k')).toBe(first)
    }
  })
})
