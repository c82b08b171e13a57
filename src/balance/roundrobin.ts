// `balance roundrobin` in HAProxy's own order: weights 3,2,1 give ABACAB; 5,1,1 give AAABAAC (seen on 2.6.12).
// Time runs in turns. A server's next turn lies total/weight turns after its last, remainders carried over.
// Each turn goes to the server that has been due longest; otherwise to the heaviest that has not begun; otherwise to the next one due.
// Weights and the set of candidates may change at any time: turns are kept, so no server gets a turn twice.

import { createOrder } from './order.ts'
import type { Order, Ordered } from './order.ts'
import type { Avoided, Policy, PolicyPorts } from './policy.ts'
import { NOBODY } from './pool.ts'
import type { Member } from './pool.ts'

/** More starting turns than this would cost start-up time and change no share by more than a thousandth. */
const MAX_START_TURNS = 4096

interface Turn extends Ordered {
  readonly member: Member
  /** The turn number at which the server is due. */
  at: number
  /** What integer division left over, in units of 1/weight of a turn. */
  rest: number
  /** The turn number of its last turn. */
  last: number
}

export function createRoundrobin({ random, randomStart }: PolicyPorts): Policy {
  let turns = new Map<Member, Turn>()
  let known: readonly Member[] | undefined
  /** Those that have had a turn. */
  let begun: Order<Turn> = createOrder(isBefore)
  /** Those that have not, the next one last. */
  let fresh: Member[] = []
  let total = 0
  let now = 0

  function next(avoid: Avoided): Member | undefined {
    const due = begun.first(({ member }) => !avoid.has(member))
    if (due && due.at <= now) return take(due)
    const i = fresh.findLastIndex((member) => !avoid.has(member))
    return i === -1 ? due && take(due) : begin(fresh.splice(i, 1)[0]!)
  }

  function begin(member: Member): Member {
    const turn = { member, at: now, rest: 0, last: now, place: 0 }
    turns.set(member, turn)
    begun.add(turn)
    return take(turn)
  }

  function take(turn: Turn): Member {
    const { member } = turn
    const { weight } = member.status
    turn.last = now
    turn.at += Math.floor(total / weight)
    turn.rest += total % weight
    if (turn.rest >= weight) {
      turn.rest -= weight
      turn.at += 1
    }
    begun.moved(turn)
    now += 1
    return member
  }

  function adopt(candidates: readonly Member[]): void {
    const first = known === undefined
    known = candidates
    total = candidates.reduce((sum, member) => sum + member.status.weight, 0)
    const kept = new Map<Member, Turn>()
    begun = createOrder(isBefore)
    fresh = []
    for (const member of candidates) {
      const turn = turns.get(member)
      if (turn) {
        kept.set(member, turn)
        begun.add(turn)
      } else fresh.push(member)
    }
    turns = kept
    // Of equal weights the first: sorting keeps the order.
    fresh = fresh.toSorted((a, b) => b.status.weight - a.status.weight).toReversed()
    if (first && randomStart) {
      const start = Math.floor(random() * Math.min(total, MAX_START_TURNS))
      for (let i = 0; i < start; i++) next(NOBODY)
    }
  }

  return {
    pick(candidates, avoid) {
      if (candidates !== known) adopt(candidates)
      return next(avoid)
    },
  }
}

/** Of two servers due at the same turn: the one with the larger weight less its remainder, then the one that waited longer. */
function isBefore(a: Turn, b: Turn): boolean {
  if (a.at !== b.at) return a.at < b.at
  const leadA = a.member.status.weight - a.rest
  const leadB = b.member.status.weight - b.rest
  return leadA !== leadB ? leadA > leadB : a.last < b.last
}
