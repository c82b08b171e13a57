// `balance leastconn`: the server with the fewest requests in progress for its weight; of equals, the one that
// waited longest since it was chosen or a request of it began or ended, also one of a client that was recognised.
// The count is this isolate's own; if servers have a maxconn, plus what was last heard from the others.

import { createOrder } from './order.ts'
import type { Order, Ordered } from './order.ts'
import type { Policy } from './policy.ts'
import { moveBehind } from './pool.ts'
import type { Member } from './pool.ts'

interface Item extends Ordered {
  readonly member: Member
  /** Its place among the candidates: decides between those that were never chosen. */
  readonly number: number
  load: number
}

export function createLeastconn(): Policy {
  let known: readonly Member[] = []
  let order: Order<Item> | undefined

  function adopt(candidates: readonly Member[]): Order<Item> {
    for (const member of known) member.onMoved = undefined
    known = candidates
    const made = createOrder(isBefore)
    for (const [number, member] of candidates.entries()) {
      const item = { member, number, load: load(member), place: 0 }
      made.add(item)
      member.onMoved = () => {
        item.load = load(member)
        made.moved(item)
      }
    }
    return made
  }

  return {
    pick(candidates, avoid) {
      if (!order || candidates !== known) order = adopt(candidates)
      const member = order.first((item) => !avoid.has(item.member))?.member
      // Another may be chosen before this request is in progress.
      if (member) moveBehind(member)
      return member
    },
  }
}

function isBefore(a: Item, b: Item): boolean {
  if (a.load !== b.load) return a.load < b.load
  return a.member.turn !== b.member.turn ? a.member.turn < b.member.turn : a.number < b.number
}

/** Requests in progress per unit of weight. */
export function load(member: Member): number {
  return (member.inFlight + member.elsewhere) / member.status.weight
}
