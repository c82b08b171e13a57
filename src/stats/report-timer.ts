// When an isolate sends its counts. It has no timer: every timer belongs to one of the requests counted, and Cloudflare ends
// it 30 s after that request's answer. So requests hand the timer on to each other until the interval is over. If no request
// comes to take it, counts of many requests are sent early rather than lost; a few wait for the next request.

import type { Lifetime } from '../lifetime.ts'

/** The longest timer: the report itself needs time, too. */
const MOST_WAIT_MS = 18_000
/** A request takes over a timer that is this old. */
const RELAY_MS = 9_000
/** From this number of requests on, a report is sent before the interval is over. */
const WORTH_REQUESTS = 10
/** A timer whose request was cancelled never fires; after this many intervals it is taken over, too. */
const LOST_INTERVALS = 3

/** Returns what to call after each request. */
export function createReportTimer(ports: {
  /** Unix milliseconds. */
  readonly now: () => number
  /** How often a report is wanted. */
  readonly intervalMs: () => number
  readonly send: () => Promise<void>
}): (lifetime: Lifetime) => void {
  let setMs = Number.NEGATIVE_INFINITY
  let timers = 0
  /** Of the next report; undefined: nothing has been counted since the last one. */
  let dueMs: number | undefined
  let sentMs = Number.NEGATIVE_INFINITY
  let requests = 0

  return (lifetime) => {
    const nowMs = ports.now()
    requests += 1
    const intervalMs = ports.intervalMs()
    if (nowMs - setMs < Math.min(RELAY_MS, LOST_INTERVALS * intervalMs)) return
    setMs = nowMs
    // After a silence others may come with this one.
    dueMs ??= sentMs + intervalMs > nowMs ? sentMs + intervalMs : nowMs + Math.min(MOST_WAIT_MS, intervalMs)
    timers += 1
    lifetime.waitUntil(sendWith(timers, Math.min(MOST_WAIT_MS, Math.max(0, dueMs - nowMs))))
  }

  async function sendWith(timer: number, waitMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    if (timer !== timers) return
    setMs = Number.NEGATIVE_INFINITY
    if (dueMs !== undefined && ports.now() < dueMs && requests < WORTH_REQUESTS) return
    dueMs = undefined
    requests = 0
    sentMs = ports.now()
    await ports.send()
  }
}
