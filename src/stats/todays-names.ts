// Counters of backends and servers that were renamed: what was counted under a former name belongs to today's.

import { proxyKey } from '../config/keys.ts'
import { namesOf } from '../config/names.ts'
import type { Named } from '../config/names.ts'
import { addedFromTheEnd } from './totals.ts'
import type { TotalView } from './totals.ts'
import type { Counter } from './tally.ts'

type Totals = Readonly<Record<string, TotalView>>

/** The same totals when nobody was renamed. */
export function createTodaysNames(
  backends: readonly (Named & { readonly servers: readonly Named[] })[],
): (totals: Totals) => Totals {
  const todays = new Map<string, string>()
  for (const backend of backends) {
    for (const former of namesOf(backend)) {
      todays.set(proxyKey('backend', former), proxyKey('backend', backend.name))
      for (const server of backend.servers) {
        for (const name of namesOf(server))
          todays.set(proxyKey('server', former, name), proxyKey('server', backend.name, server.name))
      }
    }
  }
  if ([...todays].every(([former, today]) => former === today)) return (totals) => totals
  return (totals) => {
    const merged: Record<string, TotalView> = {}
    for (const [key, total] of Object.entries(totals)) {
      const today = todays.get(key) ?? key
      const known = merged[today]
      merged[today] = known ? joined(known, total) : total
    }
    return merged
  }
}

/** One after the other: what was the most is the greater of both. */
function joined(a: TotalView, b: TotalView): TotalView {
  const counts = { ...a.counts }
  for (const name of Object.keys(b.counts) as Counter[]) counts[name] += b.counts[name]
  return {
    counts,
    smax: Math.max(a.smax, b.smax),
    qmax: Math.max(a.qmax, b.qmax),
    rateMax: Math.max(a.rateMax, b.rateMax),
    lastMs: Math.max(a.lastMs, b.lastMs),
    current: a.current + b.current,
    queued: a.queued + b.queued,
    rate: a.rate + b.rate,
    ...(a.history || b.history ? { history: addedFromTheEnd(a.history ?? [], b.history ?? []) } : {}),
  }
}
