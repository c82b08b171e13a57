// What a table that counts has for a key, as samples read it. A key that it does not have counts 0; a counter that it does not keep has no
// value.

import type { DataType } from '../config/data-types.ts'
import type { Entry } from '../counting/entry.ts'
import { legacySlot } from '../counting/legacy-slot.ts'
import type { CountedTable } from '../counting/table.ts'
import { PendingError } from './pending.ts'
import { noteReading, trackingOf } from './tracked.ts'
import type { Transaction } from './transaction.ts'

export interface Place {
  readonly table: CountedTable
  readonly key: string
  /** Undefined: the table does not have the key. */
  readonly entry: Entry | undefined
}

/**
 * Looks a key up, here and, soon after the request, at the table's object. `makes`: an entry that is not there is made. `mayWait`: in a
 * rule that can.
 */
export function placeOf(
  transaction: Transaction,
  table: CountedTable,
  key: string,
  { makes = false, mayWait }: { readonly makes?: boolean; readonly mayWait?: boolean | undefined },
): Place {
  trackingOf(transaction).use(table)
  if (mayWait) askFirst(transaction, table, key)
  return { table, key, entry: makes ? table.open(key) : table.find(key) }
}

/** Where the table is `exact`, the rule waits until its object has heard of what the request has counted, and has answered. */
export function askFirst(transaction: Transaction, table: CountedTable, key: string): void {
  if (!table.config.exact) return
  const { asked, changes } = trackingOf(transaction)
  const place = `${table.name} ${key}`
  if (asked.get(place) === changes) return
  asked.set(place, changes)
  const answered = table.askFirst(key, transaction.lifetime)
  if (answered) throw new PendingError(() => answered.then(() => undefined))
}

/** `index`: of an array such as `gpc`. */
export function readCounter(
  transaction: Transaction,
  place: Place | undefined,
  type: DataType,
  index: number,
): bigint | undefined {
  const value = place && valueAt(place, type, index)
  if (value === undefined) return undefined
  noteReading(transaction, place!, type, value)
  return BigInt(value)
}

/** Of bytes, whole thousands. */
export function readKilobytes(transaction: Transaction, place: Place | undefined, type: DataType): bigint | undefined {
  const bytes = readCounter(transaction, place, type, 0)
  return bytes === undefined ? undefined : bytes / 1024n
}

function valueAt({ table, entry }: Place, type: DataType, index: number): number | undefined {
  if (!entry) return 0
  const slot = legacySlot(table.layout, type, index)
  return slot === undefined ? undefined : table.read(entry, slot)
}
