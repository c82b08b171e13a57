// How what this isolate has counted reaches the Stats object of its location, behind requests' backs.

import { createReport } from '../stats/report.ts'
import type { Tally, TallyKey } from '../stats/tally.ts'
import type { Env } from './env.ts'
import { statsStub } from './stats.ts'

const INTERVAL_SERVE_MS = 1_000
const INTERVAL_CLOUDFLARE_MS = 10_000

export interface Reporting {
  later(request: Request, ctx: ExecutionContext): void
  flush(): Promise<void>
}

export function createReporting(env: Env, serve: boolean, tallies: ReadonlyMap<TallyKey, Tally>): Reporting {
  let location = 'here'
  const intervalMs = serve ? INTERVAL_SERVE_MS : INTERVAL_CLOUDFLARE_MS
  const report = createReport(tallies, crypto.randomUUID(), intervalMs, {
    send: (batch) => statsStub(env, location).add(batch),
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
