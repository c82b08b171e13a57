// What a request adds to the tallies of its frontend, backend and server.
// Bytes are Content-Length, where there is one, unless `countBytes` is on: counting what streams through costs CPU.

import { countResponse, countVerdict } from '../../stats/tally.ts'
import type { Ended } from '../../rules/ended.ts'
import type { Tally } from '../../stats/tally.ts'
import type { Journey, StickTrace } from '../journey.ts'

/** Once it is answered. */
export function countRequest(journey: Journey, status: number, totalMs: number): void {
  const { tally, backendTally, verdict, stick } = journey
  countAnswer(tally, journey, status, totalMs)
  if (backendTally) countAnswer(backendTally, journey, status, totalMs)
  if (verdict !== '--' && backendTally) countVerdict(backendTally.counts, verdict[0]!)
  if (stick && backendTally) countStick(backendTally, stick)
}

function countAnswer({ counts }: Tally, { queueMs, responseMs }: Journey, status: number, totalMs: number): void {
  counts.stot += 1
  countResponse(counts, status)
  counts.timed += 1
  counts.qtime += queueMs
  counts.rtime += responseMs
  counts.ttime += totalMs
}

/** Once the body has ended, with the letters that tell how. */
export function countBytes(journey: Journey, bytesIn: number, bytesOut: number, termination: string): void {
  countPassed(journey.tally, bytesIn, bytesOut, termination)
  if (journey.backendTally) countPassed(journey.backendTally, bytesIn, bytesOut, termination)
  if (journey.serverTally) countPassed(journey.serverTally, bytesIn, bytesOut, termination)
}

function countPassed({ counts }: Tally, bytesIn: number, bytesOut: number, termination: string): void {
  counts.bin += bytesIn
  counts.bout += bytesOut
  if (termination === 'CD') counts.cli_abrt += 1
  if (termination === 'SD') counts.srv_abrt += 1
}

/**
 * A rule has refused a request, or waited in vain for its body, before any server was asked. Returns what the log calls it: PR, PT after a
 * tarpit, cR for a body that did not come.
 */
export function countRefused(journey: Journey, how: Ended): string {
  const termination = ('termination' in how ? how.termination : undefined) ?? 'PR'
  // A client that is too slow is not one that was refused.
  if (termination === 'cR') countUnsendable(journey)
  else countDenied(journey)
  return termination
}

/** One of a backend's counts for its frontend, too. */
function countDenied({ tally, backendTally, tracking }: Journey): void {
  tracking?.denied()
  tally.counts.dreq += 1
  if (backendTally) backendTally.counts.dreq += 1
}

/** A rule refused what a server had answered. */
export function countDeniedResponse({ tally, backendTally, serverTally }: Journey): void {
  for (const each of [tally, backendTally, serverTally]) if (each) each.counts.dresp += 1
}

/** Answered in a frontend, by a rule that refuses nothing or by its page. */
export function countIntercepted({ tally }: Journey): void {
  tally.counts.intercepted += 1
}

/** A request that cannot be sent on, and its client is to blame. */
export function countUnsendable({ tally }: Journey): void {
  tally.counts.ereq += 1
}

/** A request that cannot be read, or that no frontend takes. */
export function countUnreadable({ counts }: Tally, status: number): void {
  counts.stot += 1
  counts.ereq += 1
  countResponse(counts, status)
}

function countStick({ counts }: Tally, traces: readonly StickTrace[]): void {
  for (const { asked, verdict } of traces) {
    if (asked !== 'cache' && asked !== 'nothing') counts.table_calls += 1
    if (verdict === 'unreachable') counts.failed_open += 1
  }
}
