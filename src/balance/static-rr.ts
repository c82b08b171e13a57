// `balance static-rr`: a fixed rotation made once from the configured weights; 3,2,1 give AABABC (seen on HAProxy 2.6.12).
// Weights changed at run time are ignored, as in HAProxy; only the set of candidates matters.

import { without } from './policy.ts'
import type { Policy, PolicyPorts } from './policy.ts'
import type { Member } from './pool.ts'
import { slotsOf } from './slots.ts'

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
