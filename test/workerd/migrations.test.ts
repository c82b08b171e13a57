// Versions of storage: each migration is run once and whole, only adds, and costs what is said here. That releases work in turns with
// one storage is roll-back.test.ts's.

import { runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { migrate, versionOf } from '../../src/cloudflare/objects/migrate.ts'
import type { Migration } from '../../src/cloudflare/objects/migrate.ts'
import { MIGRATIONS } from '../../src/cloudflare/objects/migrations.ts'
import { createSeat } from '../../src/cloudflare/objects/seat.ts'
import type { Offer } from '../../src/cloudflare/objects/seat.ts'
import { countPaid } from './paid.ts'
import { MONITOR, open, RELEASES, ROOT, SLOTS, STATS, TABLE } from './recorded.ts'
import type { ClassName, Opened } from './recorded.ts'

const { BARE } = testEnv as unknown as { readonly BARE: DurableObjectNamespace }

afterEach(() => vi.restoreAllMocks())

const ALL: readonly Opened<ClassName>[] = [MONITOR, TABLE, SLOTS, STATS, ROOT]

/** An object without storage, unless there is a dump. */
async function inObject<T>(work: (state: DurableObjectState) => T, dump = ''): Promise<T> {
  return runInDurableObject(BARE.getByName('migrations'), async (_, state) => {
    await state.storage.deleteAll()
    if (dump !== '') state.storage.sql.exec(dump)
    return work(state)
  })
}

const tablesOf = (sql: SqlStorage) =>
  sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' ORDER BY name",
    )
    .toArray()
    .map(({ name }) => name)
const columnsOf = (sql: SqlStorage, table: string) =>
  sql.exec<{ name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)', table).toArray()
const rowsOf = (sql: SqlStorage, table: string) => sql.exec(`SELECT * FROM ${table}`).toArray()
const contentOf = (sql: SqlStorage) => ({
  // A table that was renamed has its name in quotes.
  schema: sql
    .exec(`SELECT name, replace(sql, '"', '') AS sql FROM sqlite_master WHERE name NOT GLOB '_cf_*' ORDER BY name`)
    .toArray(),
  rows: Object.fromEntries(tablesOf(sql).map((name) => [name, rowsOf(sql, name)])),
})

describe('a migration', () => {
  const first: Migration = { n: 1, up: (sql) => sql.exec('CREATE TABLE kept (id INTEGER PRIMARY KEY, text TEXT)') }
  const second: Migration = {
    n: 2,
    up(sql) {
      sql.exec("INSERT INTO kept (id, text) VALUES (1, 'of the second')")
      sql.exec('CREATE TABLE more (id INTEGER PRIMARY KEY)')
    },
  }
  const broken: Migration = {
    n: 2,
    up(sql) {
      second.up(sql)
      sql.exec('ALTER TABLE kept ADD COLUMN late TEXT')
      throw new Error('half-way')
    },
  }

  it('is run once, in the order of the numbers, whatever the storage has had before', () =>
    inObject(({ storage }) => {
      const run: number[] = []
      const list = [1, 2, 3].map((n): Migration => ({ n, up: () => void run.push(n) }))
      migrate(storage, list.slice(0, 1))
      migrate(storage, list.slice(0, 1))
      expect(run).toEqual([1])
      migrate(storage, list)
      migrate(storage, list)
      expect(run).toEqual([1, 2, 3])
      expect(versionOf(storage.sql)).toBe(3)
    }))

  it('that throws half-way leaves everything as it was, and is run again by the next start', () =>
    inObject(({ storage }) => {
      migrate(storage, [first])
      const before = contentOf(storage.sql)
      expect(() => migrate(storage, [first, broken])).toThrow('half-way')
      expect(contentOf(storage.sql)).toEqual(before)
      migrate(storage, [first, second])
      expect([versionOf(storage.sql), rowsOf(storage.sql, 'kept')]).toEqual([2, [{ id: 1, text: 'of the second' }]])
    }))

  it('that throws in a new storage leaves none, and those before one that throws are kept', () =>
    inObject(({ storage }) => {
      expect(() => migrate(storage, [{ ...broken, n: 1, up: (sql) => (first.up(sql), broken.up(sql)) }])).toThrow()
      expect(tablesOf(storage.sql)).toEqual([])
      expect(() => migrate(storage, [first, broken])).toThrow('half-way')
      expect([versionOf(storage.sql), tablesOf(storage.sql)]).toEqual([1, ['kept', 'version']])
    }))

  it('of a later release is left as it is', () =>
    inObject(({ storage }) => {
      migrate(storage, [first, second])
      const before = contentOf(storage.sql)
      migrate(storage, [first])
      expect(contentOf(storage.sql)).toEqual(before)
    }))
})

describe.each(ALL)('the migrations of the storage of $name', ({ name, className, dump }) => {
  const migrations = MIGRATIONS[className]

  it('only add, and columns to no table whose rows a release before inserts by place', () =>
    inObject(({ storage }) => {
      const { sql } = storage
      for (const migration of migrations) {
        const before = new Map(tablesOf(sql).map((table) => [table, columnsOf(sql, table)]))
        const rows = new Map([...before.keys()].map((table) => [table, rowsOf(sql, table).length]))
        migrate(storage, migrations.slice(0, migration.n))
        for (const [table, columns] of before) {
          const after = columnsOf(sql, table)
          expect([table, after.slice(0, columns.length)]).toEqual([table, columns])
          if (table !== 'entries') expect([table, after.length]).toEqual([table, columns.length])
          if (table !== 'version') expect([table, rowsOf(sql, table).length]).toEqual([table, rows.get(table)])
        }
      }
    }, dump))

  it('can be run again over what they have made, and over a part of it', () =>
    inObject(({ storage }) => {
      const { sql } = storage
      migrate(storage, migrations)
      const made = contentOf(sql)
      sql.exec('DROP TABLE version')
      migrate(storage, migrations)
      expect(contentOf(sql)).toEqual(made)
      for (const table of tablesOf(sql).filter((each) => each !== 'version')) {
        sql.exec(`DROP TABLE ${table}`)
        sql.exec('DROP TABLE version')
        migrate(storage, migrations)
        expect([table, contentOf(sql).schema]).toEqual([table, made.schema])
      }
    }, dump))

  it('are as many as the storage’s version says, after release 0.1 has had it, too', () =>
    open({ name, className, dump } as Opened<ClassName>, ['now', 'before', 'now'], async () => {
      const version = await runInDurableObject(BARE.getByName(name), (_, { storage: { sql } }) => versionOf(sql))
      expect(version).toBe(migrations.length)
    }))
})

/** Rows written: by the start of a new object, by the first start behind release 0.1, and by each start from then on. */
it.each<[Opened<ClassName>, { made: number; upgraded: number; started: number }]>([
  [MONITOR, { made: 37, upgraded: 47, started: 1 }],
  [TABLE, { made: 19, upgraded: 13, started: 0 }],
  [SLOTS, { made: 5, upgraded: 9, started: 0 }],
  [STATS, { made: 14, upgraded: 30, started: 0 }],
  [ROOT, { made: 14, upgraded: 27, started: 0 }],
])('what a start of $name writes is counted: %o', async ({ name, className, dump }, rows) => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const Class = RELEASES.now[className] as new (ctx: DurableObjectState, env: object) => unknown
  await runInDurableObject(BARE.getByName(name), async (_, state) => {
    const paid = countPaid(state.storage)
    const start = () => {
      const before = paid.rowsWritten
      expect(new Class(state, {})).toBeDefined()
      return paid.rowsWritten - before
    }
    await state.storage.deleteAll()
    const made = start()
    await state.storage.deleteAll()
    state.storage.sql.exec(dump)
    const upgraded = start()
    expect({ made, upgraded, started: start() }).toEqual(rows)
  })
})

describe('a Monitor that moves between two releases', () => {
  const offerOf = (
    change: (offer: Offer, sql: SqlStorage) => Offer,
    prepare: (sql: SqlStorage) => void = () => undefined,
  ) =>
    inObject((state) => {
      migrate(state.storage, MIGRATIONS.Monitor)
      prepare(state.storage.sql)
      return change(createSeat(state, null).offer('weur'), state.storage.sql)
    }, MONITOR.dump)
  const staged = <T>(
    offer: Offer,
    look: (sql: SqlStorage) => T,
    prepare: (sql: SqlStorage) => void = () => undefined,
  ) =>
    runInDurableObject(BARE.getByName('moved to'), async (_, state) => {
      await state.storage.deleteAll()
      migrate(state.storage, MIGRATIONS.Monitor)
      prepare(state.storage.sql)
      createSeat(state, null).stage(offer)
      return look(state.storage.sql)
    })

  it('from an earlier one gets what that one lacks, and keeps nothing of its own time before', async () => {
    const offer = await offerOf((whole) => ({
      ...whole,
      version: 0,
      tables: whole.tables.filter(({ name }) => name !== 'recipients'),
    }))
    const found = await staged(
      offer,
      (sql) => [versionOf(sql), rowsOf(sql, 'recipients'), rowsOf(sql, 'servers').length],
      (sql) => sql.exec("INSERT INTO recipients (place, identity, name) VALUES (7, 'of its own', 'time before')"),
    )
    expect(found).toEqual([MIGRATIONS.Monitor.length, [], 4])
  })

  it('from one that knows no versions, on storage that has one, begins from none', async () => {
    const offer = await offerOf(({ version, ...whole }, sql) => {
      const made = String(sql.exec("SELECT sql FROM sqlite_master WHERE name = 'version'").one().sql)
      const copied = { name: 'version', sql: made, columns: ['id', 'n'], rows: [[0, version!]] }
      return { ...whole, tables: [...whole.tables, copied] }
    })
    expect(await staged(offer, (sql) => [versionOf(sql), rowsOf(sql, 'servers').length])).toEqual([
      MIGRATIONS.Monitor.length,
      4,
    ])
  })

  it('from a later one keeps what that one has, with its indexes, and what it lacks itself is still to come', async () => {
    const offer = await offerOf(
      (whole) => ({ ...whole, version: 9 }),
      (sql) => {
        sql.exec('CREATE TABLE later (id INTEGER PRIMARY KEY, text TEXT)')
        sql.exec("INSERT INTO later (id, text) VALUES (1, 'kept')")
        sql.exec('CREATE INDEX by_text ON later (text)')
      },
    )
    const found = await staged(offer, (sql) => [
      versionOf(sql),
      rowsOf(sql, 'later'),
      sql.exec("SELECT tbl_name FROM sqlite_master WHERE name = 'by_text'").toArray(),
    ])
    expect(found).toEqual([MIGRATIONS.Monitor.length, [{ id: 1, text: 'kept' }], [{ tbl_name: 'later' }]])
  })
})
