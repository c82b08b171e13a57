// What a request that has been answered adds to the tallies of its frontend, backend and server.
// Bytes are Content-Length, where there is one, unless `countBytes` is on: counting what streams through costs CPU.

import { countResponse, countVerdict } from '../../stats/tally.ts'
import type { Tally } from '../../stats/tally.ts'
import type { Dispatched } from '../dispatch/dispatch.ts'

export function countRequest(frontend: Tally, backend: Tally | undefined, made: Dispatched, totalMs: number): void {
  const { status } = made.response
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
  if (made.verdict !== '--' && backend) countVerdict(backend.counts, made.verdict[0]!)
  if (made.stick && backend) countStick(backend, made.stick)
}

/** `termination`: HAProxy's two letters, once the body has ended. */
export function countBytes(
  tallies: readonly (Tally | null | undefined)[],
  bytesIn: number,
  bytesOut: number,
  termination: string,
): void {
  for (const tally of tallies) {
    if (!tally) continue
    const { counts } = tally
    counts.bin += bytesIn
    counts.bout += bytesOut
    if (termination === 'CD') counts.cli_abrt += 1
    if (termination === 'SD') counts.srv_abrt += 1
  }
}

/** A rule refused a request before any server was asked; one of a backend's counts for its frontend, too. */
export function countDenied(tallies: readonly Tally[]): void {
  for (const { counts } of tallies) counts.dreq += 1
}

/** A rule refused what a server had answered. */
export function countDeniedResponse(tallies: readonly Tally[]): void {
  for (const { counts } of tallies) counts.dresp += 1
}

/** Answered in a frontend, by a rule that refuses nothing or by its page. */
export function countIntercepted({ counts }: Tally): void {
  counts.intercepted += 1
}

/** A request that cannot be read, or that no frontend takes. */
export function countUnreadable({ counts }: Tally, status: number): void {
  counts.stot += 1
  counts.ereq += 1
  countResponse(counts, status)
}

function countStick({ counts }: Tally, traces: NonNullable<Dispatched['stick']>): void {
  for (const { asked, verdict } of traces) {
    if (asked !== 'cache' && asked !== 'nothing') counts.table_calls += 1
    if (verdict === 'unreachable') counts.failed_open += 1
  }
}
