// How this isolate's counts reach the Stats object of its location, after the answers.

import { createReport } from '../../stats/report.ts'
import type { Tally, TallyKey } from '../../stats/tally.ts'
import type { Lifetime } from '../../lifetime.ts'
import type { Env } from '../env.ts'
import { statsStub } from '../object-stubs.ts'

export interface Reporting {
  later(request: Request, lifetime: Lifetime): void
  flush(): Promise<void>
}

/** Where requests arrive, and how often counts are reported from there. */
export interface ReportingPlace {
  /** Undefined: not known, or there is one place only. */
  locationOf(request: Request): string | undefined
  /** `isWatched`: somebody is looking at the counters. */
  reportIntervalMs(isWatched: boolean): number
}

export function createReporting(
  env: Env,
  { locationOf, reportIntervalMs }: ReportingPlace,
  tallies: ReadonlyMap<TallyKey, Tally>,
): Reporting {
  let location = 'here'
  const report = createReport(tallies, crypto.randomUUID(), reportIntervalMs(false), {
    // An object of the release before answers nothing.
    send: async (batch) => reportIntervalMs((await statsStub(env, location).add(batch)) ?? false),
    now: () => Date.now(),
    onFailure: (error) => console.error(JSON.stringify({ event: 'stats-unreachable', error: String(error) })),
  })
  return {
    later(request, lifetime) {
      if (location === 'here') location = locationOf(request) ?? location
      report.later(lifetime)
    },
    flush: report.flush,
  }
}
