// How what this isolate has counted reaches the Stats object of its location, behind requests' backs.

import { createReport } from '../../stats/report.ts'
import type { Tally, TallyKey } from '../../stats/tally.ts'
import type { Env } from '../env.ts'
import { statsStub } from '../object-stubs.ts'

/** Calls and rows cost nothing there. */
const SERVE_INTERVAL_MS = 1_000
/** Until an answer says that somebody looks. */
const UNWATCHED_INTERVAL_MS = 60_000
const WATCHED_INTERVAL_MS = 10_000

export interface Reporting {
  later(request: Request, ctx: ExecutionContext): void
  flush(): Promise<void>
}

export function createReporting(env: Env, serve: boolean, tallies: ReadonlyMap<TallyKey, Tally>): Reporting {
  let location = 'here'
  const intervalMs = (isWatched: boolean) =>
    serve ? SERVE_INTERVAL_MS : isWatched ? WATCHED_INTERVAL_MS : UNWATCHED_INTERVAL_MS
  const report = createReport(tallies, crypto.randomUUID(), intervalMs(false), {
    // An object of the release before answers nothing.
    send: async (batch) => intervalMs((await statsStub(env, location).add(batch)) ?? false),
    now: () => Date.now(),
    onFailure: (error) => console.error(JSON.stringify({ event: 'stats-unreachable', error: String(error) })),
  })
  return {
    later(request, ctx) {
      if (location === 'here' && !serve)
        location = String((request.cf as { colo?: string } | undefined)?.colo ?? 'here')
      report.later(ctx)
    },
    flush: report.flush,
  }
}
