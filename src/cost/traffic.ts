// What a bill depends on but no configuration says: how many visitors there are, and from where. Assumed on the high side.

export interface Traffic {
  /** A month. */
  readonly requests: number
  /** Cloudflare locations with requests at any time. */
  readonly locations: number
  /** Isolates with requests at any time. */
  readonly isolates: number
  readonly requestsPerVisit: number
  readonly visitS: number
}

export const MONTH_S = (365.25 * 86_400) / 12
export const MONTH_DAYS = 365.25 / 12

/** The busiest hour, as a multiple of the mean. */
const PEAK = 4
/** Requests a second that one isolate takes before there are more. */
const ISOLATE_RPS = 50

export function assumedTraffic(requests: number): Traffic {
  const peakRps = (PEAK * requests) / MONTH_S
  const locations = 10
  return {
    requests,
    locations,
    isolates: Math.max(locations, Math.ceil(peakRps / ISOLATE_RPS)),
    requestsPerVisit: 20,
    visitS: 600,
  }
}

/** How often at most something happens that each of `count` does once per interval, but only with a request. */
export function timesAMonth(everyS: number, count: number, { requests }: Traffic): number {
  return Math.min(requests, (count * MONTH_S) / everyS)
}
