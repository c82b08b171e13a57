// `hash-balance-factor`: a server that already has its share of the requests in progress is passed over, so that a popular key
// spreads to the next servers. HAProxy: configuration manual 4.2 "hash-balance-factor".

import type { Backend } from '../config/config.ts'
import type { Policy } from './policy.ts'
import type { Member } from './pool.ts'

/** The policy itself if the backend has no such factor. When all servers have their share, the policy decides alone. */
export function createBoundedLoad(
  policy: Policy,
  { hashBalanceFactor: factor }: Pick<Backend, 'hashBalanceFactor'>,
): Policy {
  if (factor === null) return policy
  let known: readonly Member[] | undefined
  /** The weights of those before each candidate, and its own with them. */
  let weights = new Map<Member, readonly [before: number, after: number]>()
  let total = 0
  return {
    pick(candidates, avoid, request) {
      if (candidates !== known) {
        known = candidates
        total = 0
        weights = new Map(candidates.map((member) => [member, [total, (total += member.status.weight)]]))
      }
      let inAll = 1
      for (const member of candidates) inAll += inProgress(member)
      const places = Math.ceil((inAll * factor) / 100)
      const bounded = { has: (member: Member) => avoid.has(member) || isFull(member, weights.get(member)!) }
      return policy.pick(candidates, bounded, request) ?? policy.pick(candidates, avoid, request)

      /** It has as many requests in progress as it may: its share by weight of `factor` percent of all, this one counted; each may have one. */
      function isFull(member: Member, [before, after]: readonly [number, number]): boolean {
        const share = (weight: number) => Math.floor((weight * places) / total)
        return inProgress(member) >= Math.max(1, share(after) - share(before))
      }
    },
  }
}

function inProgress({ inFlight, elsewhere }: Member): number {
  return inFlight + elsewhere
}
