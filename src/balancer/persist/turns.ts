// Hands an unused round-robin turn to the next new client.

import type { Member } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'

/**
 * A turn taken for a key whose server turned out to be known goes to the next new client. Otherwise, under
 * roundrobin, returning clients would decide where new ones go.
 */
export function createTurns({ balance }: Backend) {
  const isByTurns = balance.policy === 'roundrobin' || balance.policy === 'static-rr'
  let spare: Member | undefined
  return {
    next(pick: () => Member | undefined, candidates: readonly Member[]): Member | undefined {
      const kept = spare
      spare = undefined
      return kept && candidates.includes(kept) ? kept : pick()
    },
    giveBack(member: Member): void {
      if (isByTurns) spare = member
    },
  }
}
