// What a report's batches say, and what they come to.

import { describe, expect, it, vi } from 'vitest'

import { createReport } from './report.ts'
import type { Batch } from './report.ts'
import { countResponse, countVerdict, createCounts, createTally } from './tally.ts'
import type { Tally, TallyKey } from './tally.ts'
import { addViews, createTotal, createTotals } from './totals.ts'

function reporting() {
  const clock = { ms: 1_000_000 }
  const tallies = new Map<TallyKey, Tally>([
    ['backend:app', createTally()],
    ['server:app/s1', createTally()],
  ])
  const sent: Batch[] = []
  const network = { fails: false, nextMs: 1_000 }
  const failures: unknown[] = []
  const report = createReport(tallies, 'isolate', 5_000, {
    async send(batch) {
      if (network.fails) throw new Error('unreachable')
      sent.push(batch)
      return network.nextMs
    },
    now: () => clock.ms,
    onFailure: (error) => void failures.push(error),
  })
  return { clock, report, sent, network, failures, of: (key: TallyKey) => tallies.get(key)! }
}

describe('a batch', () => {
  it('has what was counted since the one before, without what is nothing', async () => {
    const { report, sent, of, clock, network } = reporting()
    Object.assign(of('backend:app').counts, { stot: 2, ereq: 1 })
    of('backend:app').current = () => 3
    await report.flush()
    clock.ms += 700
    network.nextMs = 9_000
    of('server:app/s1').counts.stot += 1
    of('server:app/s1').queued = () => 1
    await report.flush()
    clock.ms += 100
    await report.flush()
    const current = { 'backend:app': { current: 3, queued: 0 } }
    const both = { ...current, 'server:app/s1': { current: 0, queued: 1 } }
    const isolate = 'isolate'
    expect(sent).toEqual([
      {
        isolate,
        number: 1,
        elapsedMs: 5_000,
        intervalMs: 5_000,
        counts: { 'backend:app': { stot: 2, ereq: 1 } },
        gauges: current,
      },
      {
        isolate,
        number: 2,
        elapsedMs: 700,
        intervalMs: 1_000,
        counts: { 'server:app/s1': { stot: 1 } },
        gauges: both,
      },
      { isolate, number: 3, elapsedMs: 100, intervalMs: 9_000, counts: {}, gauges: both },
    ])
  })

  it('that did not arrive is logged once per outage, and sent first when there is a place again', async () => {
    const { report, sent, of, network, failures } = reporting()
    network.fails = true
    of('backend:app').counts.stot += 2
    await report.flush()
    await report.flush()
    expect(failures).toHaveLength(1)
    network.fails = false
    of('backend:app').counts.stot += 1
    await report.flush()
    expect(sent.map(({ number, counts }) => [number, counts['backend:app']?.stot])).toEqual([
      [1, 2],
      [2, 1],
    ])
    network.fails = true
    await report.flush()
    expect(failures).toHaveLength(2)
  })
})

it('is sent after a request, when an interval is over', async () => {
  vi.useFakeTimers()
  const { report, sent, of, clock } = reporting()
  of('backend:app').counts.stot += 1
  report.later({ waitUntil: () => undefined })
  await vi.advanceTimersByTimeAsync(4_999)
  expect(sent).toEqual([])
  clock.ms += 5_000
  await vi.advanceTimersByTimeAsync(1)
  expect(sent).toHaveLength(1)
  vi.useRealTimers()
})

it.each([
  [99, 'hrsp_other'],
  [100, 'hrsp_1xx'],
  [204, 'hrsp_2xx'],
  [304, 'hrsp_3xx'],
  [404, 'hrsp_4xx'],
  [599, 'hrsp_5xx'],
  [600, 'hrsp_other'],
])('a response of status %i is counted as %s', (status, name) => {
  const counts = createCounts()
  countResponse(counts, status)
  expect(counts).toEqual({ ...createCounts(), [name]: 1 })
})

it.each(['N', 'I', 'D', 'V', 'E', 'O', 'U'])('the verdict %s is counted under its letter, no other', (letter) => {
  const counts = createCounts()
  countVerdict(counts, letter)
  countVerdict(counts, '-')
  expect(counts).toEqual({ ...createCounts(), [`verdict_${letter.toLowerCase()}`]: 1 })
})

describe('totals', () => {
  const batch = (more: Partial<Batch>): Batch => ({
    isolate: 'a',
    number: 1,
    elapsedMs: 1_000,
    intervalMs: 1_000,
    counts: {},
    gauges: {},
    ...more,
  })
  const KEY = 'backend:app'

  it('say which keys a batch has changed; of one that is known, none', () => {
    const totals = createTotals(new Map(), new Map())
    const first = batch({ counts: { [KEY]: { stot: 1 } }, gauges: { 'server:app/s1': { current: 1, queued: 0 } } })
    expect(totals.add(first, 0)).toEqual([KEY, 'server:app/s1'])
    expect(totals.add(first, 0)).toEqual([])
    expect(totals.add({ ...first, number: 2 }, 0)).toHaveLength(2)
  })

  it('take no notice of what is no number', () => {
    const totals = createTotals(new Map(), new Map())
    totals.add(batch({ counts: { [KEY]: { stot: Number.NaN, bin: 5 } } }), 0)
    expect(totals.view(0)[KEY]!.counts).toMatchObject({ stot: 0, bin: 5 })
  })

  it('know when the last request came', () => {
    const totals = createTotals(new Map(), new Map())
    totals.add(batch({ counts: { [KEY]: { stot: 1 } } }), 100)
    totals.add(batch({ number: 2, counts: { [KEY]: { bin: 1 } } }), 200)
    expect(totals.view(200)[KEY]!.lastMs).toBe(100)
    totals.clear(false)
    expect(totals.view(200)[KEY]!.lastMs).toBe(100)
    totals.clear(true)
    expect(totals.view(200)[KEY]!.lastMs).toBe(0)
  })

  it('remember for an hour which batch of an isolate was its last', () => {
    const startMs = 1_700_000_000_000
    const totals = createTotals(new Map(), new Map())
    const late = batch({ number: 5, counts: { [KEY]: { stot: 1 } } })
    totals.add(late, startMs)
    totals.add(batch({ isolate: 'b' }), startMs + 3_600_000)
    expect(totals.add(late, startMs + 3_600_000)).toEqual([])
    totals.add(batch({ isolate: 'b', number: 2 }), startMs + 3_600_001)
    expect(totals.add(late, startMs + 3_600_001)).toEqual([KEY])
  })

  it('forget what was drawn ten minutes ago, and draw what came of nothing since', () => {
    const totals = createTotals(new Map(), new Map())
    const add = (number: number, stot: number, atMs: number) =>
      totals.add(batch({ number, counts: { [KEY]: { stot } } }), atMs)
    add(1, 5, 0)
    add(2, 7, 20_000)
    expect(totals.view(45_000)[KEY]!.history).toEqual([5, 0, 7, 0, 0])
    expect(totals.view(599_999)[KEY]!.history).toHaveLength(60)
    expect(totals.view(600_000)[KEY]!.history!.slice(0, 3)).toEqual([0, 7, 0])
    add(3, 1, 600_000)
    expect(totals.view(600_000)[KEY]!.history).toHaveLength(59)
    expect(totals.view(600_000)[KEY]!.history!.at(-1)).toBe(1)
  })

  it('have in progress what the last batch of each isolate says, and of backends only', () => {
    const totals = createTotals(new Map(), new Map())
    const gauge = { current: 3, queued: 1 }
    totals.add(batch({ gauges: { [KEY]: gauge, 'server:app/s1': gauge } }), 0)
    expect(totals.isolateViews(0)).toMatchObject([gauge])
    totals.add(batch({ number: 2 }), 0)
    expect(totals.view(0)[KEY]).toMatchObject({ current: 0, queued: 0, smax: 3 })
    expect(totals.isolateViews(0)).toMatchObject([{ current: 0, queued: 0 }])
  })

  it('draw backends only', () => {
    const totals = createTotals(new Map(), new Map())
    totals.add(batch({ counts: { 'server:app/s1': { stot: 1 }, [KEY]: { stot: 1 } } }), 0)
    expect(totals.view(0)['server:app/s1']).not.toHaveProperty('history')
    expect(totals.view(0)[KEY]).toHaveProperty('history', [1])
  })

  it('of several places are sums, each history ending now, and know the last request of any', () => {
    const view = { ...createTotal(), current: 1, queued: 2, rate: 3, smax: 4, qmax: 5, rateMax: 6 }
    const sum = addViews([
      { [KEY]: { ...view, lastMs: 7, history: [1, 2] } },
      { [KEY]: { ...view, lastMs: 9, history: [5] }, other: { ...view, lastMs: 1 } },
    ])
    expect(sum[KEY]).toMatchObject({ current: 2, queued: 4, rate: 6, smax: 8, qmax: 10, rateMax: 12 })
    expect(sum[KEY]).toMatchObject({ lastMs: 9, history: [1, 7] })
    expect(sum.other).toMatchObject({ current: 1, lastMs: 1 })
  })
})
