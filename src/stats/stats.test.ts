// What isolates count, report and what it adds up to.

import { beforeEach, describe, expect, it } from 'vitest'

import { createReport } from './report.ts'
import type { Batch } from './report.ts'
import { countResponse, createTally } from './tally.ts'
import type { Counts, Tally, TallyKey } from './tally.ts'
import { createTodaysNames } from './todays-names.ts'
import { addViews, createTotal, createTotals } from './totals.ts'
import type { Total, Totals } from './totals.ts'

const KEY: TallyKey = 'server:app/s1'
const INTERVAL_MS = 1_000

let nowMs: number
let totals: Totals
beforeEach(() => {
  nowMs = 1_000_000
  totals = createTotals(new Map(), new Map())
})

function isolateOf(name: string) {
  const tally = createTally()
  const sent: Batch[] = []
  const network = { isDown: false, losesAnswers: false, hangs: false }
  const report = createReport(new Map<TallyKey, Tally>([[KEY, tally]]), name, INTERVAL_MS, {
    async send(batch) {
      if (network.isDown) throw new Error('unreachable')
      if (network.hangs) await new Promise(() => undefined)
      sent.push(batch)
      totals.add(batch, nowMs)
      if (network.losesAnswers) throw new Error('no answer')
      return INTERVAL_MS
    },
    now: () => nowMs,
    onFailure: () => undefined,
  })
  return { tally, report, sent, network }
}

/** As it would be without this counter. */
function without<T extends object>(record: T, name: string): T {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name)) as T
}

const total = () => totals.view(nowMs)[KEY]!

describe('counters', () => {
  it('that are newer than what was saved begin at nothing', async () => {
    const { counts, ...rest } = { ...createTotal(), lastMs: 5 }
    const older = { ...rest, counts: without(counts, 'srv_abrt') }
    totals = createTotals(new Map([[KEY, older]]), new Map())
    const { tally, report } = isolateOf('a')
    tally.counts.srv_abrt += 2
    await report.flush()
    expect(total().counts.srv_abrt).toBe(2)
  })

  it('that only some tallies have are reported, once', async () => {
    const { tally, report, sent } = isolateOf('a')
    tally.counts.release_void_pins = 2
    await report.flush()
    await report.flush()
    expect(sent.map(({ counts }) => counts)).toEqual([{ [KEY]: { release_void_pins: 2 } }, {}])
    expect(total().counts.release_void_pins).toBe(2)
  })

  it('of a later release are kept and added up: both run side by side while it is deployed', () => {
    const batch = { isolate: 'a', elapsedMs: 1000, intervalMs: 1000, gauges: {} }
    const counts = { stot: 1, of_tomorrow: 2 } as Partial<Counts>
    totals.add({ ...batch, number: 1, counts: { [KEY]: counts } }, nowMs)
    totals.add({ ...batch, number: 2, counts: { [KEY]: counts } }, nowMs)
    const saved = JSON.parse(JSON.stringify(totals.totals.get(KEY))) as Total
    const reread = createTotals(new Map([[KEY, saved]]), new Map())
    expect(reread.view(nowMs)[KEY]!.counts).toMatchObject({ stot: 2, of_tomorrow: 4 })
    const [here, there] = [totals.view(nowMs), createTotals(new Map([[KEY, createTotal()]]), new Map()).view(nowMs)]
    expect(addViews([there, here])[KEY]!.counts).toMatchObject({ stot: 2, of_tomorrow: 4 })
    totals.clear(true)
    expect(total().counts).toMatchObject({ stot: 0, of_tomorrow: 0 })
  })

  it('of a row that lacks everything begin at nothing', () => {
    const bare = createTotals(new Map([[KEY, {} as Total]]), new Map())
    expect(bare.totals.get(KEY)).toEqual(createTotal())
  })

  it('that are no numbers are left out: the sum could not be kept', () => {
    const counts = { stot: 1, bin: Number.NaN, bout: null } as unknown as Counts
    const broken = { ...createTotal(), counts: { ...createTotal().counts, ...counts } }
    expect(createTotals(new Map([[KEY, broken]]), new Map()).view(nowMs)[KEY]!.counts).toMatchObject({
      stot: 1,
      bin: 0,
      bout: 0,
    })
  })

  it('tell what each isolate has in progress, until it is silent for long', async () => {
    const key = 'backend:app'
    const batch = { number: 1, elapsedMs: 1000, intervalMs: 1000, counts: {} }
    totals.add({ ...batch, isolate: 'a', gauges: { [key]: { current: 3, queued: 1 } } }, nowMs)
    totals.add({ ...batch, isolate: 'b', gauges: { [key]: { current: 2, queued: 0 } } }, nowMs + 20_000)
    expect(totals.isolateViews(nowMs + 21_000)).toEqual([
      { isolate: 'a', atMs: nowMs, current: 3, queued: 1 },
      { isolate: 'b', atMs: nowMs + 20_000, current: 2, queued: 0 },
    ])
    expect(totals.isolateViews(nowMs + 31_000).map(({ current }) => current)).toEqual([0, 2])
    expect(totals.isolateViews(nowMs + 61_000).map(({ isolate }) => isolate)).toEqual(['b'])
  })

  it('of an isolate that reports once a minute are true until its next report but one', () => {
    const key = 'backend:app'
    const batch = { isolate: 'a', number: 1, elapsedMs: 60_000, intervalMs: 60_000, counts: { [key]: { stot: 600 } } }
    totals.add({ ...batch, gauges: { [key]: { current: 3, queued: 0 } } }, nowMs)
    expect(totals.view(nowMs + 119_000)[key]).toMatchObject({ rate: 10, current: 3 })
    expect(totals.isolateViews(nowMs + 119_000)).toMatchObject([{ current: 3 }])
    expect(totals.view(nowMs + 121_000)[key]).toMatchObject({ rate: 0, current: 0 })
    expect(totals.isolateViews(nowMs + 121_000)).toEqual([])
  })

  it('of a long interval are drawn as if requests had come evenly, and none is lost by that', () => {
    const key = 'backend:app'
    const batch = { isolate: 'a', intervalMs: 60_000, gauges: {} }
    totals.add({ ...batch, number: 1, elapsedMs: 60_000, counts: { [key]: { stot: 100 } } }, nowMs)
    expect(totals.view(nowMs)[key]!.history).toEqual([17, 16, 17, 17, 16, 17])
    totals.add({ ...batch, number: 2, elapsedMs: 9_000, counts: { [key]: { stot: 5 } } }, nowMs)
    expect(totals.view(nowMs)[key]!.history).toEqual([17, 16, 17, 17, 16, 22])
  })

  it('of several isolates add up, whatever was reported when', async () => {
    const [a, b] = [isolateOf('a'), isolateOf('b')]
    a.tally.counts.stot += 3
    await a.report.flush()
    b.tally.counts.stot += 4
    a.tally.counts.stot += 1
    countResponse(a.tally.counts, 503)
    countResponse(a.tally.counts, 700)
    await Promise.all([a.report.flush(), b.report.flush()])
    expect(total().counts).toMatchObject({ stot: 8, hrsp_5xx: 1, hrsp_other: 1 })
  })

  it('are added once when nobody can tell whether a report arrived', async () => {
    const { tally, report, network } = isolateOf('a')
    tally.counts.stot += 5
    network.losesAnswers = true
    await report.flush()
    tally.counts.stot += 2
    network.losesAnswers = false
    await report.flush()
    expect(total().counts.stot).toBe(7)
  })

  it('wait for a place that cannot be reached', async () => {
    const { tally, report, network } = isolateOf('a')
    tally.counts.stot += 5
    network.isDown = true
    await report.flush()
    tally.counts.stot += 1
    await report.flush()
    network.isDown = false
    await report.flush()
    await report.flush()
    expect(total().counts.stot).toBe(6)
  })

  it('go on after a report whose request was cancelled, and so never ended', async () => {
    const { tally, report, network } = isolateOf('a')
    tally.counts.stot += 5
    network.hangs = true
    void report.flush()
    network.hangs = false
    nowMs += 9_000
    await report.flush()
    expect(totals.view(nowMs)[KEY]).toBeUndefined()
    tally.counts.stot += 1
    nowMs += 2_000
    await report.flush()
    expect(total().counts.stot).toBe(6)
  })

  it('go on after a restart of the place that keeps them, which knows the batches it had', async () => {
    const { tally, report, sent } = isolateOf('a')
    tally.counts.stot += 5
    await report.flush()
    totals = createTotals(new Map(totals.totals), new Map(totals.isolates))
    totals.add(sent[0]!, nowMs)
    tally.counts.stot += 1
    await report.flush()
    expect(total().counts.stot).toBe(6)
  })

  it('give a rate, its most, and what is in progress on average', async () => {
    const { tally, report } = isolateOf('a')
    await report.flush()
    nowMs += 1_000
    Object.assign(tally.counts, { stot: 20, ttime: 3_000 })
    await report.flush()
    expect(total()).toMatchObject({ rate: 20, rateMax: 20, current: 3, smax: 3, lastMs: nowMs })
    nowMs += 5_000
    expect(total()).toMatchObject({ rate: 0, rateMax: 20, current: 0, smax: 3 })
  })

  it('say what is counted as in progress for as long as the isolate is heard of', async () => {
    const { tally, report } = isolateOf('a')
    tally.current = () => 7
    tally.queued = () => 2
    await report.flush()
    nowMs += 5_000
    expect(total()).toMatchObject({ current: 7, queued: 2, qmax: 2 })
    nowMs += 60_000
    expect(total()).toMatchObject({ current: 0, queued: 0, qmax: 2 })
  })

  it('are cleared: what was the most, or everything', async () => {
    const { tally, report } = isolateOf('a')
    tally.counts.stot += 5
    await report.flush()
    totals.clear(false)
    expect(total()).toMatchObject({ rateMax: 0, counts: { stot: 5 } })
    totals.clear(true)
    expect(total().counts.stot).toBe(0)
  })

  it('of several locations add up', async () => {
    const { tally, report } = isolateOf('a')
    tally.counts.stot += 5
    await report.flush()
    const view = totals.view(nowMs)
    expect(addViews([view, view])[KEY]).toMatchObject({ counts: { stot: 10 }, rate: 10 })
  })
})

describe('what was counted under a former name', () => {
  const backend = { name: 'app', formerly: ['shop'], servers: [{ name: 's1', formerly: ['web1'] }] }
  const countedAs = (key: string, stot: number, current: number): Batch => ({
    isolate: key,
    number: 1,
    elapsedMs: 1000,
    intervalMs: 1000,
    counts: { [key]: { stot } },
    gauges: { [key]: { current, queued: 0 } },
  })

  it('is counted of today’s', () => {
    totals.add(countedAs('server:shop/web1', 3, 2), nowMs)
    totals.add(countedAs('server:app/s1', 4, 1), nowMs + 1)
    totals.add(countedAs('backend:shop', 3, 2), nowMs)
    totals.add(countedAs('backend:app', 4, 1), nowMs)
    totals.add(countedAs('server:other/web1', 5, 0), nowMs)
    const view = createTodaysNames([backend])(totals.view(nowMs + 1))
    expect(Object.keys(view).toSorted()).toEqual(['backend:app', 'server:app/s1', 'server:other/web1'])
    expect(view['server:app/s1']).toMatchObject({
      counts: { stot: 7 },
      smax: 2,
      rateMax: 4,
      current: 3,
      lastMs: nowMs + 1,
    })
    expect(view['backend:app']).toMatchObject({ counts: { stot: 7 }, history: [7] })
  })

  it('is left as it is when nobody was renamed', () => {
    totals.add(countedAs('server:app/s1', 4, 1), nowMs)
    const view = totals.view(nowMs)
    expect(createTodaysNames([{ name: 'app', formerly: [], servers: [] }])(view)).toBe(view)
  })
})
