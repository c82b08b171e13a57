import { expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import { createCheckSchedule } from './check-schedule.ts'
import { createServerRegistry } from './server-registry.ts'

const START_MS = 1_000_000
const plenty = () => ({ left: Infinity, isByCron: false })
const byCron = () => ({ left: Infinity, isByCron: true })
const only = (left: number) => ({ left, isByCron: false })

function scheduleOf(count: number, inter: string) {
  const servers = Array.from({ length: count }, (_, i) => ({ name: `s${i}`, url: 'http://s' }))
  const config = resolveConfig({ backends: [{ name: 'app', check: { inter }, servers }], spreadChecks: 50 })
  const clock = { ms: START_MS, drawn: 0 }
  const registry = createServerRegistry(config, new Map(), clock.ms)
  const schedule = createCheckSchedule(config, registry, { now: () => clock.ms, random: () => clock.drawn })
  return { clock, registry, schedule, entryOf: (key: string) => registry.entries.get(key)! }
}

it('starts six at once, and the next when one ends', () => {
  const { schedule, entryOf } = scheduleOf(8, '2s')
  expect(schedule.start(plenty())).toEqual(['app/s0', 'app/s1', 'app/s2', 'app/s3', 'app/s4', 'app/s5'])
  expect(schedule.start(plenty())).toEqual([])
  schedule.end('app/s3', entryOf('app/s3'))
  expect(schedule.start(plenty())).toEqual(['app/s6'])
})

it('starts the longest due first', () => {
  const { clock, schedule, entryOf } = scheduleOf(2, '2s')
  for (const key of ['app/s1', 'app/s0']) {
    schedule.restart(key, entryOf(key))
    clock.ms += 100
  }
  schedule.hurry('app/s0')
  expect(schedule.start(plenty())).toEqual(['app/s1', 'app/s0'])
})

it('has one moment for the checks of a round, whenever they end', () => {
  const { clock, schedule, entryOf } = scheduleOf(3, '10s')
  for (let round = 0; round < 5; round++) {
    expect(schedule.start(plenty())).toHaveLength(3)
    const nextMs = clock.ms + 10_000
    expect(schedule.nextDueMs()).toBe(nextMs)
    for (const key of ['app/s0', 'app/s1', 'app/s2']) {
      clock.ms += 3_000
      schedule.end(key, entryOf(key))
      expect(schedule.nextDueMs()).toBe(nextMs)
    }
    clock.ms = nextMs
  }
})

it('looks after a check that takes longer than its interval once a timeout, and begins the next one when it ends', () => {
  const { clock, schedule, entryOf } = scheduleOf(1, '2s')
  const { timeoutMs } = entryOf('app/s0').server.check!
  schedule.start(plenty())
  for (const passedMs of [2_000, 3 * timeoutMs]) {
    clock.ms = START_MS + passedMs
    expect(schedule.nextDueMs()).toBe(clock.ms + timeoutMs)
  }
  schedule.end('app/s0', entryOf('app/s0'))
  expect(schedule.nextDueMs()).toBe(clock.ms)
})

it('is due again after its interval, or up to so many percent earlier', () => {
  const { clock, schedule, entryOf } = scheduleOf(1, '2s')
  for (const [drawn, afterMs] of [
    [0, 2_000],
    [0.5, 1_500],
  ] as const) {
    clock.drawn = drawn
    expect(schedule.start(plenty())).toEqual(['app/s0'])
    schedule.end('app/s0', entryOf('app/s0'))
    expect(schedule.nextDueMs()).toBe(clock.ms + afterMs)
    clock.ms += afterMs
  }
})

it('hurries a check that is not running, and forgets a server that is not checked any more', () => {
  const { clock, registry, schedule, entryOf } = scheduleOf(1, '2s')
  schedule.start(plenty())
  schedule.hurry('app/s0')
  expect(schedule.nextDueMs()).toBe(clock.ms + 2_000)
  schedule.end('app/s0', entryOf('app/s0'))
  schedule.hurry('app/s0')
  expect(schedule.nextDueMs()).toBe(clock.ms)
  registry.setState('app/s0', 'maint', clock.ms)
  schedule.restart('app/s0', entryOf('app/s0'))
  expect(schedule.start(plenty())).toEqual([])
})

it('leaves checks that are due once a minute or less to cron, which may be half a minute early, and nobody else', () => {
  const { clock, schedule, entryOf } = scheduleOf(1, '1m')
  expect(schedule.isUnhurried).toBe(true)
  expect(schedule.nextDueMs()).toBeUndefined()
  expect(schedule.start(byCron())).toEqual(['app/s0'])
  schedule.end('app/s0', entryOf('app/s0'))
  clock.ms += 29_999
  expect(schedule.start(byCron())).toEqual([])
  clock.ms += 1
  expect(schedule.start(plenty())).toEqual([])
  expect(schedule.start(byCron())).toEqual(['app/s0'])
  schedule.end('app/s0', entryOf('app/s0'))
  clock.ms += 60_000
  expect(schedule.start(plenty())).toEqual(['app/s0'])
})

it.each(['2s', '1m'])('leaves what one invocation may not ask to the next, at once: every %s', (inter) => {
  const { clock, schedule, entryOf } = scheduleOf(5, inter)
  const first = only(3)
  expect(schedule.start(first)).toEqual(['app/s0', 'app/s1', 'app/s2'])
  expect(schedule.nextDueMs()).toBe(clock.ms)
  schedule.end('app/s0', entryOf('app/s0'))
  expect(schedule.start(first)).toEqual([])
  expect(schedule.nextDueMs()).toBe(clock.ms)
  expect(schedule.start(only(3))).toEqual(['app/s3', 'app/s4'])
  expect(schedule.nextDueMs()).not.toBe(clock.ms)
})

it('begins no check when nothing is left, and counts each of its requests', () => {
  const servers = ['s0', 's1', 's2'].map((name) => ({ name, url: 'http://s' }))
  const steps = ['/login', '/cart'].map((uri) => ({ uri }))
  const config = resolveConfig({ backends: [{ name: 'app', check: { steps }, servers }] })
  const registry = createServerRegistry(config, new Map(), START_MS)
  const schedule = createCheckSchedule(config, registry, { now: () => START_MS, random: () => 0 })
  expect(schedule.start(only(3))).toEqual(['app/s0', 'app/s1'])
})
