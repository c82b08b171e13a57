// What became of a request where its backend has releases, and what each release may do now.

import { namesOf } from '../config/names.ts'
import type { Releases } from '../config/options/releases.ts'
import { wordOfRelease } from '../health/release-change.ts'
import { standingsOf } from '../releases/standing.ts'
import type { SetStates } from '../releases/standing.ts'
import type { BackendNotes } from './backend-notes.ts'
import type { ReleaseReading } from './explanation.ts'
import type { Facts } from './facts.ts'

/** Null: the backend has none, or the request got an answer before it came to them. */
export function readRelease(
  { way, release, runtime }: Pick<BackendNotes, 'way' | 'release' | 'runtime'>,
  { cookieKeys, releases: set }: Facts,
): ReleaseReading | null {
  const { releases } = runtime.backend
  if (!way || !releases) return null
  return {
    kind: way.kind,
    // Without a key nobody can tell.
    pin: cookieKeys.length === 0 && way.pin.verdict !== 'none' ? 'no-key' : way.pin.verdict,
    name: release?.name ?? null,
    by: release?.by ?? null,
    arm: release?.arm ?? null,
    states: statesOf(releases, set),
  }
}

function statesOf(releases: Releases, set: Facts['releases']): ReleaseReading['states'] {
  const own = set && setOf(releases, set)
  const { current, canary } = standingsOf(releases, own)
  return releases.list.map(({ name }) => {
    const state = wordOfRelease({ current, canary, states: own?.states ?? {} }, name)
    const canaryShare = canary?.share ?? 0
    return {
      release: name,
      state,
      // 1 minus 0.9 is 0.09999999999999998.
      share: state === 'current' ? Number((1 - canaryShare).toFixed(6)) : state === 'canary' ? canaryShare : null,
    }
  })
}

/** A balancer that runs from before a rename has the former name. */
function setOf({ owner }: Releases, set: NonNullable<Facts['releases']>): SetStates | undefined {
  const known = namesOf(owner).find((name) => Object.hasOwn(set, name))
  return known === undefined ? undefined : set[known]
}
