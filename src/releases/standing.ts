// What each release of a backend may do now: of the configuration, and of what an operator has set since.

import type { Releases } from '../config/options/releases.ts'
import type { LeftState, ReleaseStates } from '../health/release-states.ts'

/** What an operator has set. */
export type SetStates = Omit<ReleaseStates, 'n'>

/** `kept`: serves the pages that were loaded from it. `aborted`: the same, and keeps nobody's documents. `ended`: serves nothing. */
export type Standing = 'current' | 'canary' | LeftState

export interface Standings {
  readonly current: string
  readonly canary: ReleaseStates['canary']
  /** Undefined: it is not in the list. */
  of(release: string): Standing | undefined
  /** Where requests go whose release has no server left: the current one, then those kept, the newest first. */
  readonly others: readonly string[]
  /** More than one serves. */
  readonly areSeveral: boolean
}

/** `states`: undefined, nothing was set. Names that are not in the list count for nothing. */
export function standingsOf({ list, current: configured }: Releases, states: SetStates | undefined): Standings {
  const names = list.map(({ name }) => name)
  const isListed = (name: string | undefined) => name !== undefined && names.includes(name)
  const current = isListed(states?.current) ? states!.current : configured
  const canary = states?.canary && isListed(states.canary.name) && states.canary.name !== current ? states.canary : null
  const left = new Map(
    names.map((name) => [name, Object.hasOwn(states?.states ?? {}, name) ? states!.states[name] : undefined]),
  )
  const of = (name: string): Standing | undefined => {
    if (name === current) return 'current'
    if (name === canary?.name) return 'canary'
    // One of which nothing was said has pages in tabs if it served before, and is asked by nobody if it did not.
    return left.has(name) ? (left.get(name) ?? 'kept') : undefined
  }
  const isProven = (name: string, place: number) =>
    left.get(name) === 'kept' || (left.get(name) === undefined && place < names.indexOf(current))
  return {
    current,
    canary,
    of,
    others: [current, ...names.filter((name, place) => of(name) === 'kept' && isProven(name, place)).toReversed()],
    areSeveral: names.filter((name) => of(name) !== 'ended').length > 1,
  }
}
