// The releases of every backend that has some: which one is current, which one a canary, how long the others are kept. Pure, as
// server-registry.ts, which says whose servers are up.

import type { Backend, Config } from '../config/config.ts'
import { namesOf } from '../config/names.ts'
import { servesRelease } from '../config/serves-release.ts'
import type { Releases } from '../config/options/releases.ts'
import { rightsOf } from '../server/states.ts'
import { percent, planRelease, shareOfRelease, wordOfRelease } from './release-change.ts'
import type { Refused, ReleaseChange, ReleaseWord } from './release-change.ts'
import { adoptReleases, movedTo } from './release-record.ts'
import type { ReleaseRecord } from './release-record.ts'
import type { ReleaseStatesByBackend } from './release-states.ts'
import type { ServerRegistry } from './server-registry.ts'

/** What `show releases` tells of one. Views go to isolates of other versions: they may gain fields, and lose none. */
export interface ReleaseView {
  readonly backend: string
  readonly release: string
  readonly state: ReleaseWord
  /** Of the clients, from 0 to 1; null: it gets no new documents. */
  readonly share: number | null
  /** Its servers, and those of them that take new clients. */
  readonly servers: number
  readonly up: number
  /** Unix milliseconds: since when it is what it is; null: it never served. */
  readonly sinceMs: number | null
  /** Who made it so; null: the configuration, or time. */
  readonly who: string | null
  /** Unix milliseconds: when it ends; null: it does not end by time. */
  readonly untilMs: number | null
}

export interface ReleaseTransition {
  readonly backend: string
  readonly release: string
  /** `new`, `canary 10 %`, `current`. */
  readonly from: string
  readonly to: string
}

/** A release that clients have pages of has lost its last server for new clients, or has one again. */
export interface ReleaseServersChange {
  /** The one that has the servers: it may follow another's releases. */
  readonly backend: string
  readonly release: string
  readonly isEmpty: boolean
  /** The release that its clients get meanwhile; null: none has a server. */
  readonly to: string | null
}

export interface ReleaseRegistry {
  /** Backends with releases, by name. */
  readonly records: ReadonlyMap<string, ReleaseRecord>
  /** Undefined: this backend has no releases. */
  change(
    backend: string,
    change: ReleaseChange,
    who: string,
    nowMs: number,
  ): readonly ReleaseTransition[] | Refused | undefined
  /** Ends those that were kept long enough. */
  endKept(nowMs: number): readonly ReleaseTransition[]
  /** What has changed since it was asked last. What a deploy or a command has changed is told by itself, and is not said here. */
  judgeServers(): readonly ReleaseServersChange[]
  /** Unix milliseconds; undefined: nothing ends by time. */
  nextEndMs(): number | undefined
  views(): readonly ReleaseView[]
  states(): ReleaseStatesByBackend
}

interface Owner {
  readonly backend: Backend
  /** Itself, and backends that follow it. */
  readonly group: readonly string[]
  readonly releases: Releases
}

/** A release that should have ended, and is the last with servers, is looked at again after this time. */
const AGAIN_MS = 60_000

export function createReleaseRegistry(
  config: Config,
  saved: ReadonlyMap<string, ReleaseRecord>,
  servers: Pick<ServerRegistry, 'entries' | 'stateOf'>,
  nowMs: number,
): ReleaseRegistry {
  const owners = new Map<string, Owner>()
  const records = new Map<string, ReleaseRecord>()
  /** By backend: when what is due was last found to be needed still. */
  const triedMs = new Map<string, number>()
  for (const backend of config.backends) {
    const { name, releases } = backend
    if (releases?.owner.name !== name) continue
    const group = config.backends.filter((each) => each.releases?.owner.name === name).map((each) => each.name)
    owners.set(name, { backend, group: [name, ...group.filter((each) => each !== name)], releases })
    records.set(name, adoptReleases(releases, saved.get(name), nowMs))
  }
  let served = servedNow()

  return {
    records,
    change(name, change, who, atMs) {
      const owner = owners.get(name)
      if (!owner) return undefined
      const before = records.get(name)!
      const planned = planRelease(
        {
          backend: name,
          releases: owner.releases.list.map((release) => release.name),
          record: before,
          serversOf: (release) => owner.group.map((backend) => ({ backend, ...serversOf(backend, release) })),
        },
        change,
      )
      if ('problem' in planned) return planned
      const by = { atMs, who }
      const { release, current, canary, left } = planned
      const isLast = left === 'ended' && wordOfRelease(before, release) === 'kept' && isNeeded(name, before, release)
      if (isLast && !change.isForced) {
        return {
          problem: `${name}/${release} is the last release with a server for new clients: force it, or bring up others`,
          isForcible: true,
        }
      }
      // A command about what is configured now outlasts a return to what was.
      const moved = { ...movedTo(before, current, canary, by), aside: null }
      set(name, left === undefined ? moved : withLeft(moved, release, left, by))
      const transitions = differences(name, before)
      return [...transitions, ...endDue(name, atMs)]
    },
    endKept: (atMs) => [...owners.keys()].flatMap((name) => endDue(name, atMs)),
    judgeServers() {
      const before = served
      served = servedNow()
      return [...served].flatMap(([key, now]) => {
        const { backend, release, owner, isEmpty } = now
        if ((before.get(key)?.isEmpty ?? isEmpty) === isEmpty) return []
        return [{ backend, release, isEmpty, to: isEmpty ? fallbackOf(backend, owner) : null }]
      })
    },
    nextEndMs() {
      const ends = [...owners.keys()].flatMap((name) => {
        const dueMs = Math.min(...keptOf(name).map(({ endMs }) => endMs))
        return dueMs === Infinity ? [] : [Math.max(dueMs, (triedMs.get(name) ?? -Infinity) + AGAIN_MS)]
      })
      return ends.length > 0 ? Math.min(...ends) : undefined
    },
    views: () => [...owners.values()].flatMap(viewsOf),
    states() {
      const all = [...owners.values()].flatMap(({ backend }) => {
        const { current, canary, states, n } = records.get(backend.name)!
        return namesOf(backend).map((name) => [name, { current, canary, states, n }] as const)
      })
      return Object.fromEntries(all)
    },
  }

  /** Releases of which clients have pages, in each backend that has them. */
  function servedNow() {
    const all = [...owners].flatMap(([owner, { group, releases }]) =>
      releases.list
        .map(({ name }) => name)
        .filter((release) => !['new', 'ended'].includes(wordOfRelease(records.get(owner)!, release)))
        .flatMap((release) =>
          group.map((backend) => ({ backend, release, owner, isEmpty: serversOf(backend, release).up === 0 })),
        ),
    )
    return new Map(all.map((each) => [`${each.backend}/${each.release}`, each]))
  }

  /** As requests fall back: to the current one, then those kept, the newest first. */
  function fallbackOf(backend: string, owner: string): string | null {
    const { current, states } = records.get(owner)!
    const { list } = owners.get(owner)!.releases
    const kept = list.map(({ name }) => name).filter((name) => name !== current && states[name] === 'kept')
    return [current, ...kept.toReversed()].find((release) => serversOf(backend, release).up > 0) ?? null
  }

  function set(name: string, record: ReleaseRecord): void {
    records.set(name, record)
  }

  /** Kept releases, the latest first, each with when it ends: those beyond the configured number are due at once. */
  function keptOf(name: string): readonly { readonly release: string; readonly endMs: number }[] {
    const { keptMs, keptCount } = owners.get(name)!.releases
    const { states, since } = records.get(name)!
    return Object.entries(states)
      .filter(([, state]) => state === 'kept')
      .map(([release]) => ({ release, sinceMs: since[release]?.atMs ?? nowMs }))
      .toSorted((a, b) => b.sinceMs - a.sinceMs)
      .map(({ release, sinceMs }, i) => ({
        release,
        endMs: keptMs === null ? (i < keptCount! ? Infinity : sinceMs) : sinceMs + keptMs,
      }))
  }

  function endDue(name: string, atMs: number): readonly ReleaseTransition[] {
    const before = records.get(name)!
    triedMs.delete(name)
    for (const { release, endMs } of keptOf(name).toReversed()) {
      if (endMs > atMs) continue
      const record = records.get(name)!
      if (isNeeded(name, record, release)) triedMs.set(name, atMs)
      else set(name, withLeft({ ...record, n: record.n + 1 }, release, 'ended', { atMs, who: null }))
    }
    return differences(name, before)
  }

  /** Whether it alone has servers for new clients: it is what documents fall back to. */
  function isNeeded(name: string, record: ReleaseRecord, release: string): boolean {
    const others = [record.current, record.canary?.name, ...Object.keys(record.states)].filter(
      (other) => other !== undefined && other !== release && isServing(wordOfRelease(record, other)),
    )
    return owners
      .get(name)!
      .group.some(
        (backend) => serversOf(backend, release).up > 0 && others.every((other) => serversOf(backend, other!).up === 0),
      )
  }

  function differences(name: string, before: ReleaseRecord): readonly ReleaseTransition[] {
    const after = records.get(name)!
    return [...new Set([...Object.keys(before.since), ...Object.keys(after.since)])].flatMap((release) => {
      const [from, to] = [before, after].map((record) => textOf(record, release))
      return from === to ? [] : [{ backend: name, release, from: from!, to: to! }]
    })
  }

  function viewsOf({ backend: { name }, releases: { list } }: Owner): readonly ReleaseView[] {
    const record = records.get(name)!
    const ends = new Map(keptOf(name).map(({ release, endMs }) => [release, endMs]))
    return list.map(({ name: release }) => {
      const state = wordOfRelease(record, release)
      const { all, up } = serversOf(name, release)
      const since = Object.hasOwn(record.since, release) ? record.since[release]! : null
      const endMs = ends.get(release) ?? Infinity
      return {
        backend: name,
        release,
        state,
        share: shareOfRelease(record, state),
        servers: all,
        up,
        sinceMs: since?.atMs ?? null,
        who: since?.who ?? null,
        untilMs: endMs === Infinity ? null : endMs,
      }
    })
  }

  function serversOf(name: string, release: string): { readonly all: number; readonly up: number } {
    const own = [...servers.entries.values()].filter(
      ({ backend, server }) => backend.name === name && servesRelease(server, release),
    )
    const up = own.filter((entry) => {
      const state = servers.stateOf(entry)
      return rightsOf(state).candidate && state.weight > 0
    })
    return { all: own.length, up: up.length }
  }
}

function isServing(word: ReleaseWord): boolean {
  return word === 'current' || word === 'canary' || word === 'kept'
}

function textOf(record: ReleaseRecord, release: string): string {
  const word = wordOfRelease(record, release)
  return word === 'canary' ? `canary ${percent(record.canary!.share)}` : word
}

function withLeft(
  record: ReleaseRecord,
  release: string,
  left: 'aborted' | 'ended',
  by: ReleaseRecord['since'][string],
): ReleaseRecord {
  const isSame = record.states[release] === left
  return {
    ...record,
    states: Object.fromEntries([...Object.entries(record.states), [release, left]]),
    since: isSame ? record.since : Object.fromEntries([...Object.entries(record.since), [release, by]]),
  }
}
