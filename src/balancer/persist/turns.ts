// Turns of a rotating policy that were taken and not needed.

import type { Member, Pool } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'

/**
 * A turn that was taken for a key whose server was known already is given to the next new client: else, under
 * roundrobin, who comes between new clients would decide where these go.
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
