// How many events there were in the last period: HAProxy's frequency counter (freq_ctr.h). It counts by periods and adds to the current
// one the part of the previous that the last period still reaches into, so it needs three numbers and no list of events.

export interface Rate {
  /** Unix milliseconds: the current period began then. */
  startMs: number
  current: number
  /** Of the period before the current one. */
  previous: number
}

export function newRate(): Rate {
  return { startMs: Number.NEGATIVE_INFINITY, current: 0, previous: 0 }
}

/** `nowMs` may be a little before the latest: another isolate has counted since. */
export function addToRate(rate: Rate, periodMs: number, n: number, nowMs: number): void {
  const age = nowMs - rate.startMs
  if (age < 0) {
    if (age >= -periodMs) rate.previous += n
  } else if (age < periodMs) rate.current += n
  else {
    const isNext = age < 2 * periodMs
    rate.previous = isNext ? rate.current : 0
    rate.startMs = isNext ? rate.startMs + periodMs : nowMs
    rate.current = n
  }
}

export function readRate({ startMs, current, previous }: Rate, periodMs: number, nowMs: number): number {
  let remainMs = startMs + periodMs - nowMs
  let past = previous
  let latest = current
  if (remainMs < 0) {
    remainMs += periodMs
    past = remainMs >= 0 ? current : 0
    latest = 0
  }
  // One event of the period before counts in full: a rate that low would flap.
  if (latest === 0 && past <= 1) return past
  return Math.floor((past * Math.min(remainMs, periodMs) + latest * periodMs) / periodMs)
}

/** As an operator sets it. */
export function setRate(rate: Rate, n: number, nowMs: number): void {
  rate.startMs = nowMs
  rate.current = n
  rate.previous = 0
}
