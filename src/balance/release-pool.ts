// Some servers of a backend as a pool: those of one release, or those of none. Their states are the backend's.

import type { Backend } from '../config/config.ts'
import { servesRelease } from '../config/serves-release.ts'
import { selectCandidates } from './pool.ts'
import type { Member, Pool } from './pool.ts'

/** `release`: null, the servers that serve all releases. */
export function createReleasePool(pool: Pool, { allbackups }: Backend, release: string | null): Pool {
  const members = pool.members.filter(({ server }) =>
    release === null ? server.release === null : servesRelease(server, release),
  )
  let known: readonly Member[] | undefined
  let candidates: readonly Member[] = []
  return {
    members,
    // The backend's list is another one whenever a state has changed.
    candidates() {
      const all = pool.candidates()
      if (all !== known) {
        known = all
        candidates = selectCandidates(members, allbackups)
      }
      return candidates
    },
    servable: pool.servable,
    skippedBySlowstart: pool.skippedBySlowstart,
    update: pool.update,
  }
}
