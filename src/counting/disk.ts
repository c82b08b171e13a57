// Which entries of a table's object are on disk, with their `gpc` and `gpt`, and until when. It is behind what is in memory, but never ends
// earlier: an entry that is used is written again before it would end, and one that is evicted is written at once.

import type { Entry } from './entry.ts'
import type { Layout } from './layout.ts'

/** An entry's `gpc` and `gpt` by their names. */
export interface Saved {
  /** Up to a quarter of the table's `expire` later than in memory, so that not each use is written. */
  readonly untilMs: number
  readonly values: Readonly<Record<string, number>>
}

export interface SavedRows {
  read(key: string): Saved | undefined
  write(key: string, saved: Saved): void
  remove(key: string): void
  /** Those that have ended: it reads all of them. */
  expire(nowMs: number): void
}

export interface Disk {
  /** The table has something that is kept on disk. */
  readonly isUsed: boolean
  read(key: string): Saved | undefined
  /** Takes over what is on disk. */
  fill(entry: Entry, saved: Saved): void
  /** These slots have changed, or it has been used. */
  note(entry: Entry, changed: Iterable<number>): void
  evicted(entry: Entry): void
  remove(key: string): void
  /** Unix milliseconds: from when on there is something to write; undefined: nothing is unsaved. */
  readonly unsavedMs: number | undefined
  save(): void
}

const KEPT = /^gp[ct]/
/** Ended rows are looked for so often, or with each `expire` if that is longer. */
const CLEAN_EACH_MS = 3_600_000

export function createDisk(
  { slots }: Layout,
  expireMs: number | null,
  { rows, now }: { readonly rows: SavedRows; now(): number },
): Disk {
  const kept = slots.flatMap(({ name, kind }, slot) =>
    KEPT.test(name) && kind !== 'rate' ? [[name, slot] as const] : [],
  )
  const isKept = new Set(kept.map(([, slot]) => slot))
  const isUsed = kept.length > 0
  const reserveMs = (expireMs ?? 0) / 4
  const unsaved = new Map<string, Entry>()
  /** Of those that are on disk. */
  const endsMs = new WeakMap<Entry, number>()
  let unsavedMs: number | undefined
  let cleanedMs = now()
  if (isUsed) rows.expire(cleanedMs)

  function write(entry: Entry): void {
    const untilMs = entry.untilMs + reserveMs
    endsMs.set(entry, untilMs)
    const values = Object.fromEntries(kept.map(([name, slot]) => [name, entry.cells[slot] as number]))
    rows.write(entry.key, { untilMs, values })
  }

  return {
    isUsed,
    read: (key) => (isUsed ? rows.read(key) : undefined),
    fill(entry, { untilMs, values }) {
      entry.untilMs = untilMs
      endsMs.set(entry, untilMs)
      for (const [name, slot] of kept) entry.cells[slot] = values[name] ?? 0
    },
    note(entry, changed) {
      if (!isUsed) return
      const isChanged = [...changed].some((slot) => isKept.has(slot))
      if (!isChanged && entry.untilMs <= (endsMs.get(entry) ?? Infinity)) return
      unsaved.set(entry.key, entry)
      unsavedMs ??= now()
    },
    evicted(entry) {
      if (unsaved.delete(entry.key)) write(entry)
    },
    remove(key) {
      unsaved.delete(key)
      if (isUsed) rows.remove(key)
    },
    get unsavedMs() {
      return unsavedMs
    },
    save() {
      const nowMs = now()
      for (const entry of unsaved.values()) write(entry)
      unsaved.clear()
      unsavedMs = undefined
      if (!isUsed || nowMs - cleanedMs < Math.max(CLEAN_EACH_MS, expireMs ?? Infinity)) return
      cleanedMs = nowMs
      rows.expire(nowMs)
    },
  }
}
