// `balance leastconn`: the server with the fewest requests in progress for its weight; of equals, the one that
// waited longest since it was chosen or a request of it began or ended, also one of a client that was recognised.
// The count is this isolate's own; if servers have a maxconn, plus what was last heard from the others.

import { without } from './policy.ts'
import type { Policy } from './policy.ts'
import { moveBehind } from './pool.ts'
import type { Member } from './pool.ts'

export function createLeastconn(): Policy {
  return {
    pick(candidates, avoid) {
      let best: Member | undefined
      for (const member of without(candidates, avoid)) {
        if (!best) best = member
        else {
          const difference = load(member) - load(best)
          if (difference < 0 || (difference === 0 && member.turn < best.turn)) best = member
        }
      }
      // Another may be chosen before this request is in progress.
      if (best) moveBehind(best)
      return best
    },
  }
}

/** Requests in progress per unit of weight. */
export function load(member: Member): number {
  return (member.inFlight + member.elsewhere) / member.status.weight
}
