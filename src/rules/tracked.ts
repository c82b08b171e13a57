// What a request is counted under (counting/tracking.ts), as rules reach it.

import { DATA_TYPES } from '../config/data-types.ts'
import type { DataType } from '../config/data-types.ts'
import { legacySlot } from '../counting/legacy-slot.ts'
import type { CountedTable } from '../counting/table.ts'
import { createTracking } from '../counting/tracking.ts'
import type { Tracking } from '../counting/tracking.ts'
import type { Transaction } from './transaction.ts'

export function trackingOf(transaction: Transaction): Tracking {
  return (transaction.tracking ??= createTracking(transaction.request, transaction.lifetime))
}

/** For the log, and for how long a client that is refused has to wait. */
export function noteReading(
  transaction: Transaction,
  { table, key }: { readonly table: CountedTable; readonly key: string },
  type: DataType,
  value: number,
): void {
  const slot = DATA_TYPES[type].kind === 'rate' ? legacySlot(table.layout, type) : undefined
  const periodMs = slot === undefined || !table.config.retryAfter ? 0 : table.layout.slots[slot]!.periodMs
  trackingOf(transaction).lastRead = { table: table.name, key: table.shownKey(key), counter: type, value, periodMs }
}
