// HAProxy's map of slots: as many as the weights, divided by what they have in common, add up to. static-rr walks it,
// map-based hashing looks a key up in it.

import type { Avoided } from './policy.ts'
import type { Member } from './pool.ts'

/** Each slot credits every server with its weight and goes to the first with most whole rotations of credit. */
export function slotsOf(members: readonly Member[]): readonly Member[] {
  const weights = members.map((member) => Math.max(1, member.server.weight))
  const divisor = weights.reduce(greatestCommonDivisor, 0)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const { length } = members
  // A whole rotation is earned in few slots, so those that earn one in the same slot are chained, and nobody else is looked at.
  const rotations = createRotations(length)
  const earners = new Int32Array(total / (divisor || 1) + 1).fill(-1)
  const chained = new Int32Array(length)
  const chain = (i: number, earned: number) => {
    const slot = Math.ceil((earned * total) / weights[i]!)
    if (slot >= earners.length) return
    chained[i] = earners[slot]!
    earners[slot] = i
  }
  const earned = new Int32Array(length).fill(1)
  for (let i = 0; i < length; i++) chain(i, 1)
  return Array.from({ length: earners.length - 1 }, (_, before) => {
    for (let i = earners[before + 1]!; i !== -1;) {
      const next = chained[i]!
      rotations.add(i, 1)
      earned[i]! += 1
      chain(i, earned[i]!)
      i = next
    }
    const best = rotations.first()
    rotations.add(best, -1)
    return members[best]!
  })
}

/** Whole rotations of credit. A tournament: each pair's winner plays the next pair's. */
function createRotations(length: number) {
  let leaves = 1
  while (leaves < length) leaves *= 2
  const counts = new Int32Array(leaves).fill(-1_000_000_000, length)
  const winners = new Int32Array(2 * leaves)
  for (let i = 0; i < leaves; i++) winners[leaves + i] = i
  const play = (match: number) => {
    const [a, b] = [winners[2 * match]!, winners[2 * match + 1]!]
    winners[match] = counts[b]! > counts[a]! ? b : a
  }
  for (let match = leaves - 1; match > 0; match--) play(match)
  return {
    /** With the most; the first of several. */
    first: () => winners[1]!,
    add(i: number, change: number): void {
      counts[i]! += change
      for (let match = (leaves + i) >> 1; match > 0; match >>= 1) play(match)
    },
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Along `length` places of the candidates, round and round, from `start` to one that is not avoided: its place. */
export function walk(
  length: number,
  start: number,
  candidates: readonly Member[],
  avoid: Avoided,
  at: (place: number) => Member,
): number | undefined {
  for (let i = 0; i < length; i++) {
    // There may be many times as many places as candidates.
    if (i === candidates.length && candidates.every((member) => avoid.has(member))) return undefined
    const place = (start + i) % length
    if (!avoid.has(at(place))) return place
  }
  return undefined
}
