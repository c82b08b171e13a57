// `hash-type consistent`, node for node as in HAProxy: each server has places on a ring, a key belongs to the nearest
// of them. When a server leaves, only its own keys move. HAProxy: configuration manual 4.2 "hash-type".

import { avalanche } from '../hash/avalanche.ts'
import type { HashRequest } from './hash-key.ts'
import type { Policy } from './policy.ts'
import type { Member } from './pool.ts'

interface Node {
  /** Its place on the ring, 32 bits. */
  readonly place: number
  readonly member: Member
}

/** Places of one server for each unit of its weight. */
const NODES_PER_WEIGHT = 16
/** The distance between the first place numbers of two servers. */
const MAX_NODES = 4096

/**
 * `hashOf`: 32 bits, unsigned. Requests without a key walk round the ring.
 */
export function createConsistentHash(hashOf: (request: HashRequest) => number | undefined): Policy {
  let known: readonly Member[] | undefined
  let ring: readonly Node[] = []
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
      for (let i = 0; i < ring.length; i++) {
        const { member } = ring[(start + i) % ring.length]!
        if (!avoid.has(member)) return member
      }
      return undefined
    },
  }
}

function ringOf(candidates: readonly Member[]): readonly Node[] {
  const nodes = candidates.flatMap((member) => {
    const first = member.server.id * MAX_NODES
    const count = Math.min(MAX_NODES, member.status.weight * NODES_PER_WEIGHT)
    return Array.from({ length: count }, (_, i): Node => ({ place: avalanche(first + i), member }))
  })
  return nodes.toSorted((a, b) => a.place - b.place)
}

/** The index of the node at the least distance, the earlier of two. */
function nearest(ring: readonly Node[], hash: number): number {
  if (ring.length === 0) return 0
  let low = 0
  let high = ring.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ring[middle]!.place < hash) low = middle + 1
    else high = middle
  }
  const next = low % ring.length
  const previous = (next + ring.length - 1) % ring.length
  const before = (hash - ring[previous]!.place) >>> 0
  const after = (ring[next]!.place - hash) >>> 0
  return before <= after ? previous : next
}
