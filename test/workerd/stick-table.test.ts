// Stick tables in Durable Objects and in KV: the suite, and what only the runtime can say: alarms, eviction, shards.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import type { StickTableRpc } from '../../src/cloudflare/rpc.ts'
import { createKvStore } from '../../src/cloudflare/adapters/stick-store-kv.ts'
import { createObjectStore } from '../../src/cloudflare/adapters/stick-store-durable-object.ts'
import { shardName } from '../../src/cloudflare/shard-name.ts'
import { migrate } from '../../src/cloudflare/objects/migrate.ts'
import { MIGRATIONS } from '../../src/cloudflare/objects/migrations.ts'
import { createSqlRows } from '../../src/cloudflare/objects/sql-rows.ts'
import type { StickStore } from '../../src/persistence/stick-store.ts'
import { createTable } from '../../src/persistence/table.ts'
import { describeStickStore, suiteConfig } from '../suites/stick-store.ts'

const { STICK_TABLE, STICK_KV } = env as unknown as Required<Env>
const A = { server: 'a', id: 1 }

let stores = 0

/** An empty object each time: the last part of its name decides nothing else. */
const emptyStore = (table: string) => {
  const shard = STICK_TABLE.getByName(`${table}/1/${1000 + stores++}`)
  const namespace = { getByName: () => shard } as unknown as typeof STICK_TABLE
  return { shard, store: createObjectStore(namespace, table, 1) }
}

/** A table's seed is drawn by chance, and once in some thousand runs two of the suite's clients would share a number under it. */
function seeded({ shard, store }: ReturnType<typeof emptyStore>): StickStore {
  let seeding: Promise<void> | undefined
  const ready = () => (seeding ??= seed())
  async function seed(): Promise<void> {
    await runInDurableObject(shard, (_, { storage }) => void storage.sql.exec('UPDATE source_seed SET seed = 1'))
    await evictDurableObject(shard)
  }
  return {
    match: async (...rest) => (await ready(), store.match(...rest)),
    claim: async (...rest) => (await ready(), store.claim(...rest)),
    store: async (...rest) => (await ready(), store.store(...rest)),
  }
}

describeStickStore('a stick table in a Durable Object', (table) => seeded(emptyStore(table)), {
  decides: true,
  bounded: true,
})
describeStickStore(
  'a stick table in KV',
  (table) => createKvStore(STICK_KV, `${table}-${stores++}`, suiteConfig(table), () => Date.now()),
  { decides: false, bounded: false },
)

describe('a shard', () => {
  const rowsOf = (stub: ReturnType<typeof emptyStore>['shard']) =>
    runInDurableObject(stub, (_, { storage }) => storage.sql.exec('SELECT COUNT(*) AS n FROM entries').one()['n'])

  const hasEntries = (stub: ReturnType<typeof emptyStore>['shard']) =>
    runInDurableObject(
      stub,
      (_, { storage }) =>
        storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'entries'").toArray().length > 0,
    )

  it('keeps its entries when it is evicted', async () => {
    const { shard, store } = emptyStore('minute')
    await store.store('k', A, 'request')
    await evictDurableObject(shard)
    expect(await store.match('k')).toMatchObject(A)
  })

  it('still counts after an eviction', async () => {
    const { shard, store } = emptyStore('three')
    for (const key of ['1', '2', '3']) await store.store(key, A, 'request')
    await evictDurableObject(shard)
    await store.store('4', A, 'request')
    expect(await rowsOf(shard)).toBe(3)
  })

  it('knows how many each server has, whatever is written, moved, removed, dropped or ended', async () => {
    const { shard, store } = emptyStore('three')
    const B = { server: 'b', id: 2 }
    const servers = async () => (await shard.list(0)).servers
    const counted = () =>
      runInDurableObject(shard, (_, { storage }) =>
        Object.fromEntries(
          storage.sql
            .exec<{ server: string; n: number }>('SELECT server, COUNT(*) AS n FROM entries GROUP BY server')
            .toArray()
            .map(({ server, n }) => [server, n]),
        ),
      )
    const agree = async () => expect(await servers()).toEqual(await counted())
    await store.store('1', A, 'request')
    expect(await servers()).toEqual({ a: 1 })
    await store.store('2', A, 'response')
    await store.store('3', B, 'request')
    await agree()
    await store.store('1', B, 'request')
    expect(await servers()).toEqual({ a: 1, b: 2 })
    // A full table drops one.
    await store.store('4', A, 'request')
    await agree()
    await shard.remove('2')
    await agree()
    await evictDurableObject(shard)
    await agree()
  })

  it('deletes by its alarm what has ended, in batches, and leaves the rest', async () => {
    const { shard, store } = emptyStore('minute')
    const startMs = Date.now()
    const now = vi.spyOn(Date, 'now').mockImplementation(() => startMs)
    await store.store('0', A, 'request')
    await runInDurableObject(shard, (_, { storage }) => {
      for (let i = 0; i < 2500; i++) {
        storage.sql.exec(
          'INSERT INTO entries (key, server, id, home, kind, created, until) VALUES (?, ?, 1, ?, ?, 0, ?)',
          `old ${i}`,
          'a',
          'a',
          i % 2,
          startMs - 1,
        )
      }
    })
    expect(await rowsOf(shard)).toBe(2501)
    for (const left of [1501, 501, 1]) {
      expect(await runDurableObjectAlarm(shard)).toBe(true)
      expect(await rowsOf(shard)).toBe(left)
    }
    now.mockImplementation(() => startMs + 80_000)
    expect(await runDurableObjectAlarm(shard)).toBe(true)
    expect(await rowsOf(shard)).toBe(0)
  })

  it('sets one alarm, not one for each request', async () => {
    const { shard, store } = emptyStore('minute')
    await store.store('1', A, 'request')
    const first = await runInDurableObject(shard, (_, { storage }) => storage.getAlarm())
    for (let i = 0; i < 20; i++) await store.store(`${i}`, A, 'request')
    expect(first).not.toBeNull()
    expect(await runInDurableObject(shard, (_, { storage }) => storage.getAlarm())).toBe(first)
  })

  it('of a table that the configuration has no more says so, and its alarm deletes it a week later', async () => {
    const shard = STICK_TABLE.getByName('removed/4/0')
    const said = await runInDurableObject(shard, (instance) =>
      (instance as unknown as StickTableRpc).match('k').catch((error: unknown) => String(error)),
    )
    expect(said).toContain('no stick table for removed/4/0')
    const startMs = Date.now()
    await runInDurableObject(shard, async (_, { storage }) => {
      storage.sql.exec(
        "INSERT INTO entries (key, server, id, home, kind, created, until) VALUES ('k', 's1', 1, 's1', 0, 0, 0)",
      )
      await storage.setAlarm(startMs + 60_000)
    })
    // Another version of a gradual deployment may know it, or this one may be rolled back.
    expect(await runDurableObjectAlarm(shard)).toBe(true)
    expect(await hasEntries(shard)).toBe(true)
    await evictDurableObject(shard)
    vi.spyOn(Date, 'now').mockImplementation(() => startMs + 7 * 86_400_000 - 1_000)
    expect(await runDurableObjectAlarm(shard)).toBe(true)
    expect(await hasEntries(shard)).toBe(true)
    vi.spyOn(Date, 'now').mockImplementation(() => startMs + 7 * 86_400_000 + 60_000)
    expect(await runDurableObjectAlarm(shard)).toBe(true)
    expect(await hasEntries(shard)).toBe(false)
  })

  it('of a table that comes back keeps its entries, and the next time has its week again', async () => {
    const { shard, store } = emptyStore('minute')
    await store.store('k', A, 'request')
    const startMs = Date.now()
    await runInDurableObject(shard, async (_, { storage }) => {
      storage.sql.exec('UPDATE shard SET unclaimed_ms = ?', startMs - 7 * 86_400_000)
      await storage.setAlarm(startMs + 86_400_000)
    })
    await evictDurableObject(shard)
    expect(await store.match('k')).toMatchObject(A)
    // Its entries end as before: nobody waits for the alarm that would have deleted them all.
    await vi.waitUntil(async () => {
      const alarmMs = await runInDurableObject(shard, (_, { storage }) => storage.getAlarm())
      return alarmMs! <= startMs + 3_600_000
    })
    const unclaimed = await runInDurableObject(shard, (_, { storage }) =>
      storage.sql.exec('SELECT unclaimed_ms FROM shard').one(),
    )
    expect(unclaimed).toEqual({ unclaimed_ms: null })
  })

  describe('that does not know its name, as with an alarm set by an older release,', () => {
    /** A shard that whoever knows its id alone has started, with one entry that has ended and one that has not. */
    async function startedById(name: string) {
      const shard = STICK_TABLE.get(STICK_TABLE.idFromString(STICK_TABLE.idFromName(name).toString()))
      const nowMs = Date.now()
      const isNameless = await runInDurableObject(shard, async (_, { id, storage }) => {
        const { rows, seed } = createSqlRows(storage.sql, nowMs)
        const table = createTable(rows, suiteConfig('minute'), seed)
        table.store('ended', A, 'request', nowMs - 80_000)
        table.store('alive', A, 'request', nowMs)
        await storage.setAlarm(nowMs + 60_000)
        return id.name === undefined
      })
      expect(isNameless).toBe(true)
      return shard
    }

    it('deletes nothing, and is itself again for the next who calls by name', async () => {
      const shard = await startedById('minute/1/nameless')
      expect(await runDurableObjectAlarm(shard)).toBe(true)
      expect(await rowsOf(shard)).toBe(2)
      const call = async () => STICK_TABLE.getByName('minute/1/nameless').match('alive')
      expect(await call().catch(String)).toContain('started without its name')
      expect(await call()).toMatchObject(A)
    })

    it('knows it from its storage, once it was told', async () => {
      const shard = await startedById('minute/1/named')
      await runInDurableObject(shard, (_, { storage }) => {
        storage.sql.exec('UPDATE shard SET name = ?', 'minute/1/named')
      })
      await evictDurableObject(shard)
      expect(await runDurableObjectAlarm(shard)).toBe(true)
      expect(await rowsOf(shard)).toBe(1)
      expect(await STICK_TABLE.getByName('minute/1/named').match('alive')).toMatchObject(A)
    })

    it('is told by whoever calls by name', async () => {
      const { shard } = emptyStore('minute')
      await shard.match('k')
      await runInDurableObject(shard, (_, { storage }) => {
        expect(storage.sql.exec('SELECT name FROM shard').one()).toEqual({ name: shard.name })
      })
    })
  })
})

describe('rows that the release before has written', () => {
  /** Word for word its statements. */
  const BEFORE = {
    tables: [
      'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, server TEXT NOT NULL, id INTEGER NOT NULL, home TEXT NOT NULL, kind INTEGER NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID',
      'CREATE INDEX IF NOT EXISTS by_end ON entries (kind, until)',
      'CREATE TABLE IF NOT EXISTS born (id INTEGER PRIMARY KEY CHECK (id = 0), at INTEGER NOT NULL)',
    ],
    born: 'INSERT OR IGNORE INTO born VALUES (0, ?)',
    put: 'INSERT OR REPLACE INTO entries (key, server, id, home, kind, created, until) VALUES (?, ?, ?, ?, ?, ?, ?)',
    get: 'SELECT server, id, home, kind, created, until FROM entries WHERE key = ?',
    list: 'SELECT * FROM entries ORDER BY key LIMIT ?',
  }

  it('are kept, belong to no source, and can be read and written by it again', async () => {
    const nowMs = Date.now()
    await runInDurableObject(emptyStore('shared').shard, (_, { storage }) => {
      const { sql } = storage
      for (const table of ['entries', 'born', 'source_seed', 'version']) sql.exec(`DROP TABLE ${table}`)
      for (const statement of BEFORE.tables) sql.exec(statement)
      sql.exec(BEFORE.born, nowMs - 5000)
      for (let i = 0; i < 20; i++) sql.exec(BEFORE.put, `old ${i}`, 'a', 1, 'a', i % 2, nowMs, nowMs + 3_600_000 + i)

      migrate(storage, MIGRATIONS.StickTable)
      const { rows, bornMs, seed } = createSqlRows(sql, nowMs)
      const table = createTable(rows, suiteConfig('shared'), seed)
      expect([bornMs, table.count()]).toEqual([nowMs - 5000, 20])
      for (let i = 0; i < 500; i++) table.claim(`invented ${i}`, A, [], nowMs + i, '203.0.113.9')
      for (let i = 0; i < 20; i++) expect(table.match(`old ${i}`, nowMs)).toMatchObject({ ...A, createdMs: nowMs })
      // A client that comes back is counted from then on.
      table.store('old 0', A, 'request', nowMs, '192.0.2.1')
      expect(table.match('old 0', nowMs)?.source).toEqual(expect.any(Number))
      expect(table.match('old 2', nowMs)?.source).toBeNull()

      for (const statement of BEFORE.tables) sql.exec(statement)
      sql.exec(BEFORE.born, nowMs)
      sql.exec(BEFORE.put, 'old 0', 'b', 2, 'a', 0, nowMs, nowMs + 3_600_000)
      expect(sql.exec(BEFORE.get, 'old 0').one()).toMatchObject({ server: 'b', id: 2, home: 'a' })
      expect(sql.exec(BEFORE.list, 100).toArray()).toHaveLength(table.count())

      migrate(storage, MIGRATIONS.StickTable)
      const again = createSqlRows(sql, nowMs)
      expect([again.seed, again.bornMs]).toEqual([seed, bornMs])
      expect(again.rows.get('old 0')).toMatchObject({ server: 'b', source: null })
    })
  })

  it('say nothing of an address: a source is one of 65,536 numbers, other ones in another table', async () => {
    const sourcesOf = async () => {
      const { shard, store } = emptyStore('shared')
      for (let i = 0; i < 20; i++) await store.claim(`${i}`, A, [], `192.0.2.${i}`)
      await store.store('issued', A, 'response', '192.0.2.1')
      return runInDurableObject(shard, (_, { storage }) =>
        storage.sql
          .exec<{ key: string; source: number | null }>('SELECT key, source FROM entries ORDER BY key')
          .toArray()
          .map(({ source }) => source),
      )
    }
    const [one, other] = [await sourcesOf(), await sourcesOf()]
    expect(one).not.toEqual(other)
    expect(one.filter((source) => source === null)).toHaveLength(1)
    expect(one.every((source) => source === null || (source >= 0 && source < 65_536))).toBe(true)
  })

  it('are found to be of a source again after an eviction', async () => {
    const { shard, store } = emptyStore('shared')
    const visitors = Array.from({ length: 10 }, (_, i) => `visitor ${i}`)
    for (const [i, key] of visitors.entries()) await store.claim(key, A, [], `192.0.2.${i}`)
    for (let i = 0; i < 60; i++) {
      if (i % 20 === 0) await evictDurableObject(shard)
      await store.claim(`invented ${i}`, A, [], '203.0.113.9')
    }
    for (const key of visitors) expect(await store.match(key)).toMatchObject(A)
  })
})

describe('shards', () => {
  it('share the keys, each key with one of them', async () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i++) {
      const name = shardName('t', 4, `key ${i}`)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    expect([...counts.keys()].toSorted()).toEqual(['t/4/0', 't/4/1', 't/4/2', 't/4/3'])
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })

  it('take over what the former ones knew, for one expire', async () => {
    const startMs = Date.now()
    const now = vi.spyOn(Date, 'now').mockImplementation(() => startMs)
    const before = createObjectStore(STICK_TABLE, 'grown', 2)
    const after = createObjectStore(STICK_TABLE, 'grown', 5)
    const keys = Array.from({ length: 20 }, (_, i) => `key ${i}`)
    for (const key of keys) await before.store(key, A, 'request')
    for (const key of keys.slice(0, 10)) expect(await after.match(key)).toMatchObject(A)
    for (const key of keys.slice(10)) {
      expect(await after.claim(key, { server: 'b', id: 2 }, [])).toMatchObject({ isNew: false, entry: A })
    }
    // What an origin issued is still known as such.
    await before.store('issued', A, 'response')
    expect(await STICK_TABLE.getByName(shardName('grown', 5, 'issued')).match('issued')).toMatchObject({
      kind: 'response',
    })
    // What was taken over is here to stay.
    await after.store('late', A, 'request')
    await before.store('later', A, 'request')
    now.mockImplementation(() => startMs + 80_000)
    for (const key of keys) await after.store(key, A, 'request')
    expect(await after.match('later')).toBeUndefined()
    vi.restoreAllMocks()
  })
})
