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
  /** Whether others are evicted first. */
  spare(entry: Entry, isSpared: boolean): void
  remove(key: string): boolean
  count(): number
  /** Those used last come last, among those that are spared and among the others. */
  all(nowMs: number): Iterable<Entry>
}

export interface EntryLimits {
  readonly size: number
  /** Null: entries do not expire. */
  readonly expireMs: number | null
  /** A full table refuses new keys. */
  readonly nopurge: boolean
}

export interface EntryPorts {
  /** An entry that was spared is still near a limit. */
  isHot(entry: Entry, nowMs: number): boolean
  /** Called with an entry that was evicted to make room. */
  evicted(entry: Entry): void
}

/** How many of the oldest entries are looked at before one is evicted whatever it holds. */
const ASKED = 16

export function createEntries(
  layout: Layout,
  { size, expireMs, nopurge }: EntryLimits,
  { isHot, evicted }: EntryPorts,
): Entries {
  /** In the order of their last use. */
  const plain = createLinkedMap<Entry>()
  const spared = createLinkedMap<Entry>()
  const both = [plain, spared]
  const count = () => plain.size + spared.size
  const remove = (key: string) => plain.delete(key) || spared.delete(key)

  function find(key: string, nowMs: number): Entry | undefined {
    const entry = plain.get(key) ?? spared.get(key)
    if (entry && entry.untilMs <= nowMs) {
      remove(key)
      return undefined
    }
    return entry
  }

  function touch(entry: Entry, nowMs: number): void {
    entry.untilMs = Math.max(entry.untilMs, expireMs === null ? Number.MAX_SAFE_INTEGER : nowMs + expireMs)
    const own = entry.isHot ? spared : plain
    // What has been evicted since is not taken in again.
    if ((plain.get(entry.key) ?? spared.get(entry.key)) !== entry) return
    remove(entry.key)
    own.set(entry.key, entry)
  }

  function hasRoom(nowMs: number): boolean {
    if (count() < size) return true
    for (const entries of both) {
      for (const [key, { untilMs }] of entries) {
        if (untilMs > nowMs) break
        entries.delete(key)
      }
    }
    if (count() < size) return true
    if (nopurge) return false
    cool(nowMs)
    evict()
    return true
  }

  /** Entries that are no longer near a limit become evictable again. */
  function cool(nowMs: number): void {
    let asked = 0
    for (const [key, entry] of spared) {
      if ((asked += 1) > ASKED) return
      spared.delete(key)
      entry.isHot = isHot(entry, nowMs)
      // Moved to the end, so that the next eviction looks at others first.
      if (entry.isHot || entry.trackers > 0) spared.set(key, entry)
      else plain.set(key, entry)
    }
  }

  function evict(): void {
    let asked = 0
    for (const [key, entry] of plain) {
      plain.delete(key)
      if (entry.trackers === 0 || (asked += 1) > ASKED) return evicted(entry)
      spared.set(key, entry)
    }
    for (const [key, entry] of spared) {
      spared.delete(key)
      return evicted(entry)
    }
  }

  return {
    find,
    open(key, nowMs) {
      let entry = find(key, nowMs)
      if (!entry) {
        if (!hasRoom(nowMs)) return undefined
        plain.set(key, (entry = newEntry(key, layout)))
      }
      touch(entry, nowMs)
      return entry
    },
    touch,
    spare(entry, isSpared) {
      if (entry.isHot === isSpared) return
      entry.isHot = isSpared
      const [from, to] = isSpared ? [plain, spared] : [spared, plain]
      if (from.get(entry.key) !== entry) return
      from.delete(entry.key)
      to.set(entry.key, entry)
    },
    remove,
    count,
    *all(nowMs) {
      for (const entries of both) for (const entry of entries.values()) if (entry.untilMs > nowMs) yield entry
    },
  }
}
