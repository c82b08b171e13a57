// Hands an unused round-robin turn to the next new client.

import type { Member, Pool } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'

/**
 * A turn taken for a key whose server turned out to be known goes to the next new client. Otherwise, under
 * roundrobin, returning clients would decide where new ones go.
 */
export function createTurns({ balance }: Backend, pool: Pool) {
  const isByTurns = balance.policy === 'roundrobin' || balance.policy === 'static-rr'
  let spare: Member | undefined
  return {
    next(pick: () => Member | undefined): Member | undefined {
      const kept = spare
      spare = undefined
      return kept && pool.candidates().includes(kept) ? kept : pick()
    },
    giveBack(member: Member): void {
      if (isByTurns) spare = member
    },
  }
}
