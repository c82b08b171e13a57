// One counting table of an isolate. Everything is counted here first and at once; what was counted since the last merge is pending, and
// the answer to a merge has what all isolates have counted.

import type { StickTableConfig } from '../config/options/stick.ts'
import type { DataType } from '../config/data-types.ts'
import type { Lifetime } from '../lifetime.ts'
import { createMemo } from '../memo.ts'
import { typedKey } from '../persistence/table-key.ts'
import { applyPending, cellOf, newPending, noteAdd, noteSet, pendingOf, putBack, sentCell } from './change.ts'
import type { Change, Merged, Pending } from './change.ts'
import { createEntries } from './entries.ts'
import { addToCell, newEntry, readCell, setCell } from './entry.ts'
import type { Entry } from './entry.ts'
import { createLayout } from './layout.ts'
import type { Layout } from './layout.ts'

export interface CountedTable {
  readonly name: string
  readonly config: StickTableConfig
  readonly layout: Layout
  /** Undefined: the value is not of the table's type. */
  keyOf(value: string): string | undefined
  /** As logs and operators see it; undefined: its hash is not known yet. */
  shownKey(key: string): string | undefined
  find(key: string): Entry | undefined
  /** The entry, or a new one; its life starts over. Undefined: there is no room. */
  open(key: string): Entry | undefined
  touch(entry: Entry): void
  read(entry: Entry, slot: number): number
  add(entry: Entry, slot: number, n: number): void
  set(entry: Entry, slot: number, n: number): void
  /** Of a key that is not known here: if the table's object knows it. */
  setElsewhere(key: string, slot: number, n: number): void
  count(): number
  /** After a request: what has been counted is sent before long. */
  later(lifetime: Lifetime): void
  now(): number
}

/** What is to be told to the table's object. */
export interface Merging {
  /** How soon: what has grown by an eighth of a limit is `now`, a key that is not known yet `soon`. */
  urgency(): 'none' | 'later' | 'soon' | 'now'
  /** At most so many keys, those that are urgent first. */
  take(most: number): Batch
}

export interface Batch {
  readonly changes: readonly Change[]
  /** The answers, one for each change, each with the life of the object that gave it. */
  merged(answers: readonly { readonly epoch: string; readonly merged: Merged }[]): void
  /** It did not arrive. */
  failed(): void
}

interface Taken {
  readonly key: string
  readonly waiting: Pending
  /** There was an entry when it was sent. */
  readonly wasKnown: boolean
}

/** So many keys an isolate counts, whatever the table's size. */
const MOST_KEYS = 20_000
/** So many keys wait to be sent; counts of further ones stay in the isolate. */
const MOST_PENDING = 10_000
const ASKED_ENTRIES = 10_000

export interface CountedTableParts {
  readonly name: string
  readonly config: StickTableConfig
  /** By type: the smallest number that a rule compares it with. */
  readonly limits: ReadonlyMap<DataType, number>
  /** What others have counted is asked for again when it is this old; Infinity: there are no others. */
  readonly staleMs: number
  now(): number
  shownKey(key: string): string | undefined
  later(lifetime: Lifetime): void
}

export function createCountedTable({
  name,
  config,
  limits,
  staleMs,
  now,
  shownKey,
  later,
}: CountedTableParts): CountedTable & Merging {
  const layout = createLayout(config.data)
  const { type, lengthBytes, size, nopurge, expireMs } = config
  const isBounded = size > MOST_KEYS
  const entries = createEntries(layout, { size: Math.min(size, MOST_KEYS), expireMs, nopurge: nopurge && !isBounded })
  const isShared = Number.isFinite(staleMs)
  /** By slot: the limit, and how much of it makes an entry hot, and urgent. Undefined: no rule compares it. */
  const heats = layout.slots.map((slot) => {
    const limit = limits.get(slot.type)
    return limit === undefined ? undefined : { limit, eighth: Math.max(1, Math.floor(limit / 8)) }
  })
  const asked = createMemo<number>(ASKED_ENTRIES)
  let pending = new Map<string, Pending>()
  const urgent = new Set<string>()
  /** Keys that their object has lost since it told of them. */
  const lost = new Set<string>()
  let isSoon = false

  function pendingFor(key: string): Pending | undefined {
    const found = pending.get(key)
    if (found || !isShared || pending.size >= MOST_PENDING) return found
    const made = newPending()
    pending.set(key, made)
    return made
  }

  /** What others have counted with this key is wanted. */
  function ask(key: string, entry: Entry | undefined): void {
    if (!isShared) return
    const nowMs = now()
    const sinceMs = Math.max(entry?.mergedMs ?? 0, asked.get(key) ?? 0)
    if (nowMs - sinceMs < staleMs) return
    asked.set(key, nowMs)
    if (!entry || entry.mergedMs === 0) isSoon = true
    pendingFor(key)
  }

  function noticeHeat(entry: Entry, slot: number): void {
    const heat = heats[slot]
    if (!heat) return
    const { limit, eighth } = heat
    const value = readCell(entry, layout, slot, now())
    if (value >= eighth) entry.isHot = true
    // What is over its limit is refused everywhere, or will be at the next merge.
    if (value > limit + eighth) return
    const waiting = pending.get(entry.key)
    if (waiting && (waiting.sets.has(slot) || pendingOf(waiting, slot) >= eighth)) urgent.add(entry.key)
  }

  const table: CountedTable = {
    name,
    config,
    layout,
    keyOf: (value) => typedKey(type, lengthBytes, value),
    shownKey,
    find(key) {
      const entry = entries.find(key, now())
      ask(key, entry)
      return entry
    },
    open(key) {
      const entry = entries.open(key, now())
      if (entry) {
        ask(key, entry)
        table.touch(entry)
      }
      return entry
    },
    touch(entry) {
      const nowMs = now()
      entries.touch(entry, nowMs)
      const waiting = pendingFor(entry.key)
      if (waiting) waiting.touchedMs = nowMs
    },
    read: (entry, slot) => readCell(entry, layout, slot, now()),
    add(entry, slot, n) {
      const nowMs = now()
      addToCell(entry, layout, slot, n, nowMs)
      if (layout.slots[slot]!.kind === 'now') return
      const cell = entry.cells[slot]!
      const waiting = pendingFor(entry.key)
      if (waiting) noteAdd(waiting, slot, n, nowMs, typeof cell === 'number' ? 0 : cell.startMs)
      noticeHeat(entry, slot)
    },
    set(entry, slot, n) {
      setCell(entry, slot, n, now())
      const waiting = pendingFor(entry.key)
      if (waiting) noteSet(waiting, slot, n)
      noticeHeat(entry, slot)
    },
    setElsewhere(key, slot, n) {
      const waiting = pendingFor(key)
      if (waiting) noteSet(waiting, slot, n)
    },
    count: () => entries.count(),
    later,
    now,
  }

  function changeOf(key: string, { touchedMs, sets, adds }: Pending): Change {
    const entry = lost.delete(key) ? entries.find(key, now()) : undefined
    // All that is known here has what is pending, too.
    if (entry) return { key, touchedMs: now(), sets: [], adds: [], view: entry.cells.map(sentCell) }
    return {
      key,
      touchedMs,
      sets: [...sets],
      adds: [...adds].flatMap(([slot, noted]) => noted.map(([atMs, n]) => [slot, atMs, n] as const)),
    }
  }

  /** What has been counted since the batch was sent is not in the answer yet. */
  function take({ key, waiting, wasKnown }: Taken, epoch: string, merged: Merged): void {
    const before = entries.find(key, now())
    // It has made room for others since.
    if (!before && wasKnown) return
    if (before?.epoch !== undefined && before.epoch !== epoch) {
      before.epoch = undefined
      lost.add(key)
      pendingFor(key)
      isSoon = true
      return
    }
    if (!merged) {
      // An operator has removed it. Of one that was used since, the object has no room: it is counted here all the same.
      if (waiting.touchedMs === 0 && !pending.has(key)) entries.remove(key)
      return
    }
    const nowMs = now()
    if (!before && merged.untilMs <= nowMs) return
    const entry = before ?? entries.open(key, nowMs)
    if (!entry) return
    const fresh = newEntry(key, layout)
    layout.slots.forEach(({ kind }, slot) => {
      if (kind === 'now') return
      entry.cells[slot] = cellOf(merged.cells[slot], kind) ?? fresh.cells[slot]!
    })
    entry.untilMs = Math.max(before ? entry.untilMs : 0, merged.untilMs)
    entry.mergedMs = nowMs
    entry.epoch = epoch
    const since = pending.get(key)
    if (since) applyPending(entry, layout, since, nowMs)
    entry.isHot = heats.some((heat, slot) => heat && readCell(entry, layout, slot, nowMs) >= heat.eighth)
  }

  return {
    ...table,
    urgency: () => (pending.size === 0 ? 'none' : urgent.size > 0 ? 'now' : isSoon ? 'soon' : 'later'),
    take(most) {
      const keys = [...urgent, ...[...pending.keys()].filter((key) => !urgent.has(key))].slice(0, most)
      const taken = keys
        .flatMap((key) => {
          const waiting = pending.get(key)
          return waiting ? [{ key, waiting, wasKnown: entries.find(key, now()) !== undefined }] : []
        })
        // The object evicts by last use, too.
        .toSorted((a, b) => a.waiting.touchedMs - b.waiting.touchedMs)
      for (const key of keys) {
        pending.delete(key)
        urgent.delete(key)
      }
      isSoon = false
      return {
        changes: taken.map(({ key, waiting }) => changeOf(key, waiting)),
        merged(answers) {
          answers.forEach(({ epoch, merged }, i) => {
            take(taken[i]!, epoch, merged)
          })
        },
        failed() {
          const since = pending
          pending = new Map(taken.map(({ key, waiting }) => [key, waiting]))
          for (const [key, newer] of since) {
            const unsent = pending.get(key)
            if (unsent) putBack(unsent, newer)
            else if (pending.size < MOST_PENDING) pending.set(key, newer)
          }
        },
      }
    },
  }
}
