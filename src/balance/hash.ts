// Hash policies: weighted rendezvous hashing. Every server scores every key, the best score wins, so that
// removing a server moves its own clients only, and a changed weight moves only what it must.
// Scores: -weight / ln(h), h in (0, 1) (Schindelhauer and Schomaker, "Weighted distributed hash tables", 2005).

import { firstNameOf } from '../config/names.ts'
import { xxh32, xxh32BySeeds } from '../hash/xxh32.ts'
import { createMemo } from '../memo.ts'
import type { Memo } from '../memo.ts'
import type { Avoided, Policy } from './policy.ts'
import type { HashRequest } from './hash-key.ts'
import { NOBODY } from './pool.ts'
import type { Member } from './pool.ts'

interface Weighed {
  /** A seed depends only on the server's first name: neither order, address nor a new name moves a client. */
  readonly seeds: Int32Array
  readonly weights: Int32Array
  /** Room for the hashes of the key that is looked at. */
  readonly hashes: Int32Array
  /** Where keys belong that came lately: with a thousand servers, finding out takes as long as all else that a request needs. */
  readonly homes: Memo<Member>
}

const REMEMBERED_KEYS = 2048
/** Clients make keys up: a longer one is not kept. */
const REMEMBERED_LENGTH = 64

/** By the array of candidates, which stays the same until a state changes. */
const known = new WeakMap<readonly Member[], Weighed>()

function weighed(candidates: readonly Member[]): Weighed {
  let found = known.get(candidates)
  if (!found) {
    const seeds = Int32Array.from(candidates, ({ server }) => xxh32(firstNameOf(server)))
    const weights = Int32Array.from(candidates, ({ status }) => status.weight)
    known.set(
      candidates,
      (found = { seeds, weights, hashes: new Int32Array(seeds.length), homes: createMemo(REMEMBERED_KEYS) }),
    )
  }
  return found
}

/** `fallback` serves requests without a key. */
export function createHash(keyOf: (request: HashRequest) => string | undefined, fallback: Policy): Policy {
  return {
    pick(candidates, avoid, request) {
      const key = keyOf(request)
      if (key === undefined || key === '') return fallback.pick(candidates, avoid, request)
      return rendezvous(candidates, key, avoid)
    },
  }
}

/** The candidate that scores best for a key: the same in every isolate. */
export function rendezvous(candidates: readonly Member[], key: string, avoid: Avoided = NOBODY): Member | undefined {
  const { homes } = weighed(candidates)
  let home = homes.get(key)
  if (!home) {
    home = bestFor(key, candidates, NOBODY)
    if (home && key.length <= REMEMBERED_LENGTH) homes.set(key, home)
  }
  return home && avoid.has(home) ? bestFor(key, candidates, avoid) : home
}

function bestFor(key: string, candidates: readonly Member[], avoid: Avoided): Member | undefined {
  const { seeds, weights, hashes } = weighed(candidates)
  xxh32BySeeds(new TextEncoder().encode(key), seeds, hashes)
  let best: Member | undefined
  let bestScore = -1
  for (let i = 0; i < seeds.length; i++) {
    const h = ((hashes[i]! >>> 0) + 0.5) / 0x1_0000_0000
    // No score is more than this, which saves nearly all logarithms; the factor is far above what rounding may do.
    if (weights[i]! < bestScore * (1 - h) * 0.999_999) continue
    const score = -weights[i]! / Math.log(h)
    if (score > bestScore && !avoid.has(candidates[i]!)) {
      best = candidates[i]
      bestScore = score
    }
  }
  return best
}
