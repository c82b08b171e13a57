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
  return {
    pick(candidates, avoid, request) {
      const full = fullOnes(candidates, factor)
      if (full.length === 0) return policy.pick(candidates, avoid, request)
      return policy.pick(candidates, new Set([...avoid, ...full]), request) ?? policy.pick(candidates, avoid, request)
    },
  }
}

/**
 * Those that have as many requests in progress as they may, this one counted; each may have one. `factor`: in percent of a server's share
 * by weight.
 */
function fullOnes(candidates: readonly Member[], factor: number): readonly Member[] {
  const total = sumOf(candidates, ({ status }) => status.weight)
  const places = Math.ceil(((sumOf(candidates, inProgress) + 1) * factor) / 100)
  let weightBefore = 0
  return candidates.filter((member) => {
    const share = (weight: number) => Math.floor((weight * places) / total)
    const before = weightBefore
    weightBefore += member.status.weight
    return inProgress(member) >= Math.max(1, share(weightBefore) - share(before))
  })
}

function inProgress({ inFlight, elsewhere }: Member): number {
  return inFlight + elsewhere
}

function sumOf(members: readonly Member[], valueOf: (member: Member) => number): number {
  return members.reduce((sum, member) => sum + valueOf(member), 0)
}
