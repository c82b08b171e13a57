// The entries that are in memory: bounded, and those used longest ago make room, except for keys that are near a limit: a client that
// makes keys up cannot wash away what it has been counted with.

import type { Entry } from './entry.ts'
import { newEntry } from './entry.ts'
import type { Layout } from './layout.ts'
import { createLinkedMap } from './linked-map.ts'

export interface Entries {
  /** Its life is not prolonged. */
  find(key: string, nowMs: number): Entry | undefined
  /** The entry or a new one, which lives from now on. Undefined: there is no room. */
  open(key: string, nowMs: number): Entry | undefined
  touch(entry: Entry, nowMs: number): void
  remove(key: string): boolean
  count(): number
  /** Those used last come last. */
  all(nowMs: number): Iterable<Entry>
}

export interface EntryLimits {
  readonly size: number
  /** Null: entries do not expire. */
  readonly expireMs: number | null
  /** A full table refuses new keys. */
  readonly nopurge: boolean
}

/** So many of the oldest are asked whether they may go. */
const SPARED = 16

export function createEntries(layout: Layout, { size, expireMs, nopurge }: EntryLimits): Entries {
  /** In the order of their last use. */
  const entries = createLinkedMap<Entry>()

  function find(key: string, nowMs: number): Entry | undefined {
    const entry = entries.get(key)
    if (entry && entry.untilMs <= nowMs) {
      entries.delete(key)
      return undefined
    }
    return entry
  }

  function touch(entry: Entry, nowMs: number): void {
    entry.untilMs = Math.max(entry.untilMs, expireMs === null ? Number.MAX_SAFE_INTEGER : nowMs + expireMs)
    // What has been evicted since is not taken in again.
    if (entries.get(entry.key) !== entry) return
    entries.delete(entry.key)
    entries.set(entry.key, entry)
  }

  function hasRoom(nowMs: number): boolean {
    if (entries.size < size) return true
    for (const [key, { untilMs }] of entries) {
      if (untilMs > nowMs) break
      entries.delete(key)
    }
    if (entries.size < size) return true
    if (nopurge) return false
    let asked = 0
    for (const [key, entry] of entries) {
      entries.delete(key)
      if (!entry.isHot || (asked += 1) > SPARED) break
      // It goes to the end: it is not asked again at once.
      entries.set(key, entry)
    }
    return true
  }

  return {
    find,
    open(key, nowMs) {
      let entry = find(key, nowMs)
      if (!entry) {
        if (!hasRoom(nowMs)) return undefined
        entries.set(key, (entry = newEntry(key, layout)))
      }
      touch(entry, nowMs)
      return entry
    },
    touch,
    remove: (key) => entries.delete(key),
    count: () => entries.size,
    *all(nowMs) {
      for (const entry of entries.values()) if (entry.untilMs > nowMs) yield entry
    },
  }
}
