// The two dates that maxidle and maxlife need. HAProxy counts in units of 4 seconds, rounded up, so that a client
// that clicks twice in a moment is not sent a new cookie twice (configuration manual 4.2 "cookie", "maxidle").

/** Unix seconds, multiples of 4. Null: the cookie carries no such date. */
export interface Dates {
  /** When the cookie was last written. */
  readonly lastS: number | null
  /** When the client was first seen. */
  readonly firstS: number | null
}

export const NO_DATES: Dates = { lastS: null, firstS: null }

/** A date this far in the future is not ours: HAProxy's limit for clocks that disagree. */
const MAX_FUTURE_S = 86_400

export function roundUpS(seconds: number): number {
  return Math.ceil(seconds / 4) * 4
}

/** What the dates say about a cookie. `old`: past maxlife; `expired`: past maxidle. Both compare with strict >, maxlife first. */
export function judgeDates(
  dates: Dates,
  limits: { readonly maxidleS: number | null; readonly maxlifeS: number | null },
  nowS: number,
): 'fresh' | 'old' | 'expired' {
  if (isPast(dates.firstS, limits.maxlifeS, nowS)) return 'old'
  if (isPast(dates.lastS, limits.maxidleS, nowS)) return 'expired'
  return 'fresh'
}

function isPast(dateS: number | null, limitS: number | null, nowS: number): boolean {
  if (dateS === null || limitS === null) return false
  return nowS - dateS > limitS || dateS - nowS > MAX_FUTURE_S
}
