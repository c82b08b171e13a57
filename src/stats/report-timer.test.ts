import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { createReportTimer } from './report-timer.ts'

const START_MS = 1_000_000
/** Cloudflare ends what a request left behind so long after its answer. */
const LIFETIME_MS = 30_000

beforeEach(() => vi.useFakeTimers({ now: START_MS }))
afterEach(() => vi.useRealTimers())

function isolate(intervalMs: number) {
  const sent: number[] = []
  const lifetimes: Promise<unknown>[] = []
  const wanted = { intervalMs }
  const later = createReportTimer({
    now: () => Date.now(),
    intervalMs: () => wanted.intervalMs,
    send: async () => void sent.push((Date.now() - START_MS) / 1_000),
  })
  return {
    wanted,
    sent,
    lifetimes,
    /** A request each `everyS` seconds, for so long. */
    async requests(everyS: number, forS: number) {
      for (let s = 0; s < forS; s += everyS) {
        const askedMs = Date.now()
        later({
          waitUntil(work) {
            lifetimes.push(work.then(() => expect(Date.now() - askedMs).toBeLessThan(LIFETIME_MS)))
          },
        })
        await vi.advanceTimersByTimeAsync(everyS * 1_000)
      }
    },
  }
}

it('sends once in an interval while requests keep coming, on timers that outlive no request by 30 s', async () => {
  const { requests, sent, lifetimes } = isolate(60_000)
  await requests(1, 300)
  expect(sent).toEqual([18, 78, 138, 198, 258])
  await vi.runAllTimersAsync()
  await Promise.all(lifetimes)
})

it('sends what is left soon after the last request', async () => {
  const { requests, sent } = isolate(60_000)
  await requests(1, 50)
  await vi.runAllTimersAsync()
  expect(sent).toHaveLength(2)
  expect(sent[1]).toBeLessThanOrEqual(50 + 18)
})

it('of an isolate with few requests, sends once in an interval, too', async () => {
  for (const everyS of [5, 13, 20, 26, 40]) {
    vi.setSystemTime(START_MS)
    const { requests, sent } = isolate(60_000)
    await requests(everyS, 1_200)
    expect([everyS, sent.length]).toEqual([everyS, expect.toSatisfy((count: number) => count >= 12 && count <= 20)])
  }
})

it('does not lose a burst that nobody follows', async () => {
  const { requests, sent } = isolate(60_000)
  await requests(1, 30)
  await vi.runAllTimersAsync()
  // What came after the first report.
  expect(sent).toEqual([18, expect.toSatisfy((s: number) => s <= 30 + 18)])
})

it('sends each second where that is wanted', async () => {
  const { requests, sent } = isolate(1_000)
  await requests(0.1, 10)
  expect(sent.length).toBeGreaterThanOrEqual(9)
})

it('sends more often as soon as the answer to a report wants it', async () => {
  const { requests, sent, wanted } = isolate(60_000)
  await requests(1, 18)
  wanted.intervalMs = 10_000
  await requests(1, 21)
  expect(sent).toEqual([18, 28, 38])
})

it('takes over a timer whose request was cancelled', async () => {
  const { requests, sent } = isolate(10_000)
  vi.stubGlobal('setTimeout', () => 0)
  await requests(0.5, 0.5)
  vi.unstubAllGlobals()
  await requests(1, 9)
  expect(sent).toEqual([])
  await requests(1, 14)
  expect(sent.length).toBeGreaterThan(0)
})
