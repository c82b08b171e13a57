// `balance static-rr`: a fixed rotation made once from the configured weights; 3,2,1 give AABABC (seen on HAProxy 2.6.12).
// Weights changed at run time are ignored, as in HAProxy; only the set of candidates matters.

import type { Policy, PolicyPorts } from './policy.ts'
import type { Member } from './pool.ts'
import { slotsOf, walk } from './slots.ts'

export function createStaticRr({ random, randomStart }: PolicyPorts): Policy {
  let known: readonly Member[] | undefined
  let rotation: readonly Member[] = []
  let turn = 0
  return {
    pick(candidates, avoid) {
      if (candidates !== known) {
        rotation = slotsOf(candidates)
        if (known === undefined && randomStart) turn = Math.floor(random() * rotation.length)
        known = candidates
      }
      const place = walk(rotation.length, turn, candidates, avoid, (i) => rotation[i]!)
      if (place === undefined) return undefined
      turn = (place + 1) % rotation.length
      return rotation[place]
    },
  }
}
