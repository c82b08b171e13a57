// One key of a counting table: what was counted, and until when it is kept.

import type { Layout } from './layout.ts'
import { addToRate, newRate, readRate, setRate } from './rate.ts'
import type { Rate } from './rate.ts'

/** A count, or a tag; a rate of its slot's period. */
export type Cell = number | Rate

export interface Entry {
  readonly key: string
  readonly cells: Cell[]
  /** Unix milliseconds; from then on there is no entry. */
  untilMs: number
  /** What is over a limit, or near it, is not evicted for new keys (entries.ts). */
  isHot: boolean
  /** How many requests track it now. */
  trackers: number
  /** Unix milliseconds: when it was last compared with what other isolates have counted; 0: never. */
  mergedMs: number
  /** With which life of the object; undefined: with none yet. */
  epoch: string | undefined
}

export function newEntry(key: string, { slots }: Layout): Entry {
  const cells = slots.map(({ kind }) => (kind === 'rate' ? newRate() : 0))
  return { key, cells, untilMs: 0, isHot: false, trackers: 0, mergedMs: 0, epoch: undefined }
}

export function readCell({ cells }: Entry, { slots }: Layout, slot: number, nowMs: number): number {
  return valueOf(cells[slot]!, slots[slot]!.periodMs, nowMs)
}

export function valueOf(cell: Cell, periodMs: number, nowMs: number): number {
  return typeof cell === 'number' ? cell : readRate(cell, periodMs, nowMs)
}

export function addToCell({ cells }: Entry, { slots }: Layout, slot: number, n: number, nowMs: number): void {
  const cell = cells[slot]!
  if (typeof cell === 'number') cells[slot] = atLeastZero(cell + n)
  else addToRate(cell, slots[slot]!.periodMs, n, nowMs)
}

export function setCell({ cells }: Entry, slot: number, n: number, nowMs: number): void {
  const cell = cells[slot]!
  if (typeof cell === 'number') cells[slot] = atLeastZero(n)
  else setRate(cell, n, nowMs)
}

/** A count that is cleared while another isolate still counts may come out below 0. */
function atLeastZero(n: number): number {
  return Math.max(0, n)
}
