// What became of a request where its backend has releases, and what each release may do now.

import { underAnyName } from '../config/names.ts'
import type { Releases } from '../config/options/releases.ts'
import { shareOfRelease, wordOfRelease } from '../health/release-change.ts'
import { standingsOf } from '../releases/standing.ts'
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
  const own = set && underAnyName(releases.owner, set)
  const { current, canary } = standingsOf(releases, own)
  return releases.list.map(({ name }) => {
    const state = wordOfRelease({ current, canary, states: own?.states ?? {} }, name)
    return { release: name, state, share: shareOfRelease({ canary }, state) }
  })
}
