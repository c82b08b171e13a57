// What changes for clients that have a page of a release: which releases come and go, which one is current, which servers change theirs,
// and whether the pins that clients have are still read.

import type { Backend, Server } from '../config/config.ts'
import { namesOf } from '../config/names.ts'
import type { Releases } from '../config/options/releases.ts'
import { EVERY_RELEASE, servesRelease } from '../config/serves-release.ts'
import { standingsOf } from '../releases/standing.ts'
import type { Pair } from './pairs.ts'

/** `empty`: it had servers, and has none any more. */
export type ReleaseFate = 'stays' | 'new' | 'gone' | 'empty'

export interface ReleaseDifference {
  readonly release: string
  readonly fate: ReleaseFate
  /** Of one that is gone or empty: the release that its clients get; null: none, or a status in place of one. */
  readonly to: string | null
}

export interface ReleasesDifference {
  /** Those of the first configuration, oldest first, then the new ones. */
  readonly releases: readonly ReleaseDifference[]
  /** Null: the backend has no releases. */
  readonly currentBefore: string | null
  readonly currentAfter: string | null
  /** Of the second configuration; null: it has no releases. */
  readonly documents: Releases['documents'] | null
  /** Servers that run another release than before; null: none. */
  readonly servers: readonly {
    readonly server: string
    readonly before: string | null
    readonly after: string | null
  }[]
  /** Why pins that clients have are of no more use, and what to write. Null: they are read as before, or there were none. */
  readonly pinProblem: string | null
}

/** Null: neither configuration has releases here. */
export function releasesDifference(
  before: Backend | undefined,
  after: Backend | undefined,
  servers: readonly Pair<Server>[],
): ReleasesDifference | null {
  const [was, is] = [before?.releases ?? null, after?.releases ?? null]
  if (!was && !is) return null
  const [listed, today] = [was, is].map((each) => each?.list.map(({ name }) => name) ?? []) as [string[], string[]]
  const next = after && is ? nextOf(after, is) : null
  return {
    releases: [
      ...listed.map((release): ReleaseDifference => {
        if (!today.includes(release)) return { release, fate: 'gone', to: next }
        const isEmpty = runs(before!, release) && !runs(after!, release)
        const hasStatus = after!.onDown !== 'redispatch' || after!.redispatch === 0
        return isEmpty ? { release, fate: 'empty', to: hasStatus ? null : next } : { release, fate: 'stays', to: null }
      }),
      ...today
        .filter((release) => !listed.includes(release))
        .map((release): ReleaseDifference => ({ release, fate: 'new', to: null })),
    ],
    currentBefore: was?.current ?? null,
    currentAfter: is?.current ?? null,
    documents: is?.documents ?? null,
    servers: servers.flatMap(({ before: old, after: server }) =>
      old && server && old.release !== server.release
        ? [{ server: server.name, before: old.release, after: server.release }]
        : [],
    ),
    pinProblem: was && is ? pinProblemOf(was, is) : null,
  }
}

/**
 * Whether a client of `old`, which `server` would get by its cookie or an entry, may stay there: its release comes first. Under
 * `documents: 'current'`, who is on another release than the current one moves with the next document, whatever changes.
 */
export function keepsRelease(before: Backend, after: Backend, old: Server, server: Server): boolean {
  const [was, is] = [before.releases, after.releases]
  if (!is) return true
  if (is.documents === 'current')
    return servesRelease(server, is.current) || (was?.documents === 'current' && !servesRelease(old, was.current))
  // Without a pin the server says which release it is.
  if (!was || old.release === null || old.release === EVERY_RELEASE || pinProblemOf(was, is) !== null) return true
  const isListed = is.list.some(({ name }) => name === old.release)
  return servesRelease(server, isListed ? old.release : is.current)
}

function runs({ servers }: Backend, release: string): boolean {
  return servers.some((server) => servesRelease(server, release))
}

/** Where clients go that are of no release. */
function nextOf(after: Backend, releases: Releases): string | null {
  return standingsOf(releases, undefined).others.find((release) => runs(after, release)) ?? null
}

function pinProblemOf(was: Releases, is: Releases): string | null {
  if (is.cookie.name !== was.cookie.name) return `their cookie's name was ${was.cookie.name} and is ${is.cookie.name}`
  if (namesOf(is.owner).includes(was.owner.name)) return null
  const { name } = was.owner
  return `they are sealed for backend '${name}': write formerly: ['${name}'] in ${is.owner.name}`
}
