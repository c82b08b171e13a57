// A stick table as one isolate sees it: keys read lately need no call; a table that does not answer in time is
// left alone for a moment, logged once, and delays no request.

import { createMemo } from '../memo.ts'
import type { StickStore } from './stick-store.ts'
import { isDue } from './table.ts'
import type { Claimed, Entry, Kind, LifeLimits, Target } from './table.ts'

export interface TableClientPorts {
  /** Unix milliseconds. */
  now(): number
  onFailure(error: unknown): void
}

export interface TableClientOptions extends LifeLimits {
  readonly cacheMs: number
  readonly timeoutMs: number
}

/** The result, or that the table cannot be reached. */
export type Answer<T> = { readonly value: T } | { readonly unreachable: true }

export interface TableClient {
  /** What this isolate knows; undefined: the table must be asked. */
  known(key: string): Entry | undefined
  /** What this isolate read last, however long ago: for as long as the table cannot be asked. */
  remembered(key: string): Entry | undefined
  match(key: string): Promise<Answer<Entry | undefined>>
  claim(key: string, target: Target, gone: readonly string[], source?: string): Promise<Answer<Claimed>>
  store(key: string, target: Target, kind: Kind, source?: string): Promise<Answer<Entry | undefined>>
  /** Whether a use now must be written so that the entry lives long enough. */
  isDue(entry: Entry): boolean
}

/** How many keys of a table an isolate remembers. */
const CACHED_KEYS = 10_000
/** After a failure the table is not asked for this long. */
const PAUSE_MS = 1_000

export function createTableClient(
  store: StickStore,
  options: TableClientOptions,
  ports: TableClientPorts,
): TableClient {
  const cache = createMemo<{ readonly entry: Entry; readonly readMs: number }>(CACHED_KEYS)
  let failedMs = Number.NEGATIVE_INFINITY
  let isFailing = false

  return {
    known(key) {
      const found = live(key)
      return found && ports.now() - found.readMs < options.cacheMs ? found.entry : undefined
    },
    remembered: (key) => live(key)?.entry,
    match: (key) => asking(async () => noted(key, await store.match(key))),
    claim: (key, target, gone, source) =>
      asking(async () => {
        const { entry, isNew } = await store.claim(key, target, gone, source)
        return { entry: noted(key, entry), isNew }
      }),
    store: (key, target, kind, source) => asking(async () => noted(key, await store.store(key, target, kind, source))),
    isDue: (entry) => isDue(entry, options, ports.now()),
  }

  function live(key: string) {
    const found = cache.get(key)
    return found && found.entry.untilMs > ports.now() ? found : undefined
  }

  function noted(key: string, entry: Entry | undefined): Entry | undefined {
    if (entry) cache.set(key, { entry, readMs: ports.now() })
    return entry
  }

  async function asking<T>(work: () => Promise<T>): Promise<Answer<T>> {
    // A clock that has gone back does not make the pause longer.
    if (Math.abs(ports.now() - failedMs) < PAUSE_MS) return { unreachable: true }
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`no answer in ${options.timeoutMs} ms`)), options.timeoutMs)
    try {
      const value = await Promise.race([work(), late])
      isFailing = false
      return { value }
    } catch (error) {
      failedMs = ports.now()
      // Logged once per outage, not per request.
      if (!isFailing) ports.onFailure(error)
      isFailing = true
      return { unreachable: true }
    } finally {
      clearTimeout(timer)
    }
  }
}
