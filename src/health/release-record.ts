// What is stored about a backend's releases, and what becomes of it under today's configuration. Pure; release-registry.ts changes it.

import type { Releases } from '../config/options/releases.ts'
import { isObject, readCanary, readLeft } from './release-states.ts'
import type { Canary, LeftState } from './release-states.ts'

/** What the operator has set: it holds as long as the configured release stays what it was. */
interface Override {
  /** The configured `current` under which it was set. */
  readonly configured: string
  readonly current: string
  readonly canary: Canary | null
}

/** One backend's row in the Monitor's storage. */
export interface ReleaseRecord extends Override {
  /** By release. */
  readonly states: Readonly<Record<string, LeftState>>
  /** By release: when it became what it is, and by whom; null: by the configuration, or by time. */
  readonly since: Readonly<Record<string, { readonly atMs: number; readonly who: string | null }>>
  /** By release that is no longer in the list: since when, in Unix milliseconds. */
  readonly gone: Readonly<Record<string, number>>
  /** Applies again if the configured value returns within a day: in a gradual deployment, after a roll-back. */
  readonly aside: (Override & { readonly sinceMs: number }) | null
  /** Grows with every change. */
  readonly n: number
}

/** How long what another configuration has replaced is kept, and what is said of releases that are in no list. */
const ASIDE_MS = 86_400_000

/** `saved` under this configuration. A release that the list lacks stays for a day: the other version of a deployment may have it. */
export function adoptReleases(
  { list, current }: Releases,
  saved: ReleaseRecord | undefined,
  nowMs: number,
): ReleaseRecord {
  if (!saved) {
    const since = { [current]: { atMs: nowMs, who: null } }
    return { configured: current, current, canary: null, states: {}, since, gone: {}, aside: null, n: 0 }
  }
  return withoutGone(underConfigured(saved, current, nowMs), new Set(list.map(({ name }) => name)), nowMs)
}

/** Another configured release ends the override, and puts it aside. */
function underConfigured(saved: ReleaseRecord, configured: string, nowMs: number): ReleaseRecord {
  const waiting = saved.aside && nowMs - saved.aside.sinceMs < ASIDE_MS ? saved.aside : null
  if (saved.configured === configured) return { ...saved, aside: waiting }
  const isRestored = waiting?.configured === configured
  const { current, canary } = isRestored ? waiting : { current: configured, canary: null }
  const isOverride = saved.current !== saved.configured || saved.canary !== null
  const { configured: before, current: was, canary: had } = saved
  const aside = isOverride ? { configured: before, current: was, canary: had, sinceMs: nowMs } : null
  const moved = movedTo(saved, current, canary, { atMs: nowMs, who: null })
  return { ...moved, configured, aside: aside ?? (isRestored ? null : waiting) }
}

/** What was current or canary, and is neither now, is kept. */
export function movedTo(
  record: ReleaseRecord,
  current: string,
  canary: Canary | null,
  by: ReleaseRecord['since'][string],
): ReleaseRecord {
  const states = new Map(Object.entries(record.states))
  const since = new Map(Object.entries(record.since))
  const before = namesIn(record)
  const now = namesIn({ current, canary })
  for (const release of before.filter((each) => !now.includes(each))) {
    states.set(release, 'kept')
    since.set(release, by)
  }
  for (const release of now) states.delete(release)
  if (current !== record.current) since.set(current, by)
  if (canary && canary.name !== record.canary?.name) since.set(canary.name, by)
  return {
    ...record,
    current,
    canary,
    states: Object.fromEntries(states),
    since: Object.fromEntries(since),
    n: record.n + 1,
  }
}

function namesIn({ current, canary }: Pick<Override, 'current' | 'canary'>): readonly string[] {
  return canary ? [current, canary.name] : [current]
}

/** Forgets releases that have been in no list for a day. */
function withoutGone(record: ReleaseRecord, listed: ReadonlySet<string>, nowMs: number): ReleaseRecord {
  const named = [...namesIn(record), ...Object.keys(record.states)]
  const gone = named
    .filter((release) => !listed.has(release))
    .map((release) => [release, Object.hasOwn(record.gone, release) ? record.gone[release]! : nowMs] as const)
  const over = new Set(gone.filter(([, sinceMs]) => nowMs - sinceMs >= ASIDE_MS).map(([release]) => release))
  const waits = Object.fromEntries(gone.filter(([release]) => !over.has(release)))
  if (over.size === 0) return { ...record, gone: waits }
  const current = over.has(record.current) ? record.configured : record.current
  const isTried = record.canary && !over.has(record.canary.name) && record.canary.name !== current
  const stays = movedTo(record, current, isTried ? record.canary : null, { atMs: nowMs, who: null })
  const without = <T>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([release]) => !over.has(release)))
  return { ...stays, states: without(stays.states), since: without(stays.since), gone: waits }
}

/** A row as it was saved. Undefined: nothing of it can be read, and the backend starts as configured. */
export function readReleaseRecord(text: string): ReleaseRecord | undefined {
  const saved = parsed(text)
  if (!isObject(saved)) return undefined
  const { configured, current, states, since, gone, aside, n } = saved
  if (typeof configured !== 'string' || typeof current !== 'string') return undefined
  return {
    configured,
    current,
    canary: readCanary(saved['canary']),
    states: readLeft(states),
    since: readSince(since),
    gone: readTimes(gone),
    aside: readAside(aside),
    n: isTime(n) ? n : 0,
  }
}

function readSince(value: unknown): ReleaseRecord['since'] {
  const entries = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(
    entries.flatMap(([release, at]) =>
      isObject(at) && isTime(at['atMs'])
        ? [[release, { atMs: at['atMs'], who: typeof at['who'] === 'string' ? at['who'] : null }]]
        : [],
    ),
  )
}

function readTimes(value: unknown): Readonly<Record<string, number>> {
  const entries = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(entries.filter(([, atMs]) => isTime(atMs))) as Record<string, number>
}

function readAside(value: unknown): ReleaseRecord['aside'] {
  if (!isObject(value)) return null
  const { configured, current, canary, sinceMs } = value
  if (typeof configured !== 'string' || typeof current !== 'string' || !isTime(sinceMs)) return null
  return { configured, current, canary: readCanary(canary), sinceMs }
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
