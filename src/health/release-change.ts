// What an operator may ask of a backend's releases, and why it is refused. Pure.

import { nearest } from '../config/nearest.ts'
import { isShare } from './release-states.ts'
import type { Canary, LeftState } from './release-states.ts'
import type { ReleaseRecord } from './release-record.ts'

/** The states that a command may set; `kept` comes by itself. */
export const SET_RELEASE_STATES = ['canary', 'current', 'aborted', 'ended'] as const
export type SetReleaseState = (typeof SET_RELEASE_STATES)[number]

export interface ReleaseChange {
  /** Null: the canary. */
  readonly release: string | null
  readonly state?: SetReleaseState | undefined
  /** Of the clients, from 0 to 1. */
  readonly share?: number | undefined
  /** Even to a release of which too few servers are up. */
  readonly isForced?: boolean | undefined
}

/** `new`: it is in the list, and never served. */
export type ReleaseWord = 'current' | 'canary' | LeftState | 'new'

export function wordOfRelease(
  { current, canary, states }: Pick<ReleaseRecord, 'current' | 'canary' | 'states'>,
  release: string,
): ReleaseWord {
  if (release === current) return 'current'
  if (release === canary?.name) return 'canary'
  return Object.hasOwn(states, release) ? states[release]! : 'new'
}

/** Of the clients, from 0 to 1; null: it gets no new documents. */
export function shareOfRelease({ canary }: Pick<ReleaseRecord, 'canary'>, word: ReleaseWord): number | null {
  const share = canary?.share ?? 0
  if (word === 'canary') return share
  // 1 minus 0.9 is 0.09999999999999998.
  return word === 'current' ? Number((1 - share).toFixed(6)) : null
}

/** What is known of a backend when a change is asked for. */
export interface ReleaseFacts {
  readonly backend: string
  /** The list, oldest first. */
  readonly releases: readonly string[]
  readonly record: ReleaseRecord
  /** Servers of a release, by backend: of this one, and of those that follow it. */
  serversOf(release: string): readonly ReleaseServers[]
}

export interface ReleaseServers {
  readonly backend: string
  readonly all: number
  /** How many of them take new clients. */
  readonly up: number
}

export interface Refused {
  /** Why. */
  readonly problem: string
  /** It would be done if it were forced. */
  readonly isForcible?: boolean
}

export interface Planned {
  readonly release: string
  readonly current: string
  readonly canary: Canary | null
  /** What the release is set to apart from these two. */
  readonly left: Exclude<LeftState, 'kept'> | undefined
}

export function planRelease(facts: ReleaseFacts, change: ReleaseChange): Planned | Refused {
  const { backend, releases, record } = facts
  const { current, canary } = record
  const { state, share, isForced = false } = change
  if (share !== undefined && !isShare(share))
    return { problem: `a share must be from 0 % to 100 %, not ${percent(share)}` }
  if (change.release === null && !canary) return { problem: `${backend} has no canary: start one first` }
  const release = change.release ?? canary!.name
  if (!releases.includes(release)) return { problem: unknownText(backend, release, releases) }
  const name = `${backend}/${release}`
  const word = wordOfRelease(record, release)
  const stays = { release, current, canary, left: undefined }
  switch (state) {
    case undefined:
      if (share === undefined) return { problem: `${name}: nothing is asked for: a state, or a share` }
      if (word !== 'canary') return { problem: `${name} is ${word}, and only a canary has a share: start it first` }
      return { ...stays, canary: { name: release, share } }
    case 'canary':
      if (word === 'current') return { problem: `${name} is current: it has all clients already` }
      if (word === 'canary') return { problem: `${name} is the canary already: change its share` }
      if (canary) return { problem: otherCanaryText(backend, canary) }
      return capacityProblem(facts, release, isForced) ?? { ...stays, canary: { name: release, share: share ?? 0 } }
    case 'current':
      if (word === 'current') return { problem: `${name} is current already` }
      if (canary && word !== 'canary') return { problem: otherCanaryText(backend, canary) }
      return capacityProblem(facts, release, isForced) ?? { ...stays, current: release, canary: null }
    case 'aborted':
      if (word === 'current') return { problem: `${name} is current: promote another release instead` }
      if (word === 'new' || word === 'ended') return { problem: `${name} is ${word}: there is nothing to abort` }
      return { ...stays, canary: word === 'canary' ? null : canary, left: 'aborted' }
    case 'ended':
      if (word === 'current')
        return { problem: `${name} is current and cannot be ended: promote another release first` }
      return { ...stays, canary: word === 'canary' ? null : canary, left: 'ended' }
  }
}

function capacityProblem(
  { record: { current }, serversOf }: ReleaseFacts,
  release: string,
  isForced: boolean,
): Refused | undefined {
  if (isForced) return undefined
  const before = serversOf(current)
  const short = serversOf(release).findIndex(({ up }, i) => up === 0 || up < before[i]!.all / 2)
  if (short === -1) return undefined
  const { backend, all, up } = serversOf(release)[short]!
  return {
    problem: `${up} of ${all} servers of ${backend}/${release} take new clients, fewer than half of the ${before[short]!.all} of ${current}: wait for its checks, or force it`,
    isForcible: true,
  }
}

function otherCanaryText(backend: string, { name }: Canary): string {
  return `${backend}/${name} is the canary: promote or abort it first`
}

function unknownText(backend: string, release: string, releases: readonly string[]): string {
  const near = nearest(release, releases)
  return `${backend} has no release '${release}'${near === undefined ? '' : `; did you mean '${near}'?`}`
}

/** `12.5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
