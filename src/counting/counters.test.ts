// When an isolate tells others what it has counted.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import type { Change } from './change.ts'
import { createCounters } from './counters.ts'
import { limitsIn } from './limits.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const CONFIG = configOrThrow(
  {
    backends: [
      {
        name: 'st',
        stickTable: { type: 'string', size: 1_000, expire: '1m', data: ['http_req_rate(10s)', 'gpc0'] },
        rules: [
          { do: { trackSc: { sc: 0, key: 'path' } } },
          { if: { sample: 'sc_http_req_rate(0)', values: ['gt 80'] }, do: { deny: { status: 429 } } },
          { if: { sample: 'sc0_http_req_rate', values: ['ge 400'] }, do: { deny: { status: 403 } } },
          { if: { sample: 'path,table_gpc0(st)', values: ['gt 0'] }, do: { deny: { status: 403 } } },
        ],
        servers: [{ name: 's', url: 'http://s.example' }],
      },
    ],
  } as LimpetConfig,
  'serve',
)

function isolate(isReachable = () => true) {
  const sent: (readonly [atMs: number, keys: string])[] = []
  const failures: unknown[] = []
  const counters = createCounters(CONFIG, {
    now: () => Date.now(),
    intervalMs: 10_000,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    shownKey: (_, key) => key,
    async merge(_, __, changes: readonly Change[]) {
      sent.push([Date.now() - 1_000_000, changes.map(({ key }) => key).join(' ')])
      if (!isReachable()) throw new Error('unreachable')
      return changes.map(() => ({ epoch: 'a', merged: null }))
    },
    onFailure: (_, error) => void failures.push(error),
  })
  const table = counters.table('st')!
  return {
    sent,
    failures,
    request(key: string, times = 1) {
      const entry = table.open(key)!
      for (let i = 0; i < times; i++) table.add(entry, table.layout.slotOf('http_req_rate')!, 1)
      table.later({ waitUntil: () => undefined })
      return table.read(entry, table.layout.slotOf('http_req_rate')!)
    },
  }
}

it('the smallest number that a rule compares a counter with is its limit', () => {
  expect(Object.fromEntries(limitsIn(CONFIG))).toEqual({ http_req_rate: 80, gpc0: 0 })
})

it('a first key is told at once, others after a quarter of the interval, known ones after all of it', async () => {
  const { sent, request } = isolate()
  request('/a')
  await vi.advanceTimersByTimeAsync(1)
  request('/b')
  await vi.advanceTimersByTimeAsync(2_600)
  expect(sent).toEqual([
    [0, '/a'],
    [2_500, '/b'],
  ])
})

it('what has grown by an eighth of a limit is told soon', async () => {
  const { sent, request } = isolate()
  request('/a')
  await vi.advanceTimersByTimeAsync(1)
  request('/a', 9)
  await vi.advanceTimersByTimeAsync(10)
  request('/a', 1)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(sent.map(([atMs]) => atMs)).toEqual([0, 50])
})

it('an object that cannot be reached is asked again, and nothing is forgotten', async () => {
  let isReachable = false
  const { sent, failures, request } = isolate(() => isReachable)
  expect(request('/a', 70)).toBe(70)
  await vi.advanceTimersByTimeAsync(1)
  expect(failures).toHaveLength(1)
  expect(request('/a', 5)).toBe(75)
  isReachable = true
  await vi.advanceTimersByTimeAsync(1_001)
  expect(sent.map(([, keys]) => keys)).toEqual(['/a', '/a'])
})
