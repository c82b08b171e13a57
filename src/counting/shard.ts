// The entries of one object of a counting table: the sum of what all isolates have counted. In memory, except for `gpc` and `gpt`, which
// are kept on disk, too, if not at once.

import type { StickTableConfig } from '../config/options/stick.ts'
import { cellOf, sentCell } from './change.ts'
import type { Change, MergeAnswer, Merged } from './change.ts'
import { createDisk } from './disk.ts'
import type { SavedRows } from './disk.ts'
import { createEntries } from './entries.ts'
import { addToCell, readCell, setCell, valueOf } from './entry.ts'
import type { Entry } from './entry.ts'
import { createHeats } from './heat.ts'
import { highestOf } from './highest.ts'
import { createLayout } from './layout.ts'
import type { Limits } from './limits.ts'
import { createReceipts } from './receipts.ts'
import type { Sender } from './receipts.ts'

export interface ShownEntry {
  readonly key: string
  readonly untilMs: number
  /** As HAProxy shows them: `http_req_rate(10000)`, `gpc0`. */
  readonly data: readonly (readonly [type: string, name: string, value: number])[]
}

export interface CountedShard {
  /** `names`: of the slots that the changes have, in their order. Undefined sender: its release does not number its changes. */
  merge(names: readonly string[], changes: readonly Change[], sender?: Sender): MergeAnswer
  /** `limits`: the highest by them, in place of any. */
  list(most: number, limits?: Limits): { readonly count: number; readonly entries: readonly ShownEntry[] }
  /** Makes the entry if there is none. False: there is no room, or the table keeps no such thing. Of an array the first is set. */
  set(key: string, values: readonly (readonly [type: string, n: number])[]): boolean
  remove(key: string): boolean
  /** Unix milliseconds: from when on there is something to write; undefined: nothing is unsaved. */
  readonly unsavedMs: number | undefined
  save(): void
  /** From now on, rules compare its counters with these numbers. */
  compareWith(limits: Limits): void
}

/** How long what is on disk may be behind: an object that has done nothing for ten seconds is put to sleep, and forgets. */
export const SAVE_EACH_MS = 8_000

export interface CountedShardParts {
  readonly size: number
  readonly epoch: string
  readonly limits: Limits
  readonly rows: SavedRows
  now(): number
}

export function createCountedShard(config: StickTableConfig, parts: CountedShardParts): CountedShard {
  const { size, epoch, rows, now } = parts
  const layout = createLayout(config.data)
  let heats = createHeats(layout, parts.limits)
  const receipts = createReceipts()
  const disk = createDisk(layout, config.expireMs, { rows, now })
  const entries = createEntries(
    layout,
    { ...config, size },
    { isHot: (entry, nowMs) => heats.isHot(entry, nowMs), evicted: disk.evicted },
  )

  function find(key: string): Entry | undefined {
    const nowMs = now()
    const known = entries.find(key, nowMs)
    if (known) return known
    const saved = disk.read(key)
    if (!saved || saved.untilMs <= nowMs) return undefined
    const entry = entries.open(key, nowMs)
    if (!entry) return undefined
    disk.fill(entry, saved)
    entries.spare(entry, heats.isHot(entry, nowMs))
    return entry
  }

  /** What has been done to it is written soon, and it is not evicted if it is near a limit. */
  function note(entry: Entry, changed: Iterable<number>): void {
    disk.note(entry, changed)
    entries.spare(entry, heats.isHot(entry, now()))
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
    view?.forEach((sent, theirs) => {
      const slot = slotOf(theirs)
      const cell = slot === undefined ? undefined : cellOf(sent, layout.slots[slot]!.kind, nowMs)
      if (slot === undefined || cell === undefined) return
      const { periodMs } = layout.slots[slot]!
      // Of two isolates that tell what they know the one that knows more is right.
      if (valueOf(cell, periodMs, nowMs) <= readCell(entry, layout, slot, nowMs)) return
      entry.cells[slot] = cell
      changed.add(slot)
    })
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
    note(entry, changed)
    return entry
  }

  function* shownAt(nowMs: number): Generator<ShownEntry, void> {
    for (const entry of entries.all(nowMs)) {
      const data = layout.slots.map((slot, i) => [slot.type, slot.shown, readCell(entry, layout, i, nowMs)] as const)
      yield { key: entry.key, untilMs: entry.untilMs, data }
    }
  }

  return {
    merge(names, changes, sender) {
      const receipt = sender && receipts.of(sender)
      const own = names.map((name) => layout.slots.findIndex((slot) => slot.name === name))
      const slotOf = (theirs: number) => (own[theirs]! < 0 ? undefined : own[theirs])
      return {
        epoch,
        merged: changes.map((change): Merged => {
          const { key, serial } = change
          const isCounted = receipt && serial !== undefined && !receipt.isNew(serial)
          const entry = isCounted ? find(key) : merged(change, slotOf)
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
      note(
        entry,
        slots.map(([slot]) => slot),
      )
      return true
    },
    remove(key) {
      const isKnown = find(key) !== undefined
      disk.remove(key)
      return entries.remove(key) || isKnown
    },
    get unsavedMs() {
      return disk.unsavedMs
    },
    save: disk.save,
    compareWith(limits) {
      heats = createHeats(layout, limits)
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
