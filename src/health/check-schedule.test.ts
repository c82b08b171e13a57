import { expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import { createCheckSchedule } from './check-schedule.ts'
import { createLedger } from './ledger.ts'

const START_MS = 1_000_000

function scheduleOf(count: number, inter: string) {
  const servers = Array.from({ length: count }, (_, i) => ({ name: `s${i}`, url: 'http://s' }))
  const config = resolveConfig({ backends: [{ name: 'app', check: { inter }, servers }], spreadChecks: 50 })
  const clock = { ms: START_MS, drawn: 0 }
  const ledger = createLedger(config, new Map(), clock.ms)
  const schedule = createCheckSchedule(config, ledger, { now: () => clock.ms, random: () => clock.drawn })
  return { clock, ledger, schedule, entryOf: (key: string) => ledger.entries.get(key)! }
}

it('spreads the first checks over a second', () => {
  const { clock, schedule } = scheduleOf(4, '2s')
  expect(schedule.start()).toEqual(['app/s0'])
  expect(schedule.nextDueMs()).toBe(START_MS + 250)
  clock.ms += 749
  expect(schedule.start()).toEqual(['app/s1', 'app/s2'])
})

it('starts six at once, the longest due first, and the next when one ends', () => {
  const { clock, schedule, entryOf } = scheduleOf(8, '2s')
  clock.ms += 1_000
  expect(schedule.start()).toEqual(['app/s0', 'app/s1', 'app/s2', 'app/s3', 'app/s4', 'app/s5'])
  expect(schedule.isFull()).toBe(true)
  expect(schedule.start()).toEqual([])
  schedule.end('app/s3', entryOf('app/s3'))
  expect(schedule.start()).toEqual(['app/s6'])
})

it('is due again after its interval, or up to so many percent earlier', () => {
  const { clock, schedule, entryOf } = scheduleOf(1, '2s')
  for (const [drawn, afterMs] of [
    [0, 2_000],
    [0.5, 1_500],
  ] as const) {
    expect(schedule.start()).toEqual(['app/s0'])
    clock.drawn = drawn
    schedule.end('app/s0', entryOf('app/s0'))
    expect(schedule.nextDueMs()).toBe(clock.ms + afterMs)
    expect(schedule.isIdle()).toBe(true)
    clock.ms += afterMs
  }
})

it('hurries a check that is not running, and forgets a server that is not checked any more', () => {
  const { clock, ledger, schedule, entryOf } = scheduleOf(1, '2s')
  schedule.start()
  schedule.hurry('app/s0')
  expect(schedule.nextDueMs()).toBeUndefined()
  schedule.end('app/s0', entryOf('app/s0'))
  schedule.hurry('app/s0')
  expect(schedule.nextDueMs()).toBe(clock.ms)
  ledger.setState('app/s0', 'maint', clock.ms)
  schedule.restart('app/s0', entryOf('app/s0'))
  expect(schedule.start()).toEqual([])
})

it('leaves checks that are due once a minute or less to cron, which may be half a minute early', () => {
  const { clock, schedule, entryOf } = scheduleOf(1, '1m')
  expect(schedule.isUnhurried).toBe(true)
  expect(schedule.nextDueMs()).toBeUndefined()
  expect(schedule.start()).toEqual(['app/s0'])
  schedule.end('app/s0', entryOf('app/s0'))
  clock.ms += 29_999
  expect(schedule.start()).toEqual([])
  clock.ms += 1
  expect(schedule.start()).toEqual(['app/s0'])
})
