// `balance first`: the first server, in the order of the configuration, that has a free slot (maxconn, per isolate).
// Weights do not count. When all are full the one with the smallest share of its slots taken is overfilled.

import { without } from './policy.ts'
import type { Policy } from './policy.ts'
import type { Member } from './pool.ts'

export function createFirst(): Policy {
  return {
    pick(candidates, avoid) {
      let best: Member | undefined
      for (const member of without(candidates, avoid)) {
        if (fill(member) < 1) return member
        if (!best || fill(member) < fill(best)) best = member
      }
      return best
    },
  }
}

/** The share of its slots that is taken; a server without maxconn is never full. */
function fill(member: Member): number {
  return member.server.maxconn === null ? 0 : member.inFlight / member.server.maxconn
}
