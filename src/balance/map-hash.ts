// `hash-type map-based`, HAProxy's default: the key's hash is a place in a map of slots. When a server joins or
// leaves, most keys move. HAProxy: configuration manual 4.2 "hash-type".

import type { HashRequest } from './hash-key.ts'
import type { Policy } from './policy.ts'
import type { Member } from './pool.ts'
import { slotsOf, walk } from './slots.ts'

/** `hashOf`: 32 bits, unsigned; `fallback` serves requests without a key. */
export function createMapHash(hashOf: (request: HashRequest) => number | undefined, fallback: Policy): Policy {
  let known: readonly Member[] | undefined
  let slots: readonly Member[] = []
  return {
    pick(candidates, avoid, request) {
      const hash = hashOf(request)
      if (hash === undefined) return fallback.pick(candidates, avoid, request)
      if (candidates !== known) {
        slots = slotsOf(candidates)
        known = candidates
      }
      const place = walk(slots.length, hash, candidates, avoid, (i) => slots[i]!)
      return place === undefined ? undefined : slots[place]
    },
  }
}
