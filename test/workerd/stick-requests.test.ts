// What a request costs a stick table, and what becomes of it when the table cannot be reached: counted on workerd.

import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { ENTRY_ROWS, EXPIRY_READ_ROWS, EXPIRY_ROWS } from '../../src/cost/operations.ts'
import { createKvStore } from '../../src/cloudflare/adapters/stick-store-kv.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import { createSqlRows } from '../../src/cloudflare/objects/sql-rows.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { createTable } from '../../src/persistence/table.ts'
import { suiteConfig } from '../suites/stick-store.ts'

const env = testEnv as unknown as Required<Env>

type Backend = LimpetConfig['backends'][number]
type Answer = (url: URL, headers: Headers) => Response

/** The name is the table's: `minute` is one that the objects know. */
const configOf = (more: Partial<Backend>, table: object = {}): LimpetConfig => ({
  log: 'json',
  backends: [
    {
      name: 'minute',
      stickTable: { type: 'string', size: 1000, expire: '1m', ...table },
      servers: ['s1', 's2', 's3'].map((name) => ({ name, url: `https://${name}.example` })),
      ...more,
    },
  ],
})
const serverName: Answer = (url) => new Response(url.hostname.split('.')[0]!)

/** An isolate of its own, whose calls to objects are counted. */
function isolateOf(config: LimpetConfig, answer: Answer = serverName, table: Env['STICK_TABLE'] = env.STICK_TABLE) {
  const operations: string[] = []
  const namespace = {
    getByName(name: string) {
      const stub = table!.getByName(name) as unknown as Record<string, (...args: unknown[]) => unknown>
      const counted =
        (method: string) =>
        (...args: unknown[]) => {
          operations.push(method)
          return stub[method]!(...args)
        }
      return { match: counted('match'), claim: counted('claim'), store: counted('store') }
    },
  } as unknown as NonNullable<Env['STICK_TABLE']>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) =>
    answer(new URL(input instanceof Request ? input.url : input), new Headers(init?.headers as HeadersInit)),
  )
  const logged: Record<string, unknown>[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void logged.push(JSON.parse(line)))
  const failures: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line: string) => void failures.push(line))
  const limpet = createLimpet(config)
  return {
    operations,
    failures,
    logged,
    async ask(headers: Record<string, string> = {}) {
      const ctx = createExecutionContext()
      const request = new Request('https://app.example/', { headers }) as Request<unknown, IncomingRequestCfProperties>
      // Without a token and checks nobody asks the Monitor, which would go on checking when this file has ended.
      const own = { ...env, LIMPET_ADMIN_TOKEN: '', STICK_TABLE: namespace }
      const response = await limpet.worker.fetch!(request, own, ctx)
      const before = operations.length
      const text = await response.text()
      await waitOnExecutionContext(ctx)
      return { status: response.status, text, setCookie: response.headers.getSetCookie(), before }
    },
  }
}

let keys = 0
const freshKey = () => ({ 'x-key': `key ${keys++}` })
const ON: Partial<Backend> = { stick: [{ on: 'req.hdr(x-key)' }] }

describe('a backend and a server that were renamed', () => {
  const servers = ['s1', 's2', 's3'].map((name) => ({ name, url: `https://${name}.example` }))
  const renamed = (more: object = {}) =>
    configOf({
      ...ON,
      name: 'other',
      formerly: ['minute'],
      // In another order, so that numbers lead elsewhere.
      servers: [servers[2]!, { ...servers[0]!, name: 'x1', formerly: ['s1'], ...more }, servers[1]!],
    })
  const keysOf = async (name: string): Promise<Record<string, string>[]> => {
    const isolate = isolateOf(configOf(ON))
    const own = Array.from({ length: 12 }, freshKey)
    const answers: string[] = []
    for (const key of own) answers.push((await isolate.ask(key)).text)
    return own.filter((_, i) => answers[i] === name)
  }

  it('find their entries, and write on in the same objects', async () => {
    const own = [...(await keysOf('s1')), ...(await keysOf('s2'))]
    expect(own).not.toEqual([])
    const before = isolateOf(configOf(ON))
    const expected: string[] = []
    for (const key of own) expected.push((await before.ask(key)).text)
    const after = isolateOf(renamed())
    for (const [i, key] of own.entries()) expect((await after.ask(key)).text).toBe(expected[i])
    // What is new is written there, too, under today's name of the server.
    const key = freshKey()
    const { text } = await after.ask(key)
    expect(await env.STICK_TABLE.getByName('minute/1/0').list(10_000)).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ server: text === 's1' ? 'x1' : text })]),
    })
  })

  it('entries of a former name are replaced at once when the server is out', async () => {
    const own = await keysOf('s1')
    const after = isolateOf(renamed({ state: 'maint' }))
    for (const key of own) {
      expect((await after.ask(key)).text).not.toBe('s1')
      expect(after.logged.at(-1)).toMatchObject({ stick: [{ verdict: 'new', asked: 'claim' }] })
    }
  })
})

describe('operations on the table', () => {
  it('a new key: one; the same key again in this isolate: none; in another isolate: one', async () => {
    const first = isolateOf(configOf(ON))
    const key = freshKey()
    const { text } = await first.ask(key)
    expect(first.operations).toEqual(['claim'])
    for (let i = 0; i < 50; i++) expect((await first.ask(key)).text).toBe(text)
    expect(first.operations).toEqual(['claim'])
    const second = isolateOf(configOf(ON))
    expect((await second.ask(key)).text).toBe(text)
    expect(second.operations).toEqual(['claim'])
  })

  it('a request without a key: none', async () => {
    const isolate = isolateOf(configOf(ON))
    for (let i = 0; i < 5; i++) await isolate.ask()
    expect(isolate.operations).toEqual([])
  })

  it('what a response mints: one, before its headers go out; nothing else', async () => {
    const stick = [{ storeResponse: 'res.cook(sid)' }, { on: 'req.cook(sid)' }]
    const id = `sid-${keys++}`
    const isolate = isolateOf(
      configOf({ stick }),
      (url, headers) =>
        new Response(url.hostname, headers.has('cookie') ? {} : { headers: { 'set-cookie': `sid=${id}; Path=/` } }),
    )
    const { before, text } = await isolate.ask()
    expect([isolate.operations, before]).toEqual([['store'], 1])
    expect((await isolate.ask({ cookie: `sid=${id}` })).text).toBe(text)
    expect(isolate.operations).toEqual(['store'])
  })

  it('a refresh is written once in a quarter of `expire`, behind the response', async () => {
    const isolate = isolateOf(configOf(ON, { cache: '1h' }))
    const startMs = Date.now()
    const now = vi.spyOn(Date, 'now').mockImplementation(() => startMs)
    const key = freshKey()
    await isolate.ask(key)
    const counts: number[] = []
    for (const atS of [5, 10, 14, 16, 20, 30, 32, 47, 48]) {
      now.mockImplementation(() => startMs + atS * 1000)
      await isolate.ask(key)
      counts.push(isolate.operations.length)
    }
    expect(counts).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 4])
    expect(new Set(isolate.operations.slice(1))).toEqual(new Set(['store']))
  })

  it('a table without room: one, and the client is served', async () => {
    const [backend] = configOf(ON, { size: 3, nopurge: true, expire: '1h' }).backends
    const isolate = isolateOf({ log: 'json', backends: [{ ...backend!, name: 'closed' }] })
    for (let i = 0; i < 3; i++) await isolate.ask(freshKey())
    isolate.operations.length = 0
    const key = freshKey()
    for (let i = 0; i < 2; i++) expect((await isolate.ask(key)).status).toBe(200)
    expect(isolate.operations).toEqual(['claim', 'claim'])
    expect(isolate.logged.at(-1)!['stick']).toMatchObject([{ verdict: 'full' }])
  })

  it('in KV: one read of a known key, a read and a write of a new one', async () => {
    const operations: string[] = []
    const kv = {
      get: (key: string) => (operations.push('get'), env.STICK_KV.get(key, { type: 'json' })),
      put: (key: string, value: string) => (operations.push('put'), env.STICK_KV.put(key, value)),
    } as unknown as KVNamespace
    const store = createKvStore(kv, 'counted', suiteConfig('minute'), () => Date.now())
    const done = () => operations.splice(0)
    await store.claim('k', { server: 'a', id: 1 }, [])
    expect(done()).toEqual(['get', 'put'])
    await store.claim('k', { server: 'b', id: 2 }, [])
    expect(done()).toEqual(['get'])
    await store.match('k')
    expect(done()).toEqual(['get'])
    await store.match('unknown')
    expect(done()).toEqual(['get'])
  })

  it('a client that its cookie sends: none but the store of a new key', async () => {
    const cookie = { name: 'SERVERID', format: 'haproxy' as const }
    const isolate = isolateOf(configOf({ ...ON, cookie }))
    const key = freshKey()
    expect((await isolate.ask({ ...key, cookie: 'SERVERID=s2' })).text).toBe('s2')
    expect(isolate.operations).toEqual(['store'])
    for (let i = 0; i < 5; i++) await isolate.ask({ ...key, cookie: 'SERVERID=s2' })
    expect(isolate.operations).toEqual(['store'])
  })

  it('rows of SQLite: a lookup reads 1; a new entry and a refresh write 2, one of them in the index; an expiry writes 1', async () => {
    const shard = env.STICK_TABLE.getByName('minute/1/99')
    const counts = await runInDurableObject(shard, (_, { storage }) => {
      let read = 0
      let written = 0
      const sql = {
        exec: (...args: Parameters<SqlStorage['exec']>) => {
          const cursor = storage.sql.exec(...args)
          const rows = cursor.toArray()
          read += cursor.rowsRead
          written += cursor.rowsWritten
          return { toArray: () => rows, one: () => rows[0] }
        },
      } as unknown as SqlStorage
      const { rows } = createSqlRows(sql, Date.now())
      // Its own is drawn by chance, and under some two clients share a number.
      const table = createTable(rows, suiteConfig('minute'), 1)
      const nowMs = Date.now()
      const counted = (work: () => unknown) => {
        read = written = 0
        work()
        return { read, written }
      }
      return {
        claim: counted(() => table.claim('k', { server: 'a', id: 1 }, [], nowMs, '192.0.2.1')),
        hit: counted(() => table.match('k', nowMs)),
        refresh: counted(() => table.match('k', nowMs + 30_000)),
        miss: counted(() => table.match('l', nowMs)),
        expiry: counted(() => {
          for (let i = 0; i < 99; i++) table.store(`l${i}`, { server: 'a', id: 1 }, 'request', nowMs)
          read = written = 0
          table.expire(nowMs + 200_000, 1000)
        }),
      }
    })
    expect(counts).toEqual({
      claim: { read: 0, written: ENTRY_ROWS },
      hit: { read: 1, written: 0 },
      refresh: { read: 1, written: ENTRY_ROWS },
      miss: { read: 0, written: 0 },
      // Of a hundred.
      expiry: { read: 100 * EXPIRY_READ_ROWS + 4, written: 100 * EXPIRY_ROWS },
    })
  })

  it('rows of SQLite for a client over its share: 3 written for each key, some 45 read', async () => {
    const shard = env.STICK_TABLE.getByName('minute/1/98')
    const counts = await runInDurableObject(shard, (_, { storage }) => {
      let read = 0
      let written = 0
      const sql = {
        exec: (...args: Parameters<SqlStorage['exec']>) => {
          const cursor = storage.sql.exec(...args)
          const rows = cursor.toArray()
          read += cursor.rowsRead
          written += cursor.rowsWritten
          return { toArray: () => rows, one: () => rows[0] }
        },
      } as unknown as SqlStorage
      const { rows } = createSqlRows(sql, Date.now())
      // Its own is drawn by chance, and under some two clients share a number.
      const table = createTable(rows, suiteConfig('minute'), 1)
      const nowMs = Date.now()
      const claim = (i: number, source: string) =>
        table.claim(`${source} ${i}`, { server: 'a', id: 1 }, [], nowMs + i, source)
      // All that end before the flood's have to be read to find them.
      for (let i = 0; i < 640; i++) claim(i, `192.0.${i >> 8}.${i & 255}`)
      for (let i = 700; i < 1000; i++) claim(i, '203.0.113.9')
      read = written = 0
      for (let i = 1000; i < 1800; i++) claim(i, '203.0.113.9')
      return { read: read / 800, written: written / 800 }
    })
    expect(counts.written).toBe(3)
    expect(Math.round(counts.read)).toBe(45)
  })
})

describe('a table that cannot be reached', () => {
  const broken = (work: () => Promise<never>) =>
    ({ getByName: () => ({ match: work, claim: work, store: work }) }) as unknown as NonNullable<Env['STICK_TABLE']>
  const unreachable = broken(() => Promise.reject(new Error('overloaded')))
  const silent = broken(() => new Promise(() => undefined))

  it('leaves the choice to the hash of the key, so that isolates agree; it is said once', async () => {
    const key = freshKey()
    const chosen = new Set<string>()
    for (let i = 0; i < 4; i++) {
      const isolate = isolateOf(configOf(ON), serverName, unreachable)
      for (let j = 0; j < 3; j++) chosen.add((await isolate.ask(key)).text)
      expect(isolate.failures.filter((line) => line.includes('table-unreachable'))).toHaveLength(1)
      expect(isolate.logged.at(-1)!['stick']).toMatchObject([{ verdict: 'unreachable' }])
    }
    expect(chosen.size).toBe(1)
    const isolate = isolateOf(configOf(ON), serverName, unreachable)
    const others = new Set<string>()
    for (let i = 0; i < 30; i++) others.add((await isolate.ask(freshKey())).text)
    expect(others.size).toBe(3)
  })

  it('holds a request up for its timeout, and those after it not at all', async () => {
    const isolate = isolateOf(configOf(ON, { timeout: '200ms' }), serverName, silent)
    const startedMs = performance.now()
    await isolate.ask(freshKey())
    const firstMs = performance.now() - startedMs
    for (let i = 0; i < 20; i++) await isolate.ask(freshKey())
    expect(firstMs).toBeGreaterThan(150)
    expect(isolate.operations).toHaveLength(1)
  })

  it('is asked again after a while', async () => {
    const isolate = isolateOf(configOf(ON), serverName, unreachable)
    await isolate.ask(freshKey())
    const later = Date.now() + 2000
    vi.spyOn(Date, 'now').mockImplementation(() => later)
    await isolate.ask(freshKey())
    expect(isolate.operations).toEqual(['claim', 'claim'])
  })

  it('answers 503 when it is strict; requests without a key are served', async () => {
    const isolate = isolateOf(configOf(ON, { strict: true }), serverName, unreachable)
    expect((await isolate.ask(freshKey())).status).toBe(503)
    expect((await isolate.ask()).status).toBe(200)
  })

  it('for a passing reason is asked once more', async () => {
    let calls = 0
    const flaky = {
      getByName: (name: string) => {
        const stub = env.STICK_TABLE.getByName(name)
        return {
          claim: (...args: Parameters<typeof stub.claim>) =>
            calls++ === 0
              ? Promise.reject(Object.assign(new Error('moved'), { retryable: true }))
              : stub.claim(...args),
        }
      },
    } as unknown as NonNullable<Env['STICK_TABLE']>
    const isolate = isolateOf(configOf(ON), serverName, flaky)
    await isolate.ask(freshKey())
    expect([calls, isolate.failures]).toEqual([2, []])
  })

  it('is missed before the first request when it is not bound: the log says what to write', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { STICK_TABLE: _, ...without } = env
    const ctx = createExecutionContext()
    const request = new Request('https://app.example/') as Request<unknown, IncomingRequestCfProperties>
    const response = await createLimpet(configOf(ON)).worker.fetch!(request, without as unknown as Env, ctx)
    expect(response.status).toBe(500)
    expect(errors.mock.calls.flat().join()).toContain(
      'the binding STICK_TABLE is missing, needed by the stick table of',
    )
  })
})
