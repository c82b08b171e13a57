// An object that counts saves `gpc` and `gpt` by its alarm, without a timer that would keep it awake.

import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { COUNTS_ROWS, SAVE_ROWS } from '../../src/cost/operations.ts'
import { SAVE_EACH_MS } from '../../src/counting/shard.ts'
import { countPaid } from './paid.ts'

const { STICK_TABLE } = env as unknown as Required<Env>
const NAMES = ['gpc0', 'http_req_cnt']
const A = { server: 'a', id: 1 }
// Each test has an object of its own.
let tests = 0
let stub = STICK_TABLE.getByName('counting/1/0')
beforeEach(() => void (stub = STICK_TABLE.getByName(`counting/1/${(tests += 1)}`)))

const sent = { isolate: 'one', settled: 1 }

const count = (key: string, slot: 0 | 1, n = 1) =>
  stub.counts('merge', NAMES, [{ key, touchedMs: Date.now(), sets: [], adds: [[slot, Date.now(), n]] }])
const alarmMs = () => runInDurableObject(stub, (_, { storage }) => storage.getAlarm())
const gpcOf = async (key: string) => {
  const answer = await stub.counts('merge', NAMES, [{ key, touchedMs: 0, sets: [], adds: [] }])
  return (answer as { merged: readonly ({ cells: readonly unknown[] } | null)[] }).merged[0]?.cells[0]
}

afterEach(() => {
  vi.restoreAllMocks()
  return reset()
})

it('an alarm, and no timer, saves what has changed, before an object that rests is put to sleep', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const startMs = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => startMs)
  await count('a', 0, 3)
  await count('b', 0, 5)
  expect(timers).not.toHaveBeenCalled()
  expect(await alarmMs()).toBe(startMs + SAVE_EACH_MS)
  expect(SAVE_EACH_MS).toBeLessThan(10_000)
  expect(await runDurableObjectAlarm(stub)).toBe(true)
  await evictDurableObject(stub)
  expect([await gpcOf('a'), await gpcOf('b')]).toEqual([3, 5])
})

it('sets no alarm for what is kept in memory alone, and one for all keys that change', async () => {
  await count('a', 1)
  expect(await alarmMs()).toBeNull()
  const paid = await runInDurableObject(stub, (_, { storage }) => countPaid(storage))
  for (let i = 0; i < 20; i++) await count(`k${i}`, 0)
  expect(paid).toEqual({ alarms: 1, rowsWritten: 0 })
  await runDurableObjectAlarm(stub)
  expect(paid).toEqual({ alarms: SAVE_ROWS, rowsWritten: 20 * COUNTS_ROWS })
  expect(await alarmMs()).toBeNull()
})

it('shares the alarm with the deletion of ended entries: neither is late, or lost', async () => {
  const startMs = Date.now()
  const now = vi.spyOn(Date, 'now').mockImplementation(() => startMs)
  await stub.store('k', A, 'request')
  expect(await alarmMs()).toBe(startMs + 15_000)
  await count('a', 0, 3)
  expect(await alarmMs()).toBe(startMs + SAVE_EACH_MS)
  now.mockImplementation(() => startMs + SAVE_EACH_MS)
  await runDurableObjectAlarm(stub)
  expect(await alarmMs()).toBe(startMs + 15_000)
  // Both at once, after the entry has ended.
  now.mockImplementation(() => startMs + 80_000)
  await count('a', 0, 1)
  await runDurableObjectAlarm(stub)
  expect((await stub.list(0)).count).toBe(0)
  expect(await alarmMs()).toBeNull()
  await evictDurableObject(stub)
  expect(await gpcOf('a')).toBe(1)
})

it('counts once what an isolate sends again', async () => {
  const change = { key: 'a', serial: 1, touchedMs: Date.now(), sets: [], adds: [[0, Date.now(), 3]] } as const
  await stub.counts('merge', NAMES, [change], sent)
  await stub.counts('merge', NAMES, [change], sent)
  expect(await gpcOf('a')).toBe(3)
})
