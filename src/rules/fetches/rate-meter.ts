// Requests a second as HAProxy counts them: those of this second, and of the last one the share that is not a second ago.

import type { Meter, Metered } from '../facts.ts'

const PERIOD_MS = 1000

export function createMeter(nowMs: number): Meter {
  let startedMs = nowMs
  let current = 0
  let last = 0
  const advance = (toMs: number) => {
    const periods = Math.floor((toMs - startedMs) / PERIOD_MS)
    if (periods <= 0) return
    last = periods === 1 ? current : 0
    current = 0
    startedMs += periods * PERIOD_MS
  }
  return {
    mark(atMs) {
      advance(atMs)
      current += 1
    },
    perSecond(atMs) {
      advance(atMs)
      // One a second would come and go.
      if (current === 0 && last <= 1) return last
      return Math.floor(current + (last * (startedMs + PERIOD_MS - atMs)) / PERIOD_MS)
    },
  }
}

/** Whoever asks first starts the meter, which has counted `already` then. */
export function rateOf(tally: Metered, nowMs: number, already: number): bigint {
  if (!tally.meter) {
    tally.meter = createMeter(nowMs)
    for (let i = 0; i < already; i++) tally.meter.mark(nowMs)
  }
  return BigInt(tally.meter.perSecond(nowMs))
}
