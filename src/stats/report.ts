// What an isolate has counted since its last report, in numbered batches: a batch that is sent again, because it is unknown
// whether it arrived, is added once.

import type { Counter } from './counter-names.ts'
import { createReportTimer } from './report-timer.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Counts, Tally, TallyKey } from './tally.ts'

export interface Gauges {
  readonly current: number
  readonly queued: number
}

export interface Batch {
  readonly isolate: string
  /** From 1, by isolate. */
  readonly number: number
  /** Since the batch before. */
  readonly elapsedMs: number
  /** When the next one comes, if there is anything to report. */
  readonly intervalMs: number
  /** What is not zero. */
  readonly counts: Readonly<Record<string, Partial<Counts>>>
  readonly gauges: Readonly<Record<string, Gauges>>
}

export interface ReportPorts {
  /** Returns how long until the next report, in milliseconds. */
  send(batch: Batch): Promise<number>
  /** Unix milliseconds. */
  now(): number
  onFailure(error: unknown): void
}

export interface Report {
  /** Call after each request: makes sure that its counts are sent. */
  later(lifetime: Lifetime): void
  /** Sends what there is now. */
  flush(): Promise<void>
}

/** A report that has not ended after this time was lost with its request. */
const SENDING_LOST_MS = 10_000

/** `firstIntervalMs`: how long the first report may take. */
export function createReport(
  tallies: ReadonlyMap<TallyKey, Tally>,
  isolate: string,
  firstIntervalMs: number,
  ports: ReportPorts,
): Report {
  let number = 0
  let sentMs: number | undefined
  let intervalMs = firstIntervalMs
  /** What was sent and not acknowledged. */
  let open: Batch | undefined
  /** Unix milliseconds when the report in progress began; undefined: none is. */
  let sendingSinceMs: number | undefined
  let isFailing = false

  const report: Report = {
    later: createReportTimer({ now: ports.now, intervalMs: () => intervalMs, send: () => report.flush() }),
    async flush() {
      const startedMs = ports.now()
      // A report whose request was cancelled never ends. Its batch is sent again, and added once.
      if (sendingSinceMs !== undefined && startedMs < sendingSinceMs + SENDING_LOST_MS) return
      sendingSinceMs = startedMs
      try {
        // A batch that may have arrived is sent first, unchanged.
        if (open) await send(open)
        const batch = take()
        if (batch) await send(batch)
        isFailing = false
      } catch (error) {
        if (!isFailing) ports.onFailure(error)
        isFailing = true
      } finally {
        if (sendingSinceMs === startedMs) sendingSinceMs = undefined
      }
    },
  }
  return report

  async function send(batch: Batch): Promise<void> {
    open = batch
    intervalMs = await ports.send(batch)
    if (open === batch) open = undefined
  }

  function take(): Batch | undefined {
    const counts: Record<string, Partial<Counts>> = {}
    const gauges: Record<string, Gauges> = {}
    for (const [key, tally] of tallies) {
      const some: Partial<Counts> = {}
      for (const name of Object.keys(tally.counts) as Counter[]) {
        if (tally.counts[name] === 0) continue
        some[name] = tally.counts[name]
        tally.counts[name] = 0
      }
      if (Object.keys(some).length > 0) counts[key] = some
      const [current, queued] = [tally.current(), tally.queued()]
      if (current + queued > 0) gauges[key] = { current, queued }
    }
    const nowMs = ports.now()
    const elapsedMs = sentMs === undefined ? intervalMs : nowMs - sentMs
    sentMs = nowMs
    number += 1
    return { isolate, number, elapsedMs, intervalMs, counts, gauges }
  }
}
