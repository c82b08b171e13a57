// `balance random(draws)`: that many servers drawn by weight, of which the least loaded is taken.

import { load } from './leastconn.ts'
import type { Policy, PolicyPorts } from './policy.ts'
import type { Member } from './pool.ts'

/** So often an avoided server is drawn again before all that are not avoided are looked for. */
const MAX_REDRAWS = 8

export function createRandom(draws: number, { random }: Pick<PolicyPorts, 'random'>): Policy {
  let known: Drawing = drawingOf([])
  return {
    pick(candidates, avoid) {
      if (candidates !== known.members) known = drawingOf(candidates)
      let from = known
      let redraws = 0
      let best: Member | undefined
      for (let i = 0; i < draws; i++) {
        let drawn = draw(from, random())
        // What is drawn again falls on the others by their weights.
        while (from === known && drawn && avoid.has(drawn)) {
          redraws += 1
          if (redraws > MAX_REDRAWS) from = drawingOf(known.members.filter((member) => !avoid.has(member)))
          drawn = draw(from, random())
        }
        if (!best || (drawn && load(drawn) < load(best))) best = drawn
      }
      return best
    },
  }
}

/** Members laid one behind the other, each as long as its weight. */
interface Drawing {
  readonly members: readonly Member[]
  /** Where each ends. */
  readonly ends: readonly number[]
}

function drawingOf(members: readonly Member[]): Drawing {
  let end = 0
  return { members, ends: members.map((member) => (end += member.status.weight)) }
}

/** The server at a point of [0, 1) laid over all of them. */
function draw({ members, ends }: Drawing, point: number): Member | undefined {
  const at = point * (ends.at(-1) ?? 0)
  let low = 0
  let high = members.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at < ends[middle]!) high = middle
    else low = middle + 1
  }
  return members[low]
}
