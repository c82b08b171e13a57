// Increases one of HAProxy's general counters, and its rate with it.

import type { DataType } from '../config/data-types.ts'
import type { Entry } from './entry.ts'
import { legacySlot } from './legacy-slot.ts'
import type { CountedTable } from './table.ts'

/** What it then is. Undefined: the table keeps neither the counter nor its rate. */
export function increase(table: CountedTable, entry: Entry, type: DataType, index = 0): number | undefined {
  const rate = RATES[type]
  const rateSlot = rate && legacySlot(table.layout, rate, index)
  const slot = legacySlot(table.layout, type, index)
  if (rateSlot !== undefined) table.add(entry, rateSlot, 1)
  if (slot !== undefined) table.add(entry, slot, 1)
  table.touch(entry)
  return increased(table, entry, type, index)
}

/** What was increased, as it now is. */
export function increased(table: CountedTable, entry: Entry, type: DataType, index = 0): number | undefined {
  const rate = RATES[type]
  const shown = legacySlot(table.layout, type, index) ?? (rate && legacySlot(table.layout, rate, index))
  return shown === undefined ? undefined : table.read(entry, shown)
}

const RATES: Readonly<Partial<Record<DataType, DataType>>> = {
  gpc0: 'gpc0_rate',
  gpc1: 'gpc1_rate',
  gpc: 'gpc_rate',
  conn_cnt: 'conn_rate',
}
