// `balance roundrobin` in HAProxy's own order: weights 3,2,1 give ABACAB; 5,1,1 give AAABAAC (seen on 2.6.12).
// Time runs in turns. A server's next turn lies total/weight turns after its last, remainders carried over.
// Each turn goes to the server that has been due longest; otherwise to the heaviest that has not begun; otherwise to the next one due.
// Weights and the set of candidates may change at any time: turns are kept, so no server gets a turn twice.

import { without } from './policy.ts'
import type { Policy, PolicyPorts } from './policy.ts'
import type { Member } from './pool.ts'

/** More starting turns than this would cost start-up time and change no share by more than a thousandth. */
const MAX_START_TURNS = 4096

interface Turn {
  /** The turn number at which the server is due. */
  at: number
  /** What integer division left over, in units of 1/weight of a turn. */
  rest: number
  /** The turn number of its last turn. */
  last: number
}

export function createRoundrobin({ random, randomStart }: PolicyPorts): Policy {
  const turns = new Map<Member, Turn>()
  let known: readonly Member[] | undefined
  let total = 0
  let now = 0

  function take(member: Member): Member {
    const turn = turns.get(member) ?? { at: now, rest: 0, last: now }
    const { weight } = member.status
    turn.last = now
    turn.at += Math.floor(total / weight)
    turn.rest += total % weight
    if (turn.rest >= weight) {
      turn.rest -= weight
      turn.at += 1
    }
    turns.set(member, turn)
    now += 1
    return member
  }

  function next(eligible: readonly Member[]): Member | undefined {
    let due: Member | undefined
    let fresh: Member | undefined
    for (const member of eligible) {
      const turn = turns.get(member)
      if (!turn) {
        if (!fresh || member.status.weight > fresh.status.weight) fresh = member
      } else if (!due || isBefore(turn, member, turns.get(due)!, due)) due = member
    }
    if (due && (turns.get(due)!.at <= now || !fresh)) return due
    return fresh
  }

  function adopt(candidates: readonly Member[]): void {
    const first = known === undefined
    known = candidates
    total = candidates.reduce((sum, member) => sum + member.status.weight, 0)
    for (const member of turns.keys()) if (!candidates.includes(member)) turns.delete(member)
    if (first && randomStart) {
      const start = Math.floor(random() * Math.min(total, MAX_START_TURNS))
      for (let i = 0; i < start; i++) take(next(candidates)!)
    }
  }

  return {
    pick(candidates, avoid) {
      if (candidates !== known) adopt(candidates)
      const member = next(without(candidates, avoid))
      return member && take(member)
    },
  }
}

/** Of two servers due at the same turn: the one with the larger weight less its remainder, then the one that waited longer. */
function isBefore(a: Turn, memberA: Member, b: Turn, memberB: Member): boolean {
  if (a.at !== b.at) return a.at < b.at
  const leadA = memberA.status.weight - a.rest
  const leadB = memberB.status.weight - b.rest
  return leadA !== leadB ? leadA > leadB : a.last < b.last
}
