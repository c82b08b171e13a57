// HAProxy's general counters and tags: `gpc0` is a counter by itself, or the first of the array `gpc`.

import type { DataType } from '../config/data-types.ts'
import type { Entry } from './entry.ts'
import type { Layout } from './layout.ts'
import type { CountedTable } from './table.ts'

const IN_ARRAY: Readonly<Partial<Record<DataType, readonly [array: DataType, index: number]>>> = {
  gpc0: ['gpc', 0],
  gpc1: ['gpc', 1],
  gpt0: ['gpt', 0],
  gpc0_rate: ['gpc_rate', 0],
  gpc1_rate: ['gpc_rate', 1],
}

/** The counter, or the one of an array that takes its place. */
export function legacySlot(layout: Layout, type: DataType, index = 0): number | undefined {
  const own = layout.slotOf(type, index)
  const array = IN_ARRAY[type]
  return own === undefined && array ? layout.slotOf(...array) : own
}

/** What it then is. Undefined: the table keeps neither the counter nor its rate. */
export function increase(table: CountedTable, entry: Entry, type: DataType, index = 0): number | undefined {
  const rate = RATES[type]
  const rateSlot = rate && legacySlot(table.layout, rate, index)
  const slot = legacySlot(table.layout, type, index)
  if (rateSlot !== undefined) table.add(entry, rateSlot, 1)
  if (slot !== undefined) table.add(entry, slot, 1)
  table.touch(entry)
  const shown = slot ?? rateSlot
  return shown === undefined ? undefined : table.read(entry, shown)
}

const RATES: Readonly<Partial<Record<DataType, DataType>>> = {
  gpc0: 'gpc0_rate',
  gpc1: 'gpc1_rate',
  gpc: 'gpc_rate',
  conn_cnt: 'conn_rate',
}
