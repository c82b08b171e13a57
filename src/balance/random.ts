// `balance random(draws)`: that many servers drawn by weight, of which the least loaded is taken.

import { load } from './leastconn.ts'
import { without } from './policy.ts'
import type { Policy, PolicyPorts } from './policy.ts'
import type { Member } from './pool.ts'

export function createRandom(draws: number, { random }: Pick<PolicyPorts, 'random'>): Policy {
  return {
    pick(candidates, avoid) {
      const eligible = without(candidates, avoid)
      let best: Member | undefined
      for (let i = 0; i < draws; i++) {
        const drawn = draw(eligible, random())
        if (!best || (drawn && load(drawn) < load(best))) best = drawn
      }
      return best
    },
  }
}

/** The server at a point of [0, 1) laid over all weights. */
function draw(members: readonly Member[], point: number): Member | undefined {
  const total = members.reduce((sum, member) => sum + member.status.weight, 0)
  let left = point * total
  for (const member of members) {
    left -= member.status.weight
    if (left < 0) return member
  }
  return members.at(-1)
}
