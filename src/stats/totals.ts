// Batches of many isolates added up: totals since the counters were cleared, what is in progress and how fast it comes now,
// and the most there ever was. Pure; who keeps it is cloudflare/objects/stats.ts.

import { isKeyOf } from '../config/keys.ts'
import type { Batch } from './report.ts'
import type { Counter } from './counter-names.ts'
import { addCounts, createCounts } from './tally.ts'
import type { Counts } from './tally.ts'

export interface Total {
  readonly counts: Counts
  /** The most requests in progress at once, and waiting. */
  smax: number
  qmax: number
  /** The most requests in a second. */
  rateMax: number
  /** Unix milliseconds of the last batch that had a request; 0: none. */
  lastMs: number
}

/** What was heard of an isolate last. */
interface Heard {
  number: number
  atMs: number
  /** Rates of a batch are true for so long. */
  rateMs: number
  /** `isCounted`: what is in progress was counted, not estimated. */
  readonly now: Map<string, Now & { readonly isCounted: boolean }>
}

export interface Now {
  current: number
  queued: number
  /** Requests a second. */
  rate: number
}

/** A total and what is true now. */
export interface TotalView extends Total, Now {
  /** Requests in each ten seconds of the last ten minutes, oldest first; of backends only. */
  readonly history?: readonly number[]
}

/** Requests that an isolate has in progress. */
export interface IsolateView {
  readonly isolate: string
  /** Unix milliseconds of its last batch. */
  readonly atMs: number
  readonly current: number
  readonly queued: number
}

export interface Totals {
  /** The keys whose totals have changed; none for a batch that is known. */
  add(batch: Batch, nowMs: number): readonly string[]
  view(nowMs: number): Readonly<Record<string, TotalView>>
  /** Those that were heard of within the last minute, or two of their intervals. */
  isolateViews(nowMs: number): readonly IsolateView[]
  /** `all`: everything; otherwise only the maxima. */
  clear(all: boolean): void
  readonly totals: ReadonlyMap<string, Total>
  readonly isolates: ReadonlyMap<string, { readonly number: number; readonly atMs: number }>
}

/** An isolate that is silent for this long, and for two of its intervals, counts as having nothing in progress. */
const SILENT_MS = 30_000
/** An isolate that is silent for this long may be gone. */
const GONE_MS = 60_000
const BUCKET_MS = 10_000
const BUCKETS = 60
/** How long the number of its last batch is remembered. */
const FORGOTTEN_MS = 3_600_000

export function createTotal(): Total {
  return { counts: createCounts(), smax: 0, qmax: 0, rateMax: 0, lastMs: 0 }
}

export function createTotals(
  saved: ReadonlyMap<string, Total>,
  savedIsolates: ReadonlyMap<string, { readonly number: number; readonly atMs: number }>,
): Totals {
  // What was saved before a counter existed has none of it.
  const totals = new Map(
    [...saved].map(([key, partial]) => {
      const total = { ...createTotal(), ...partial }
      const counts = createCounts()
      addCounts(counts, total.counts)
      return [key, { ...total, counts }]
    }),
  )
  const isolates = new Map<string, Heard>()
  for (const [name, heard] of savedIsolates) isolates.set(name, { ...heard, rateMs: 0, now: new Map() })

  /** Of backends: requests by bucket of time. Not kept through restarts. */
  const histories = new Map<string, Map<number, number>>()

  return {
    totals,
    isolates,
    add(batch, nowMs) {
      const heard = isolates.get(batch.isolate) ?? { number: 0, atMs: nowMs, rateMs: 0, now: new Map() }
      if (batch.number <= heard.number) return []
      heard.number = batch.number
      heard.atMs = nowMs
      heard.rateMs = 2 * batch.intervalMs
      heard.now.clear()
      isolates.set(batch.isolate, heard)
      for (const [name, { atMs }] of isolates) if (nowMs - atMs > FORGOTTEN_MS) isolates.delete(name)
      for (const [key, counts] of Object.entries(batch.counts)) {
        const total = totalOf(key)
        addCounts(total.counts, counts)
        if (counts.stot) total.lastMs = nowMs
        if (isKeyOf('backend', key)) record(key, counts.stot ?? 0, nowMs, batch.elapsedMs)
        const perMs = 1 / Math.max(1, batch.elapsedMs)
        // What lasts for a second of each second is one in progress, on average (Little's law).
        const current = Math.ceil((counts.ttime ?? 0) * perMs)
        heard.now.set(key, { current, queued: 0, rate: (counts.stot ?? 0) * 1000 * perMs, isCounted: false })
      }
      for (const [key, { current, queued }] of Object.entries(batch.gauges)) {
        heard.now.set(key, { rate: 0, ...heard.now.get(key), current, queued, isCounted: true })
      }
      const changed = new Set([...Object.keys(batch.counts), ...Object.keys(batch.gauges)])
      for (const key of changed) {
        const total = totalOf(key)
        const { current, queued, rate } = nowOf(key, nowMs)
        total.smax = Math.max(total.smax, current)
        total.qmax = Math.max(total.qmax, queued)
        total.rateMax = Math.max(total.rateMax, rate)
      }
      return [...changed]
    },
    view: (nowMs) =>
      Object.fromEntries(
        [...totals].map(([key, total]) => [key, { ...total, ...nowOf(key, nowMs), ...historyOf(key, nowMs) }]),
      ),
    isolateViews: (nowMs) =>
      [...isolates]
        .filter(([, { atMs, rateMs }]) => nowMs - atMs < Math.max(GONE_MS, rateMs))
        .map(([isolate, { atMs, rateMs, now }]) => {
          const isSilent = nowMs - atMs > Math.max(SILENT_MS, rateMs)
          const backends = isSilent ? [] : [...now].filter(([key]) => isKeyOf('backend', key))
          const sum = (name: 'current' | 'queued') => backends.reduce((total, [, own]) => total + own[name], 0)
          return { isolate, atMs, current: sum('current'), queued: sum('queued') }
        }),
    clear(all) {
      for (const total of totals.values()) {
        Object.assign(total, { smax: 0, qmax: 0, rateMax: 0 })
        if (!all) continue
        total.lastMs = 0
        // Also counters that only a later release knows.
        for (const name of Object.keys(total.counts) as Counter[]) total.counts[name] = 0
      }
    },
  }

  /** As if they had come evenly during the time that the batch is about. */
  function record(key: string, requests: number, nowMs: number, elapsedMs: number): void {
    const history = histories.get(key) ?? new Map<number, number>()
    histories.set(key, history)
    const last = Math.floor(nowMs / BUCKET_MS)
    const count = Math.min(BUCKETS, Math.max(1, Math.round(elapsedMs / BUCKET_MS)))
    for (let i = 0; i < count; i++) {
      const share = Math.round((requests * (i + 1)) / count) - Math.round((requests * i) / count)
      const bucket = last - i
      history.set(bucket, (history.get(bucket) ?? 0) + share)
    }
    for (const old of history.keys()) if (old <= last - BUCKETS) history.delete(old)
  }

  function historyOf(key: string, nowMs: number): Pick<TotalView, 'history'> {
    const history = histories.get(key)
    if (!history) return {}
    const last = Math.floor(nowMs / BUCKET_MS)
    const first = Math.max(Math.min(...history.keys()), last - BUCKETS + 1)
    return { history: Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => history.get(first + i) ?? 0) }
  }

  function totalOf(key: string): Total {
    const known = totals.get(key)
    if (known) return known
    const fresh = createTotal()
    totals.set(key, fresh)
    return fresh
  }

  function nowOf(key: string, nowMs: number): Now {
    const sum: Now = { current: 0, queued: 0, rate: 0 }
    for (const { now, atMs, rateMs } of isolates.values()) {
      const own = nowMs - atMs > Math.max(SILENT_MS, rateMs) ? undefined : now.get(key)
      if (!own) continue
      const isFresh = nowMs - atMs <= rateMs
      if (own.isCounted || isFresh) sum.current += own.current
      sum.queued += own.queued
      if (isFresh) sum.rate += own.rate
    }
    return { ...sum, rate: Math.round(sum.rate) }
  }
}

/** The same counters of several places. */
export function addViews(views: readonly Readonly<Record<string, TotalView>>[]): Readonly<Record<string, TotalView>> {
  const sums = new Map<string, TotalView>()
  for (const [key, view] of views.flatMap((each) => Object.entries(each))) {
    const sum = sums.get(key)
    sums.set(key, sum ? mergeViews(sum, view, (a, b) => a + b) : view)
  }
  return Object.fromEntries(sums)
}

/** `most`: what the most of both comes to. At one time they may have been at once, one after the other they were not. */
export function mergeViews(a: TotalView, b: TotalView, most: (a: number, b: number) => number): TotalView {
  const counts = { ...a.counts }
  addCounts(counts, b.counts)
  return {
    counts,
    smax: most(a.smax, b.smax),
    qmax: most(a.qmax, b.qmax),
    rateMax: most(a.rateMax, b.rateMax),
    lastMs: Math.max(a.lastMs, b.lastMs),
    current: a.current + b.current,
    queued: a.queued + b.queued,
    rate: a.rate + b.rate,
    ...(a.history || b.history ? { history: addedFromTheEnd(a.history ?? [], b.history ?? []) } : {}),
  }
}

/** Both end now. */
function addedFromTheEnd(a: readonly number[], b: readonly number[]): readonly number[] {
  const length = Math.max(a.length, b.length)
  return Array.from({ length }, (_, i) => (a[i - length + a.length] ?? 0) + (b[i - length + b.length] ?? 0))
}
