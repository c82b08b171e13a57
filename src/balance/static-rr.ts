// `balance static-rr`: a fixed rotation made once from the configured weights; 3,2,1 give AABABC (seen on HAProxy 2.6.12).
// Weights that are changed at run time are ignored, as HAProxy does; only who is a candidate matters.

import { without } from './policy.ts'
import type { Policy, PolicyPorts } from './policy.ts'
import type { Member } from './pool.ts'

export function createStaticRr({ random, randomStart }: PolicyPorts): Policy {
  let known: readonly Member[] | undefined
  let rotation: readonly Member[] = []
  let turn = 0
  return {
    pick(candidates, avoid) {
      if (candidates !== known) {
        rotation = rotationOf(candidates)
        if (known === undefined && randomStart) turn = Math.floor(random() * rotation.length)
        known = candidates
      }
      const eligible = without(candidates, avoid)
      if (eligible.length === 0) return undefined
      for (;;) {
        const member = rotation[turn % rotation.length]!
        turn = (turn + 1) % rotation.length
        if (eligible.includes(member)) return member
      }
    },
  }
}

/** Each slot credits every server with its weight and goes to the first with most whole rotations of credit. */
function rotationOf(members: readonly Member[]): readonly Member[] {
  const weights = members.map((member) => Math.max(1, member.server.weight))
  const divisor = weights.reduce(greatestCommonDivisor, 0)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const credits = members.map(() => 0)
  return Array.from({ length: total / (divisor || 1) }, () => {
    let best = 0
    let bestTurns = -Infinity
    weights.forEach((weight, i) => {
      credits[i]! += weight
      const turns = Math.floor(credits[i]! / total)
      if (turns > bestTurns) {
        best = i
        bestTurns = turns
      }
    })
    credits[best]! -= total
    return members[best]!
  })
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
