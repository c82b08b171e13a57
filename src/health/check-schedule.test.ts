import { describe, expect, it } from 'vitest'

import type { Duration } from '../config/duration.ts'
import { resolveConfig } from '../config/resolve.ts'
import { createCheckSchedule } from './check-schedule.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { createServerRegistry } from './server-registry.ts'
import type { ServerRecord } from './server-record.ts'

const START_MS = 1_000_000
const plenty = () => ({ left: Infinity, isByCron: false })
const byCron = () => ({ left: Infinity, isByCron: true })
const only = (left: number) => ({ left, isByCron: false })

function scheduleOf(count: number, inter: Duration) {
  return scheduleWith(
    { inter },
    Array.from({ length: count }, () => ({})),
  )
}

type Backend = LimpetConfig['backends'][number]

/** Of servers s0, s1 and so on. */
function scheduleWith(
  check: NonNullable<Backend['check']>,
  given: readonly Partial<Backend['servers'][number]>[] = [{}],
  saved: ReadonlyMap<string, ServerRecord> = new Map(),
) {
  const servers = given.map((server, i) => ({ name: `s${i}`, url: 'http://s', ...server }))
  const config = resolveConfig({ backends: [{ name: 'app', check, servers }], spreadChecks: 50 })
  const clock = { ms: START_MS, drawn: 0 }
  const registry = createServerRegistry(config, saved, clock.ms)
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

it.each(['2s', '1m'] as const)('leaves what one invocation may not ask to the next, at once: every %s', (inter) => {
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
  const steps = ['/login', '/cart'].map((uri) => ({ uri }))
  const { schedule } = scheduleWith({ steps }, [{}, {}, {}])
  expect(schedule.start(only(3))).toEqual(['app/s0', 'app/s1'])
})

it('counts one request where opening a connection is enough', () => {
  const steps = ['/login', '/cart'].map((uri) => ({ uri }))
  const { schedule } = scheduleWith({ type: 'tcp', steps }, [{}, {}, {}])
  expect(schedule.start(only(2))).toEqual(['app/s0', 'app/s1'])
})

it('counts two requests for a server on trial, which may be asked by socket, too', () => {
  const record: ServerRecord = {
    stateOverride: null,
    weightOverride: null,
    health: 4,
    lastCheck: { code: 'L7OK', status: 200, durationMs: 1 },
    lastChangeMs: 0,
  }
  const saved = new Map([['app/s0', record]])
  for (const [by, started] of [
    ['fetch', ['app/s0']],
    ['socket', ['app/s0', 'app/s1']],
  ] as const) {
    const { schedule } = scheduleWith({ by }, [{}, {}], saved)
    expect(schedule.start(only(2))).toEqual(started)
  }
})

it.each([
  ['another server is asked every two seconds', {}, [{}, { check: { inter: '2s' } }]],
  ['one that fails is asked again after two seconds', { fastinter: '2s' }, [{}]],
  ['one that is down is asked again after two seconds', { downinter: '2s' }, [{}]],
] as const)('does not leave checks to cron where %s', (_, check, servers) => {
  const { clock, schedule } = scheduleWith({ inter: '1m', ...check }, servers)
  expect(schedule.isUnhurried).toBe(false)
  expect(schedule.nextDueMs()).toBe(clock.ms)
})

it('leaves checks to cron where other servers are not checked at all', () => {
  expect(scheduleWith({ inter: '1m' }, [{}, { check: false }]).schedule.isUnhurried).toBe(true)
})

it('goes on where cron has stopped when the object begins anew', () => {
  const begun = scheduleWith({ inter: '2m' })
  const { record } = begun.entryOf('app/s0')
  for (const [checkedMs, after] of [
    [START_MS - 90_001, ['app/s0']],
    [START_MS - 90_000, ['app/s0']],
    [START_MS - 89_999, []],
  ] as const) {
    const { schedule } = scheduleWith({ inter: '2m' }, [{}], new Map([['app/s0', { ...record, health: 4, checkedMs }]]))
    expect(schedule.start(byCron())).toEqual(after)
  }
})

it('asks at once after a start where checks are hurried, whenever they were made before', () => {
  const { record } = scheduleWith({ inter: '10s' }).entryOf('app/s0')
  const { schedule } = scheduleWith(
    { inter: '10s' },
    [{}],
    new Map([['app/s0', { ...record, checkedMs: START_MS - 1 }]]),
  )
  expect(schedule.start(plenty())).toEqual(['app/s0'])
})

it.each([
  ['2s', 200],
  ['5s', 500],
  ['30s', 1_000],
] as const)('starts a check that is due every %s with others up to %d ms early', (inter, earlyMs) => {
  const { clock, schedule, entryOf } = scheduleWith({ inter, fastinter: inter })
  schedule.start(plenty())
  schedule.end('app/s0', entryOf('app/s0'))
  const dueMs = schedule.nextDueMs()!
  clock.ms = dueMs - earlyMs - 1
  expect(schedule.start(plenty())).toEqual([])
  clock.ms = dueMs - earlyMs
  expect(schedule.start(plenty())).toEqual(['app/s0'])
})

it('wakes up when a check is due that waits for a place no more than when one of those under way may end', () => {
  const { clock, schedule, entryOf } = scheduleOf(7, '10s')
  schedule.start(plenty())
  expect(schedule.nextDueMs()).toBe(clock.ms + 10_000)
  schedule.end('app/s0', entryOf('app/s0'))
  expect(schedule.nextDueMs()).toBe(clock.ms)
})

it('looks after a check that may be lost one timeout after its interval, and not before', () => {
  const { clock, schedule } = scheduleWith({ inter: '10s', timeout: '3s' })
  schedule.start(plenty())
  for (const [passedMs, nextMs] of [
    [0, 10_000],
    [9_999, 10_000],
    [10_000, 13_000],
    [10_001, 13_001],
  ] as const) {
    clock.ms = START_MS + passedMs
    expect(schedule.nextDueMs()).toBe(START_MS + nextMs)
  }
})

describe('a server in maint', () => {
  it('is not checked, and nothing has to be woken up for it', () => {
    const { schedule } = scheduleWith({ inter: '2s' }, [{ state: 'maint' }])
    expect(schedule.nextDueMs()).toBeUndefined()
    expect(schedule.start(plenty())).toEqual([])
  })

  it('is not checked again when it got there while its check was under way', () => {
    const { clock, registry, schedule, entryOf } = scheduleWith({ inter: '2s' })
    schedule.start(plenty())
    registry.setState('app/s0', 'maint', clock.ms)
    schedule.restart('app/s0', entryOf('app/s0'))
    schedule.end('app/s0', entryOf('app/s0'))
    expect(schedule.nextDueMs()).toBeUndefined()
    clock.ms += 60_000
    expect(schedule.start(plenty())).toEqual([])
  })

  it('is not checked after its drain has ended there', () => {
    const { schedule } = scheduleWith({ inter: '2s' }, [{}, {}])
    schedule.drop('app/s0')
    expect(schedule.start(plenty())).toEqual(['app/s1'])
  })

  it('is checked at once when it is ready again', () => {
    const { clock, schedule, entryOf } = scheduleWith({ inter: '10s' })
    schedule.start(plenty())
    schedule.end('app/s0', entryOf('app/s0'))
    clock.ms += 1_000
    schedule.restart('app/s0', entryOf('app/s0'))
    expect(schedule.nextDueMs()).toBe(clock.ms)
    expect(schedule.start(plenty())).toEqual(['app/s0'])
  })
})
