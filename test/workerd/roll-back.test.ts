// An upgrade and a roll-back: the storage of the release before, as it was recorded, is opened by this code, then by that
// release itself, then by this code again. Whatever one of them wrote, the other reads. release-0.1/ is what
// test/contract/record.ts made of that release.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { migrate } from '../../src/cloudflare/objects/migrate.ts'
import { MIGRATIONS } from '../../src/cloudflare/objects/migrations.ts'
import { UNVERIFIED } from '../../src/persistence/codec.ts'
import { countPaid } from './paid.ts'
import type { Paid } from './paid.ts'
import { MONITOR, open, ROOT, SLOTS, STATS, TABLE } from './recorded.ts'
import type { ClassName, Opened, Release, RELEASES } from './recorded.ts'
import { RECORDED_MS } from './release-0.1/config.ts'
import * as before from './release-0.1/objects.js'
import * as now from './release-objects.ts'

const ORDERS: readonly (readonly Release[])[] = [
  ['now'],
  ['now', 'before'],
  ['now', 'before', 'now', 'before'],
  ['before', 'now', 'before', 'now'],
]

let nowMs = RECORDED_MS
beforeEach(() => {
  nowMs = RECORDED_MS + 1_000
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

/** As the next release leaves storage behind. */
function byTheNextRelease(className: ClassName, up: (sql: SqlStorage) => void) {
  const own = MIGRATIONS[className]
  return (_: SqlStorage, storage: DurableObjectStorage) => migrate(storage, [...own, { n: own.length + 1, up }])
}

function addColumns(sql: SqlStorage): void {
  for (const { name } of sql
    .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")
    .toArray()) {
    sql.exec(`ALTER TABLE ${name} ADD COLUMN of_the_next_release TEXT`)
  }
}

/** All that the releases before it allow. */
function addWhatMayBeAdded(sql: SqlStorage): void {
  sql.exec('CREATE TABLE of_the_next_release (id INTEGER PRIMARY KEY)')
  const hasEntries = sql.exec("SELECT name FROM sqlite_master WHERE name = 'entries'").toArray().length > 0
  if (hasEntries) sql.exec('ALTER TABLE entries ADD COLUMN of_the_next_release TEXT')
}

const USES = {
  async monitor(monitor, nth) {
    nowMs += 1_000
    expect(await monitor.servers()).toMatchObject([
      { server: 's1', health: 'down', downs: 1, lastCheck: { code: 'L7RSP' } },
      { server: 's2', weight: nth === 0 ? 7 : 10 + nth - 1, configuredWeight: 1 },
      { server: 's3', state: 'drain', configuredState: 'ready', drainUntilMs: RECORDED_MS + 3_600_000 },
      { server: 'x1', state: 'maint', configuredState: 'ready' },
    ])
    expect(await monitor.backends()).toMatchObject([
      { backend: 'app', isDown: false, downs: 0 },
      { backend: 'api', isDown: true, downs: 1 },
    ])
    const events = await monitor.events(100)
    expect(events).toHaveLength(4 + nth)
    expect(events[0]).toMatchObject(
      nth === 0 ? { server: 'api/x1', to: 'MAINT', who: 'bob' } : { server: 'app/s2', who: `visitor ${nth - 1}` },
    )
    const { epoch, n } = await monitor.snapshot()
    expect(epoch).toBe(RECORDED_MS)
    // Each start and each change counts.
    expect(n).toBe(6 + 2 * nth)
    await monitor.change('app/s2', { weight: 10 + nth }, `visitor ${nth}`)
  },
  async table(table, nth) {
    nowMs += 1_000
    expect(await table.match('invented')).toMatchObject({ server: 's1', id: 1, home: 's1', createdMs: RECORDED_MS })
    expect(await table.match('claimed')).toMatchObject({ server: 's2', id: 2 })
    expect(await table.match('minted')).toMatchObject({ server: 's3', id: 3 })
    for (let i = 0; i < nth; i++) expect(await table.match(`key ${i}`)).toMatchObject({ server: 's2', home: 's2' })
    expect((await table.list(100)).count).toBe(3 + nth)
    await table.store(`key ${nth}`, { server: 's2', id: 2 }, nth % 2 === 0 ? 'request' : 'response')
  },
  async slots(slots, nth) {
    // Eight and two are taken; whoever comes gets none until a holder gives one back or is silent for too long.
    expect(await slots.ask(`isolate-${nth}`, { keeps: 0, share: 0, inUse: 0, waiting: 1 }, false)).toMatchObject({
      slots: 0,
      elsewhere: 3,
      waitingElsewhere: 5 + nth,
    })
  },
  async stats(stats, nth) {
    nowMs += 1_000
    const view = await stats.view()
    expect(view.sinceMs).toBe(RECORDED_MS)
    expect(view.isolates).toMatchObject([{ isolate: 'isolate-a' }])
    expect(view.totals['server:app/s1']!.counts).toMatchObject({ stot: 10 + 5 * nth })
    expect(view.totals['backend:app']).toMatchObject({ smax: 2, qmax: 1, counts: { hrsp_2xx: 10 } })
    const counts = { 'server:app/s1': { stot: 5 } }
    const batch = { isolate: 'isolate-a', elapsedMs: 1000, intervalMs: 10_000, counts, gauges: {} }
    // One that was sent already is not counted again, whoever had it.
    await stats.add({ ...batch, number: 2 + nth })
    await stats.add({ ...batch, number: 3 + nth })
  },
  async root(stats, nth) {
    expect(await stats.locations()).toEqual(['CDG', ...['FRA-0', 'FRA-1', 'FRA-2', 'FRA-3'].slice(0, nth)])
    await stats.join('CDG')
    await stats.join(`FRA-${nth}`)
  },
} satisfies {
  monitor: Use<'Monitor'>
  table: Use<'StickTable'>
  slots: Use<'Slots'>
  stats: Use<'Stats'>
  root: Use<'Stats'>
}
type Use<C extends ClassName> = (object: InstanceType<(typeof RELEASES)['now'][C]>, nth: number) => Promise<void>

describe.each(ORDERS.map((order) => ({ order, title: order.join(', ') })))('storage opened by: $title', ({ order }) => {
  it('Monitor: states, overrides, backends, events and the sequence are kept', () => open(MONITOR, order, USES.monitor))
  it('StickTable: every entry is kept', () => open(TABLE, order, USES.table))
  it('Slots: no slot is given twice', () => open(SLOTS, order, USES.slots))
  it('Stats: nothing is lost or counted twice', () => open(STATS, order, USES.stats))
  it('Stats: the root knows every location', () => open(ROOT, order, USES.root))
})

describe('a cookie', () => {
  const KEYS = 'the-key-of-a-deployment-1234567'
  const DATES = [
    { lastS: null, firstS: null },
    { lastS: 1_795_608_000, firstS: null },
    { lastS: 1_795_608_000, firstS: 1_795_600_000 },
  ]
  it.each(DATES)('of either release is one of the other, byte for byte: %j', async (dates) => {
    const [old, own] = await Promise.all(
      [before, now].map(async ({ createSealed, importCookieKeys }) =>
        createSealed(await importCookieKeys(KEYS), 'app', 'SERVERID', ['s1', 's2']),
      ),
    )
    const value = await old!.encode('s2', dates)
    const decoded = own!.decode(value)
    expect(decoded === UNVERIFIED ? await own!.verify(value) : decoded).toEqual({
      serverCookie: 's2',
      dates,
      format: 'sealed',
    })
    expect(await own!.encode('s2', dates)).toBe(value)
  })
})

describe('storage to which the next release has added columns', () => {
  const order: readonly Release[] = ['now', 'now']
  const added = (name: ClassName) => byTheNextRelease(name, addColumns)
  it('is a Monitor’s as before', () => open(MONITOR, order, USES.monitor, added('Monitor')))
  it('is a StickTable’s as before', () => open(TABLE, order, USES.table, added('StickTable')))
  it('is that of Slots as before', () => open(SLOTS, order, USES.slots, added('Slots')))
  it('is that of Stats as before', () => open(STATS, order, USES.stats, added('Stats')))
  it('is the root’s as before', () => open(ROOT, order, USES.root, added('Stats')))
})

describe('storage to which the next release has added what it may, opened by both releases before it', () => {
  const order: readonly Release[] = ['now', 'before', 'now', 'before', 'now']
  const added = (name: ClassName) => byTheNextRelease(name, addWhatMayBeAdded)
  it('is a Monitor’s as before', () => open(MONITOR, order, USES.monitor, added('Monitor')))
  it('is a StickTable’s as before', () => open(TABLE, order, USES.table, added('StickTable')))
  it('is that of Slots as before', () => open(SLOTS, order, USES.slots, added('Slots')))
  it('is that of Stats as before', () => open(STATS, order, USES.stats, added('Stats')))
  it('is the root’s as before', () => open(ROOT, order, USES.root, added('Stats')))
})

describe('what an upgrade writes', () => {
  const many = (count: number, row: string) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) ${row} FROM n`
  const servers = (count: number) => many(count, "INSERT INTO servers (key, record) SELECT 'app/' || i, '{}'")
  const isolates = (count: number) =>
    many(count, "INSERT INTO isolates (name, number, at_ms) SELECT 'i' || i, i, 1795608000000")
  const totals = (count: number) => many(count, "INSERT INTO totals (key, total) SELECT 'server:app/' || i, '{}'")
  const holders = (count: number) => many(count, "INSERT INTO holders (name, holder) SELECT 'i' || i, '{}'")
  const entries = (count: number) =>
    many(count, "INSERT INTO entries SELECT 'k' || i, 's1', 1, 's1', 0, 1795608000000, 1795612500000")

  it.each([
    ['small tables', STATS, [isolates(200), totals(200)]],
    ['as many rows as are rewritten', STATS, [isolates(249), totals(246)]],
    ['more rows than are rewritten', STATS, [isolates(5_000), totals(5_000)]],
    ['servers that are configured no more', MONITOR, [servers(700)]],
    ['many holders', SLOTS, [holders(5_000)]],
    ['a full stick table', TABLE, [entries(20_000)]],
  ] as const)('is at most a thousand rows for an object: %s', async (_, opened: Opened<ClassName>, fill) => {
    let paid: Paid | undefined
    await open(
      opened,
      ['now'],
      async () => expect(paid!.rowsWritten).toBeLessThanOrEqual(1_000),
      (sql, storage) => {
        for (const statement of fill) sql.exec(statement)
        paid = countPaid(storage)
      },
    )
  })
})
