import { expect, it } from 'vitest'

import { createAlarmClock } from './alarm-clock.ts'

function clockOf(storedMs: number | null = null) {
  const time = { ms: 1_000 }
  const written: number[] = []
  const storage = {
    getAlarm: async () => storedMs,
    setAlarm: async (at: number | Date) => void written.push(Number(at)),
  }
  return { time, written, clock: createAlarmClock(storage, () => time.ms) }
}

it('writes an alarm once, and again only for something that is due earlier', async () => {
  const { clock, written } = clockOf()
  for (const atMs of [5_000, 6_000, 5_000, undefined, 4_999.5]) await clock.wakeBy(atMs)
  expect(written).toEqual([5_000])
  await clock.wakeBy(4_000)
  expect(written).toEqual([5_000, 4_000])
})

it('writes the next one once the last has come', async () => {
  const { clock, written } = clockOf()
  await clock.wakeBy(5_000)
  clock.clear()
  await clock.wakeBy(6_000)
  expect(written).toEqual([5_000, 6_000])
})

it('leaves the alarm that was set before a restart, unless it is too late', async () => {
  const early = clockOf(3_000)
  await early.clock.wakeBy(5_000)
  expect(early.written).toEqual([])
  const late = clockOf(9_000)
  await late.clock.wakeBy(5_000)
  expect(late.written).toEqual([5_000])
})

it('sets whole milliseconds, never in the past and at most a day ahead', async () => {
  const { clock, time, written } = clockOf()
  time.ms = 2_000.4
  for (const atMs of [1_000_000_000, 5_000.2, 1_000]) {
    clock.clear()
    await clock.wakeBy(atMs)
  }
  expect(written).toEqual([86_402_001, 5_001, 2_001])
})
