// The entries of one object of a counting table: the sum of what all isolates have counted. In memory, except for `gpc` and `gpt`, which
// are kept on disk, too, if not at once.

import type { StickTableConfig } from '../config/options/stick.ts'
import { cellOf, sentCell } from './change.ts'
import type { Change, MergeAnswer, Merged } from './change.ts'
import { createEntries } from './entries.ts'
import { addToCell, readCell, setCell } from './entry.ts'
import type { Cell, Entry } from './entry.ts'
import { highestOf } from './highest.ts'
import type { Limits } from './highest.ts'
import { createLayout } from './layout.ts'

/** On disk: an entry's `gpc` and `gpt` by their names. */
export interface Saved {
  readonly untilMs: number
  readonly values: Readonly<Record<string, number>>
}

export interface SavedRows {
  read(key: string): Saved | undefined
  write(key: string, saved: Saved): void
  remove(key: string): void
  /** Those that have ended: it reads all of them, and is asked once in a life of the object. */
  expire(nowMs: number): void
}

export interface ShownEntry {
  readonly key: string
  readonly untilMs: number
  /** As HAProxy shows them: `http_req_rate(10000)`, `gpc0`. */
  readonly data: readonly (readonly [type: string, name: string, value: number])[]
}

export interface CountedShard {
  /** `names`: of the slots that the changes have, in their order. */
  merge(names: readonly string[], changes: readonly Change[]): MergeAnswer
  /** `limits`: the highest by them, in place of any. */
  list(most: number, limits?: Limits): { readonly count: number; readonly entries: readonly ShownEntry[] }
  /** Makes the entry if there is none. False: there is no room, or the table keeps no such thing. Of an array the first is set. */
  set(key: string, values: readonly (readonly [type: string, n: number])[]): boolean
  remove(key: string): boolean
  /** Unix milliseconds: from when on there is something to write; undefined: nothing is unsaved. */
  readonly unsavedMs: number | undefined
  save(): void
}

/** How long what is on disk may be behind. */
export const SAVE_EACH_MS = 10_000
const KEPT = /^gp[ct]/

export function createCountedShard(
  config: StickTableConfig,
  ports: { readonly size: number; readonly epoch: string; readonly rows: SavedRows; now(): number },
): CountedShard {
  const { size, epoch, rows, now } = ports
  const layout = createLayout(config.data)
  const entries = createEntries(layout, { ...config, size })
  const kept = layout.slots.flatMap(({ name, kind }, slot) =>
    KEPT.test(name) && kind !== 'rate' ? [[name, slot] as const] : [],
  )
  const unsaved = new Map<string, Entry>()
  if (kept.length > 0) rows.expire(now())
  let unsavedMs: number | undefined

  function find(key: string): Entry | undefined {
    const known = entries.find(key, now())
    if (known || kept.length === 0) return known
    const saved = rows.read(key)
    if (!saved || saved.untilMs <= now()) return undefined
    const entry = entries.open(key, now())
    if (!entry) return undefined
    entry.untilMs = saved.untilMs
    for (const [name, slot] of kept) entry.cells[slot] = saved.values[name] ?? 0
    return entry
  }

  function noteChanged(entry: Entry, slots: Iterable<number>): void {
    if (kept.length === 0) return
    for (const slot of slots) {
      if (!kept.some(([, each]) => each === slot)) continue
      unsaved.set(entry.key, entry)
      unsavedMs ??= now()
      return
    }
  }

  function merged({ key, touchedMs, sets, adds, view }: Change, slotOf: (theirs: number) => number | undefined) {
    const nowMs = now()
    const known = find(key)
    if (!known && touchedMs === 0) return undefined
    const entry = known ?? entries.open(key, nowMs)
    if (!entry) return undefined
    // Another machine's clock may be ahead.
    if (touchedMs > 0) entries.touch(entry, Math.min(touchedMs, nowMs))
    const changed = new Set<number>()
    for (const [theirs, n] of sets) {
      const slot = slotOf(theirs)
      if (slot === undefined) continue
      setCell(entry, slot, n, nowMs)
      changed.add(slot)
    }
    for (const [theirs, atMs, n] of adds) {
      const slot = slotOf(theirs)
      if (slot === undefined) continue
      addToCell(entry, layout, slot, n, Math.min(atMs, nowMs))
      changed.add(slot)
    }
    view?.forEach((sent, theirs) => {
      const slot = slotOf(theirs)
      const cell = slot === undefined ? undefined : cellOf(sent, layout.slots[slot]!.kind)
      if (slot === undefined || cell === undefined || !isMore(cell, entry.cells[slot]!)) return
      entry.cells[slot] = cell
      changed.add(slot)
    })
    noteChanged(entry, changed)
    return entry
  }

  function* shownAt(nowMs: number): Generator<ShownEntry, void> {
    for (const entry of entries.all(nowMs)) {
      const data = layout.slots.map((slot, i) => [slot.type, slot.shown, readCell(entry, layout, i, nowMs)] as const)
      yield { key: entry.key, untilMs: entry.untilMs, data }
    }
  }

  return {
    merge(names, changes) {
      const own = names.map((name) => layout.slots.findIndex((slot) => slot.name === name))
      const slotOf = (theirs: number) => (own[theirs]! < 0 ? undefined : own[theirs])
      return {
        epoch,
        merged: changes.map((change): Merged => {
          const entry = merged(change, slotOf)
          if (!entry) return null
          const cells = own.map((slot) => (slot < 0 ? 0 : sentCell(entry.cells[slot]!)))
          return { untilMs: entry.untilMs, cells }
        }),
      }
    },
    list(most, limits) {
      const all = shownAt(now())
      const listed = limits ? highestOf(all, limits, most) : firstOf(all, most)
      return { count: entries.count(), entries: listed }
    },
    set(key, values) {
      const nowMs = now()
      const slots = values.map(([type, n]) => [layout.slots.findIndex((slot) => slot.type === type), n] as const)
      if (slots.some(([slot]) => slot < 0)) return false
      const entry = find(key) ?? entries.open(key, nowMs)
      if (!entry) return false
      entries.touch(entry, nowMs)
      for (const [slot, n] of slots) setCell(entry, slot, n, nowMs)
      noteChanged(
        entry,
        slots.map(([slot]) => slot),
      )
      return true
    },
    remove(key) {
      const isKnown = find(key) !== undefined
      unsaved.delete(key)
      if (kept.length > 0) rows.remove(key)
      return entries.remove(key) || isKnown
    },
    get unsavedMs() {
      return unsavedMs
    },
    save() {
      for (const [key, { untilMs, cells }] of unsaved) {
        rows.write(key, {
          untilMs,
          values: Object.fromEntries(kept.map(([name, slot]) => [name, cells[slot] as number])),
        })
      }
      unsaved.clear()
      unsavedMs = undefined
    },
  }
}

function firstOf<Item>(items: Iterable<Item>, most: number): readonly Item[] {
  const first: Item[] = []
  for (const item of items) {
    if (first.length >= most) break
    first.push(item)
  }
  return first
}

/** Of two isolates that tell what they know the one that knows more is right. */
function isMore(cell: Cell, than: Cell): boolean {
  if (typeof cell === 'number' || typeof than === 'number') return Number(cell) > Number(than)
  return cell.current + cell.previous > than.current + than.previous
}
