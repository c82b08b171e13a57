// What a request that has been answered adds to the tallies of its frontend, backend and server.
// Bytes are Content-Length, where there is one: counting what streams through would double a request's CPU.

import { countResponse, countVerdict } from '../stats/tally.ts'
import type { Tally } from '../stats/tally.ts'
import type { Dispatched } from './dispatch.ts'

export function countRequest(
  request: Request,
  frontend: Tally,
  backend: Tally | undefined,
  made: Dispatched,
  totalMs: number,
): void {
  const { status, headers } = made.response
  const bytesIn = Number(request.headers.get('content-length') ?? 0)
  const bytesOut = Number(headers.get('content-length') ?? 0)
  for (const tally of [frontend, backend, made.tally]) {
    if (!tally) continue
    tally.counts.bin += bytesIn
    tally.counts.bout += bytesOut
  }
  for (const tally of [frontend, backend]) {
    if (!tally) continue
    const { counts } = tally
    counts.stot += 1
    countResponse(counts, status)
    counts.timed += 1
    counts.qtime += made.queueMs
    counts.rtime += made.responseMs
    counts.ttime += totalMs
  }
  if (!backend) frontend.counts.intercepted += 1
  if (made.verdict !== '--' && backend) countVerdict(backend.counts, made.verdict[0]!)
  if (made.stick && backend) countStick(backend, made.stick)
}

/** Refused by a rule, before any server was asked. */
export function countDenied(tally: Tally): void {
  tally.counts.dreq += 1
}

function countStick({ counts }: Tally, traces: NonNullable<Dispatched['stick']>): void {
  for (const { asked, verdict } of traces) {
    if (asked !== 'cache' && asked !== 'nothing') counts.table_calls += 1
    if (verdict === 'unreachable') counts.failed_open += 1
  }
}
