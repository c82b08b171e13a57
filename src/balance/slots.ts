// HAProxy's map of slots: as many as the weights, divided by what they have in common, add up to. static-rr walks it,
// map-based hashing looks a key up in it.

import type { Member } from './pool.ts'

/** Each slot credits every server with its weight and goes to the first with most whole rotations of credit. */
export function slotsOf(members: readonly Member[]): readonly Member[] {
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
