// `balance leastconn`: the server with the fewest requests in progress for its weight; of equals, the one that waited longest.
// The count is this isolate's own; if servers have a maxconn, plus what was last heard from the others.

import { without } from './policy.ts'
import type { Policy } from './policy.ts'
import type { Member } from './pool.ts'

export function createLeastconn(): Policy {
  const lastPick = new WeakMap<Member, number>()
  let picks = 0
  return {
    pick(candidates, avoid) {
      let best: Member | undefined
      for (const member of without(candidates, avoid)) {
        if (!best) best = member
        else {
          const difference = load(member) - load(best)
          if (difference < 0 || (difference === 0 && age(member) < age(best))) best = member
        }
      }
      if (best) lastPick.set(best, ++picks)
      return best
    },
  }

  function age(member: Member): number {
    return lastPick.get(member) ?? 0
  }
}

/** Requests in progress per unit of weight. */
export function load(member: Member): number {
  return (member.inFlight + member.elsewhere) / member.status.weight
}
