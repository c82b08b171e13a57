// What the objects cost while nothing happens: requests are the calls that a test makes, alarms and rows are counted here.
// The bill of `limpet check --cost` is computed from these figures (src/cost/operations.ts).

import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { openCounts } from '../../src/cloudflare/objects/counted-object.ts'
import { resolveStickTable } from '../../src/config/options/stick.ts'
import { createLayout } from '../../src/counting/layout.ts'
import { CHECK_ROUND_ROWS, COUNTS_ROWS, reportRows } from '../../src/cost/operations.ts'
import { countPaid } from './paid.ts'
import { askedServer } from './servers.ts'

const { MONITOR, STATS, STICK_TABLE } = env as unknown as Required<Env>

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  return reset()
})

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 60_000, interval: 20 })

/** How long each server takes, really and by the clock, which has a second for a round. */
const AT_ONCE = { s1: { afterMs: 0, passMs: 0 }, s2: { afterMs: 0, passMs: 0 } }
const EACH_ANOTHER_TIME = { s1: { afterMs: 10, passMs: 200 }, s2: { afterMs: 30, passMs: 300 } }

it.each([
  ['at once', AT_ONCE],
  ['each after another time', EACH_ANOTHER_TIME],
])(
  'a round of checks is one alarm for all servers that answer %s, and no row while nothing changes',
  async (_, times) => {
    // An hour ahead, so that no alarm comes by itself.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    let answered = 0
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      const time = times[askedServer(input) as keyof typeof times]
      if (!time) return new Response()
      await new Promise((resolve) => setTimeout(resolve, time.afterMs))
      vi.setSystemTime(Date.now() + time.passMs)
      answered += 1
      return new Response()
    })
    const stub = MONITOR.getByName('cost')
    const round = async () => {
      vi.setSystemTime(Date.now() + 1_000 - times.s1.passMs - times.s2.passMs)
      answered = 0
      await runDurableObjectAlarm(stub)
      await until(() => answered === 2)
      // The object answers once its checks have been judged.
      await runInDurableObject(stub, () => new Promise((resolve) => setTimeout(resolve, 20)))
    }
    await stub.snapshot()
    // The first checks change what is known.
    for (let i = 0; i < 3; i++) await round()
    const paid = await runInDurableObject(stub, (_object, { storage }) => countPaid(storage))
    for (let i = 0; i < 5; i++) await round()
    expect(paid).toEqual({ alarms: 5 * CHECK_ROUND_ROWS, rowsWritten: 0 })
  },
)

it('a report of counters writes a row for each frontend, backend and server with requests, and one for the isolate', async () => {
  const stub = STATS.getByName('AMS')
  const batch = (number: number) => ({
    isolate: 'a',
    number,
    elapsedMs: 60_000,
    intervalMs: 60_000,
    counts: {
      'frontend:www': { stot: 3 },
      'backend:app': { stot: 3 },
      'server:app/s1': { stot: 2 },
      'server:app/s2': { stot: 1 },
    },
    gauges: {},
  })
  await stub.add(batch(1))
  const paid = await runInDurableObject(stub, (_, { storage }) => countPaid(storage))
  for (let number = 2; number <= 11; number++) await stub.add(batch(number))
  expect(paid).toEqual({ alarms: 0, rowsWritten: 10 * reportRows(4) })
})

it('counters are wanted more often while somebody looks, also when the object has slept meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const stub = STATS.getByName('watched')
  const batch = { isolate: 'a', elapsedMs: 60_000, intervalMs: 60_000, counts: {}, gauges: {} }
  expect(await stub.add({ ...batch, number: 1 })).toBe(false)
  await stub.view()
  vi.setSystemTime(Date.now() + 60_000)
  await evictDurableObject(stub)
  expect(await stub.add({ ...batch, number: 2 })).toBe(true)
  const paid = await runInDurableObject(stub, (_, { storage }) => countPaid(storage))
  for (let i = 0; i < 10; i++) await stub.view()
  expect(paid.rowsWritten).toBe(0)
  vi.setSystemTime(Date.now() + 121_000)
  expect(await stub.add({ ...batch, number: 3 })).toBe(false)
})

const NO_RULES = { frontends: [], backends: [] }

it('what is counted is kept in memory, and of `gpc` and `gpt` a row is written for each key that has changed', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const data = ['http_req_rate(10s)', 'gpc0'] as const
  const config = resolveStickTable({ type: 'string', size: 1_000, expire: '1m', data: [...data] }, [], 'limpet')
  const stub = STICK_TABLE.getByName('minute/0')
  await runInDurableObject(stub, (_, { storage }) => {
    const paid = countPaid(storage)
    const counts = openCounts(storage, config, NO_RULES)!
    const send = (key: string, slot: number) =>
      counts.call(
        'merge',
        createLayout(config.data).slots.map(({ name }) => name),
        [{ key, touchedMs: Date.now(), sets: [], adds: [[slot, Date.now(), 1]] }],
      )
    const [gpc, rate] = [0, 1]
    for (let i = 0; i < 50; i++) send('a', rate)
    counts.save()
    expect(paid.rowsWritten).toBe(0)
    for (let i = 0; i < 50; i++) for (const key of ['a', 'b', 'c']) send(key, gpc)
    counts.save()
    counts.save()
    expect(paid.rowsWritten).toBe(3 * COUNTS_ROWS)
    // On disk an entry ends a quarter of `expire` later.
    vi.setSystemTime(Date.now() + 76_000)
    openCounts(storage, config, NO_RULES)
    expect(paid).toEqual({ alarms: 0, rowsWritten: 6 * COUNTS_ROWS })
  })
})
