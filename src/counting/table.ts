// One counting table of an isolate. Everything is counted here first and at once; what was counted since the last merge is pending, and
// the answer to a merge has what all isolates have counted.

import type { StickTableConfig } from '../config/options/stick.ts'
import type { Lifetime } from '../lifetime.ts'
import { createMemo } from '../memo.ts'
import { typedKey } from '../persistence/table-key.ts'
import { applyPending, cellOf, noteAdd, noteSet, pendingOf, sentCell } from './change.ts'
import type { Change, Merged, Urgency } from './change.ts'
import { createEntries } from './entries.ts'
import { addToCell, newEntry, readCell, setCell } from './entry.ts'
import type { Entry } from './entry.ts'
import { createHeats } from './heat.ts'
import { createLayout } from './layout.ts'
import type { Layout } from './layout.ts'
import type { Limits } from './limits.ts'
import { createOutbox } from './outbox.ts'
import type { Taken } from './outbox.ts'

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
  /** Where the table is `exact`: resolves, never rejects, once its object has answered, or too late. Undefined: there is no need. */
  askFirst(key: string, lifetime: Lifetime): Promise<void> | undefined
  /** After a request: what has been counted is sent before long. */
  later(lifetime: Lifetime): void
  now(): number
}

/** What is to be told to the table's object. */
export interface Merging {
  urgency(): 'none' | Urgency
  /** At most so many keys, those that are urgent first. */
  take(most: number): Batch
  /** Of one key, even if there is nothing to tell. */
  takeKey(key: string): Batch
}

/** What comes first counts: an answer after it has failed changes nothing. */
export interface Batch {
  readonly changes: readonly Change[]
  /** Of all changes with a lower number the object's answer is known. */
  settled(): number
  /** The answers, one for each change, each with the life of the object that gave it. */
  merged(answers: readonly { readonly epoch: string; readonly merged: Merged }[]): void
  /** It did not arrive. */
  failed(): void
}

interface Sent extends Taken {
  /** There was an entry when it was sent. */
  readonly wasKnown: boolean
}

/** So many keys an isolate counts, whatever the table's size. */
const MOST_KEYS = 20_000
const ASKED_ENTRIES = 10_000

export interface CountedTableParts {
  readonly name: string
  readonly config: StickTableConfig
  readonly limits: Limits
  /** What others have counted is asked for again when it is this old; Infinity: there are no others. */
  readonly staleMs: number
  now(): number
  shownKey(key: string): string | undefined
  later(lifetime: Lifetime): void
  /** Of a table that others count in, too. */
  askFirst(key: string, lifetime: Lifetime): Promise<void> | undefined
}

export function createCountedTable({
  name,
  config,
  limits,
  staleMs,
  now,
  shownKey,
  later,
  askFirst,
}: CountedTableParts): CountedTable & Merging {
  const layout = createLayout(config.data)
  const { type, lengthBytes, size, nopurge, expireMs } = config
  const isBounded = size > MOST_KEYS
  const heats = createHeats(layout, limits)
  const entries = createEntries(
    layout,
    { size: Math.min(size, MOST_KEYS), expireMs, nopurge: nopurge && !isBounded },
    // What it has counted and not told yet waits by its key.
    { isHot: heats.isHot, evicted: () => undefined },
  )
  const isShared = Number.isFinite(staleMs)
  const asked = createMemo<number>(ASKED_ENTRIES)
  const outbox = createOutbox()
  const pendingFor = (key: string) => (isShared ? outbox.open(key) : undefined)

  /** What others have counted with this key is wanted. */
  function ask(key: string, entry: Entry | undefined): void {
    if (!isShared) return
    const nowMs = now()
    const sinceMs = Math.max(entry?.mergedMs ?? 0, asked.get(key) ?? 0)
    if (nowMs - sinceMs < staleMs) return
    if (!outbox.open(key)) return
    asked.set(key, nowMs)
    if (!entry || entry.mergedMs === 0) outbox.hurry(key, 'soon')
  }

  function noticeHeat(entry: Entry, slot: number): void {
    const heat = heats.at(slot)
    if (!heat) return
    const { limit, eighth } = heat
    const value = readCell(entry, layout, slot, now())
    if (value >= eighth) entries.spare(entry, true)
    // What is over its limit is refused everywhere, or will be at the next merge.
    if (value > limit + eighth) return
    const waiting = outbox.get(entry.key)
    if (waiting && (waiting.sets.has(slot) || pendingOf(waiting, slot) >= eighth)) outbox.hurry(entry.key, 'now')
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
      const nowMs = now()
      const untold = entries.find(key, nowMs) ? [] : outbox.untold(key)
      const entry = entries.open(key, nowMs)
      if (!entry) return undefined
      // It was evicted, and has been counted with.
      for (const pending of untold) applyPending(entry, layout, pending, nowMs)
      ask(key, entry)
      table.touch(entry)
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
    askFirst: (key, lifetime) => (isShared && config.exact ? askFirst(key, lifetime) : undefined),
    later,
    now,
  }

  function changeOf({ key, serial, pending: { isLost, touchedMs, sets, adds } }: Taken): Change {
    const entry = isLost ? entries.find(key, now()) : undefined
    // All that is known here has what is pending, too, except where it was set.
    const told = [...adds].filter(([slot]) => !entry || sets.has(slot))
    return {
      key,
      serial,
      touchedMs: entry ? now() : touchedMs,
      sets: [...sets],
      adds: told.flatMap(([slot, noted]) => noted.map(([atMs, n]) => [slot, atMs, n] as const)),
      ...(entry ? { view: entry.cells.map(sentCell) } : {}),
    }
  }

  /** What has been counted since the batch was sent is not in the answer yet. */
  function take({ key, pending, wasKnown }: Sent, epoch: string, merged: Merged): void {
    const before = entries.find(key, now())
    // It has made room for others since.
    if (!before && wasKnown) return
    // An object that was restarted has yet to learn what is known here.
    if (outbox.get(key)?.isLost) return
    if (before?.epoch !== undefined && before.epoch !== epoch) {
      const again = outbox.open(key)
      // Without room, the next answer says the same.
      if (!again) return
      before.epoch = undefined
      again.isLost = true
      outbox.hurry(key, heats.isHot(before, now()) ? 'now' : 'soon')
      return
    }
    if (!merged) {
      // An operator has removed it. Of one that was used since, the object has no room: it is counted here all the same.
      if (pending.touchedMs === 0 && outbox.untold(key).length === 0) entries.remove(key)
      return
    }
    const nowMs = now()
    if (!before && merged.untilMs <= nowMs) return
    const entry = before ?? entries.open(key, nowMs)
    if (!entry) return
    const fresh = newEntry(key, layout)
    layout.slots.forEach(({ kind }, slot) => {
      if (kind === 'now') return
      entry.cells[slot] = cellOf(merged.cells[slot], kind, nowMs) ?? fresh.cells[slot]!
    })
    entry.untilMs = Math.max(before ? entry.untilMs : 0, merged.untilMs)
    entry.mergedMs = nowMs
    entry.epoch = epoch
    for (const untold of outbox.untold(key)) applyPending(entry, layout, untold, nowMs)
    entries.spare(entry, heats.isHot(entry, nowMs))
  }

  function batchOf(taken: readonly Taken[]): Batch {
    const usedMs = new Map<string, number>()
    for (const { key, pending } of taken) usedMs.set(key, Math.max(usedMs.get(key) ?? 0, pending.touchedMs))
    const sent = taken
      .map((each): Sent => ({ ...each, wasKnown: entries.find(each.key, now()) !== undefined }))
      // The object evicts by last use, too. Of one key what is in doubt stays first.
      .toSorted((a, b) => usedMs.get(a.key)! - usedMs.get(b.key)!)
    const last = new Map(sent.map((each) => [each.key, each]))
    let isOver = false
    return {
      changes: sent.map(changeOf),
      settled: outbox.settled,
      merged(answers) {
        if (isOver) return
        isOver = true
        outbox.arrived(taken)
        sent.forEach((each, i) => {
          const { epoch, merged } = answers[i]!
          // The answer to a key's last change has them all.
          if (last.get(each.key) === each) take(each, epoch, merged)
        })
      },
      failed() {
        if (!isOver) outbox.putBack(taken)
        isOver = true
      },
    }
  }

  return {
    ...table,
    urgency: outbox.urgency,
    take: (most) => batchOf(outbox.take(most)),
    takeKey: (key) => batchOf(outbox.takeKey(key)),
  }
}
