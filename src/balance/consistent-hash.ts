// `hash-type consistent`, node for node as in HAProxy: each server has places on a ring, a key belongs to the nearest
// of them. When a server leaves, only its own keys move. HAProxy: configuration manual 4.2 "hash-type".

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
 * `hashOf`: 32 bits, unsigned, not scattered yet. Requests without a key walk round the ring.
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
      const start = hash === undefined ? turn : nearest(ring, scattered(hash))
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
    return Array.from({ length: count }, (_, i): Node => ({ place: scattered(first + i), member }))
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

/** Bob Jenkins' integer hash of full avalanche, then spread over the ring by a prime near three quarters of it. */
export function scattered(value: number): number {
  let a = value | 0
  a = (a + 0x7ed55d16 + (a << 12)) | 0
  a = a ^ 0xc761c23c ^ (a >>> 19)
  a = (a + 0x165667b1 + (a << 5)) | 0
  a = ((a + 0xd3a2646c) | 0) ^ (a << 9)
  a = (a + 0xfd7046c5 + (a << 3)) | 0
  a = a ^ 0xb55a4f09 ^ (a >>> 16)
  return Math.imul(a, 3_221_225_473) >>> 0
}
