// Hash policies: weighted rendezvous hashing. Every server scores every key, the best score wins, so that
// removing a server moves its own clients only, and a changed weight moves only what it must.
// Scores: -weight / ln(h), h in (0, 1) (Schindelhauer and Schomaker, "Weighted distributed hash tables", 2005).

import { xxHash32 } from 'js-xxhash'

import { firstNameOf } from '../config/names.ts'
import { without } from './policy.ts'
import type { Policy } from './policy.ts'
import type { HashRequest } from './hash-key.ts'
import type { Member } from './pool.ts'

const seeds = new WeakMap<Member, number>()

/** The seed depends only on the server's first name: neither order, address nor a new name moves a client. */
function seedOf(member: Member): number {
  let seed = seeds.get(member)
  if (seed === undefined) seeds.set(member, (seed = xxHash32(firstNameOf(member.server))))
  return seed
}

/** `fallback` serves requests without a key. */
export function createHash(keyOf: (request: HashRequest) => string | undefined, fallback: Policy): Policy {
  return {
    pick(candidates, avoid, request) {
      const key = keyOf(request)
      if (key === undefined || key === '') return fallback.pick(candidates, avoid, request)
      return rendezvous(without(candidates, avoid), key)
    },
  }
}

/** The candidate that scores best for a key: the same in every isolate. */
export function rendezvous(candidates: readonly Member[], key: string): Member | undefined {
  const bytes = new TextEncoder().encode(key)
  let best: Member | undefined
  let bestScore = -1
  for (const member of candidates) {
    const h = (xxHash32(bytes, seedOf(member)) + 0.5) / 0x1_0000_0000
    const score = -member.status.weight / Math.log(h)
    if (score > bestScore) {
      best = member
      bestScore = score
    }
  }
  return best
}
