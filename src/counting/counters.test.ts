// When an isolate tells others what it has counted.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import type { Config } from '../config/config.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { parseSample } from '../config/rules/samples/sample.ts'
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

const nothing = { waitUntil: () => undefined }

function isolate(isReachable = () => true, answerMs = 0) {
  const sent: (readonly [atMs: number, keys: string])[] = []
  const failures: unknown[] = []
  const counters = createCounters(CONFIG, {
    now: () => Date.now(),
    intervalMs: 10_000,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    shownKey: (_, key) => key,
    async merge(_, __, changes: readonly Change[]) {
      sent.push([Date.now() - 1_000_000, changes.map(({ key }) => key).join(' ')])
      if (answerMs > 0) await new Promise((resolve) => setTimeout(resolve, answerMs))
      if (!isReachable()) throw new Error('unreachable')
      return changes.map(() => ({ epoch: 'a', merged: null }))
    },
    onFailure: (_, error) => void failures.push(error),
  })
  const table = counters.table('st')!
  return {
    counters,
    sent,
    failures,
    request(key: string, times = 1) {
      const entry = table.open(key)!
      for (let i = 0; i < times; i++) table.add(entry, table.layout.slotOf('http_req_rate')!, 1)
      table.later(nothing)
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
  // What may have arrived, and what has come since.
  expect(sent.map(([, keys]) => keys)).toEqual(['/a', '/a /a'])
})

it('what did not arrive is sent again, without another request', async () => {
  let isReachable = false
  const { sent, request } = isolate(() => isReachable)
  request('/a', 70)
  await vi.advanceTimersByTimeAsync(400)
  isReachable = true
  await vi.advanceTimersByTimeAsync(200)
  expect(sent.map(([atMs]) => atMs)).toEqual([0, 500])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(2)
})

it('an object that cannot be reached is not asked for longer than a request may live on', async () => {
  const { sent, request } = isolate(() => false)
  request('/a', 70)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(sent.at(-1)![0]).toBeLessThanOrEqual(18_000)
  expect(sent.length).toBeLessThan(40)
})

it.each([
  ['urgently if it is urgent', 70, 1_000],
  ['after the interval if it is not', 1, 10_000],
])('what is counted during a merge is sent by the next one, %s', async (_, times, atMs) => {
  const { sent, request } = isolate(() => true, 1_000)
  request('/a')
  await vi.advanceTimersByTimeAsync(500)
  request('/a', times)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(sent).toEqual([
    [0, '/a'],
    [atMs, '/a'],
  ])
})

it('a merge that never ends is given up, and what it carried is sent again', async () => {
  let answerMs = 1_000_000
  const sent: number[] = []
  const counters = createCounters(CONFIG, {
    now: () => Date.now(),
    intervalMs: 10_000,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    shownKey: (_, key) => key,
    async merge(_, __, changes) {
      sent.push(changes.flatMap(({ adds }) => adds.map(([, , n]) => n)).reduce((sum, n) => sum + n, 0))
      await new Promise((resolve) => setTimeout(resolve, answerMs))
      return changes.map(() => ({ epoch: 'a', merged: null }))
    },
    onFailure: () => undefined,
  })
  const table = counters.table('st')!
  const count = () => {
    table.add(table.open('/a')!, table.layout.slotOf('gpc0')!, 3)
    table.later(nothing)
  }
  count()
  await vi.advanceTimersByTimeAsync(10)
  answerMs = 1
  count()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(sent).toEqual([3, 6])
})

it('who looks waits for the merge that is in progress, so that answers come in their order', async () => {
  const { sent, request, counters } = isolate(() => true, 1_000)
  request('/a')
  await vi.advanceTimersByTimeAsync(500)
  request('/b')
  void counters.flush()
  await vi.advanceTimersByTimeAsync(400)
  expect(sent).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(200)
  expect(sent.map(([, keys]) => keys)).toEqual(['/a', '/b'])
})

it('a flush sends all, however many keys wait', async () => {
  const { sent, request, counters } = isolate()
  for (let i = 0; i < 2_500; i++) request(`/${i}`)
  void counters.flush()
  await vi.advanceTimersByTimeAsync(100)
  expect(sent.reduce((sum, [, keys]) => sum + keys.split(' ').length, 0)).toBe(2_500)
})

it.each([
  ['sc_kbytes_in(0)', ['gt 2'], { bytes_in_cnt: 2_048 }],
  ['sc_clr_gpc0(0)', ['gt 5'], { gpc0: 5 }],
  ['src_updt_conn_cnt(st)', ['gt 5'], { conn_cnt: 5 }],
  ['sc_get_gpc0(0)', [], { gpc0: 0 }],
])('%s compared with %s sets a limit', (sample, values, limits) => {
  const { backends, ...more } = CONFIG
  const rule = { if: { sample: parseSample(sample)!, match: 'int', values }, do: { deny: { status: 403 } } }
  const config = { ...more, backends: [{ ...backends[0]!, rules: [rule] }] } as unknown as Config
  expect(Object.fromEntries(limitsIn(config))).toEqual(limits)
})
