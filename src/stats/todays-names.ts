// Counters of backends and servers that were renamed: what was counted under a former name belongs to today's.

import { proxyKey } from '../config/keys.ts'
import { namesOf } from '../config/names.ts'
import type { Named } from '../config/names.ts'
import { mergeViews } from './totals.ts'
import type { TotalView } from './totals.ts'

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
      merged[today] = known ? mergeViews(known, total, Math.max) : total
    }
    return merged
  }
}
