// `hash-type consistent`, node for node as in HAProxy: each server has places on a ring, a key belongs to the nearest
// of them. When a server leaves, only its own keys move. HAProxy: configuration manual 4.2 "hash-type".

import { avalanche } from '../hash/avalanche.ts'
import type { HashRequest } from './hash-key.ts'
import type { Policy } from './policy.ts'
import type { Member } from './pool.ts'
import { walk } from './slots.ts'

/** In order. Each node's place on the ring, 32 bits, times MEMBERS, plus its server's number among the candidates. */
type Ring = Float64Array

const MEMBERS = 1_048_576

/** Places of one server for each unit of its weight. */
const NODES_PER_WEIGHT = 16
/** The distance between the first place numbers of two servers. */
const MAX_NODES = 4096

/**
 * `hashOf`: 32 bits, unsigned. Requests without a key walk round the ring.
 */
export function createConsistentHash(hashOf: (request: HashRequest) => number | undefined): Policy {
  let known: readonly Member[] | undefined
  let ring: Ring = new Float64Array()
  let turn = -1
  return {
    pick(candidates, avoid, request) {
      if (candidates !== known) {
        ring = ringOf(candidates)
        known = candidates
      }
      const hash = hashOf(request)
      if (hash === undefined) turn = (turn + 1) % Math.max(1, ring.length)
      const start = hash === undefined ? turn : nearest(ring, hash)
      const at = walk(ring.length, start, candidates, avoid, (i) => candidates[ring[i]! % MEMBERS]!)
      return at === undefined ? undefined : candidates[ring[at]! % MEMBERS]
    },
  }
}

/** Sorted as numbers, since a thousand servers of weight 100 have more than a million nodes. */
function ringOf(candidates: readonly Member[]): Ring {
  const counts = candidates.map(({ status }) => Math.min(MAX_NODES, status.weight * NODES_PER_WEIGHT))
  const ring = new Float64Array(counts.reduce((sum, count) => sum + count, 0))
  let at = 0
  for (const [number, { server }] of candidates.entries()) {
    for (let i = 0; i < counts[number]!; i++) ring[at++] = avalanche(server.id * MAX_NODES + i) * MEMBERS + number
  }
  return ring.toSorted()
}

function placeOf(node: number): number {
  return Math.floor(node / MEMBERS)
}

/** The index of the node at the least distance, the earlier of two. */
function nearest(ring: Ring, hash: number): number {
  if (ring.length === 0) return 0
  let low = 0
  let high = ring.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (placeOf(ring[middle]!) < hash) low = middle + 1
    else high = middle
  }
  const next = low % ring.length
  const previous = (next + ring.length - 1) % ring.length
  const before = (hash - placeOf(ring[previous]!)) >>> 0
  const after = (placeOf(ring[next]!) - hash) >>> 0
  return before <= after ? previous : next
}
