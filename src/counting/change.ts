// What isolates tell a table's object of a key, and what it answers. The object adds what each has counted, and tells the sum.

import { addToCell, setCell } from './entry.ts'
import type { Cell, Entry } from './entry.ts'
import type { Layout } from './layout.ts'

export type SentCell = number | readonly [startMs: number | null, current: number, previous: number]

export interface Change {
  /** As the table stores it. */
  readonly key: string
  /** The isolate's number of it, which it keeps when it is sent again. Undefined: the isolate's release has none. */
  readonly serial?: number
  /** Unix milliseconds: when it was last used; 0: it is only asked for. */
  readonly touchedMs: number
  readonly sets: readonly (readonly [slot: number, n: number])[]
  readonly adds: readonly (readonly [slot: number, atMs: number, n: number])[]
  /** All that this isolate knows, for an object that has lost what it knew: it takes what is more, before `sets` and `adds`. */
  readonly view?: readonly SentCell[]
}

/** Null: there is no such entry. */
export type Merged = { readonly untilMs: number; readonly cells: readonly SentCell[] } | null

export interface MergeAnswer {
  /** Another one: the object was restarted, and has lost what is not on disk. */
  readonly epoch: string
  /** One for each change. */
  readonly merged: readonly Merged[]
}

/** How soon something is sent: what has grown by an eighth of a limit is `now`, a key that is not known yet `soon`. */
export type Urgency = 'later' | 'soon' | 'now'

/** What one key gathers until it is sent. */
export interface Pending {
  urgency: Urgency
  /** The object has lost what it told of the key. */
  isLost: boolean
  touchedMs: number
  readonly sets: Map<number, number>
  /** By slot: in which period, and how many. */
  readonly adds: Map<number, [atMs: number, n: number][]>
}

export function newPending(): Pending {
  return { urgency: 'later', isLost: false, touchedMs: 0, sets: new Map(), adds: new Map() }
}

/** `sameMs`: what was counted since then is told in one. */
export function noteAdd({ adds }: Pending, slot: number, n: number, nowMs: number, sameMs: number): void {
  const noted = adds.get(slot)
  const latest = noted?.at(-1)
  if (latest && latest[0] >= sameMs) {
    latest[0] = Math.max(latest[0], nowMs)
    latest[1] += n
  } else if (noted) noted.push([nowMs, n])
  else adds.set(slot, [[nowMs, n]])
}

export function noteSet({ sets, adds }: Pending, slot: number, n: number): void {
  sets.set(slot, n)
  adds.delete(slot)
}

/** What was to be sent and was not, before what has come since. */
export function addSince(unsent: Pending, { isLost, touchedMs, sets, adds }: Pending): void {
  for (const [slot, n] of sets) noteSet(unsent, slot, n)
  for (const [slot, noted] of adds) {
    for (const [atMs, n] of noted) noteAdd(unsent, slot, n, atMs, atMs)
  }
  unsent.touchedMs = Math.max(unsent.touchedMs, touchedMs)
  unsent.isLost ||= isLost
}

export function pendingOf({ adds }: Pending, slot: number): number {
  return (adds.get(slot) ?? []).reduce((sum, [, n]) => sum + n, 0)
}

export function applyPending(entry: Entry, layout: Layout, { sets, adds }: Pending, nowMs: number): void {
  for (const [slot, n] of sets) setCell(entry, slot, n, nowMs)
  for (const [slot, noted] of adds) {
    for (const [atMs, n] of noted) addToCell(entry, layout, slot, n, atMs)
  }
}

/** JSON has no infinity: a rate that has counted nothing yet began never. */
export function sentCell(cell: Cell): SentCell {
  if (typeof cell === 'number') return cell
  return [Number.isFinite(cell.startMs) ? cell.startMs : null, cell.current, cell.previous]
}

/** Undefined: it is none. Another machine's clock may be ahead of `nowMs`. */
export function cellOf(
  sent: SentCell | undefined,
  kind: Layout['slots'][number]['kind'],
  nowMs: number,
): Cell | undefined {
  if (sent === undefined || (typeof sent === 'number') === (kind === 'rate')) return undefined
  if (typeof sent === 'number') return sent
  return { startMs: Math.min(nowMs, sent[0] ?? Number.NEGATIVE_INFINITY), current: sent[1], previous: sent[2] }
}
