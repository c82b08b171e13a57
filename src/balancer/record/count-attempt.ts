// What an attempt adds to the tallies of its server and backend.

import type { Member } from '../../balance/pool.ts'
import { countResponse } from '../../stats/tally.ts'
import type { Tally } from '../../stats/tally.ts'
import type { Attempt } from '../dispatch/attempt.ts'

/** `waitedMs`: for a slot of this server. */
export function countAttempt(
  backend: Tally,
  { tally: { counts } }: Member,
  made: Attempt,
  waitedMs: number,
  responseMs: number,
): void {
  if (made.outcome === 'response') {
    countResponse(counts, made.status)
    counts.timed += 1
    counts.qtime += waitedMs
    counts.rtime += responseMs
    counts.ttime += responseMs
  } else if (made.outcome === 'timeout' || made.outcome === 'unusable' || made.outcome === 'cut') {
    counts.eresp += 1
    backend.counts.eresp += 1
  }
}

/** Given to a server by the balance policy. */
export function countBalanced(backend: Tally, { tally }: Member): void {
  tally.counts.lbtot += 1
  backend.counts.lbtot += 1
}

export function countRedispatch(backend: Tally, from: Member): void {
  from.tally.counts.wredis += 1
  backend.counts.wredis += 1
}

/** Tried again at the same server. */
export function countRetry(backend: Tally, { tally }: Member): void {
  tally.counts.wretr += 1
  backend.counts.wretr += 1
}

/** No connection, even after retries. */
export function countUnreached(backend: Tally, { tally }: Member): void {
  tally.counts.econ += 1
  backend.counts.econ += 1
}
