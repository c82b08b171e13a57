// What an entry of a table has room for: one cell for each counter, rate and tag that the table keeps.

import { DATA_TYPES } from '../config/data-types.ts'
import type { DataType, Datum } from '../config/data-types.ts'

export interface Slot {
  readonly type: DataType
  /** As HAProxy shows it: `gpc2` is the third of an array. */
  readonly shown: string
  /** By which others know it: `http_req_rate(10000)`, `gpc/2`. */
  readonly name: string
  readonly kind: (typeof DATA_TYPES)[DataType]['kind']
  /** Of a rate; 0: it is none. */
  readonly periodMs: number
}

export interface Layout {
  readonly slots: readonly Slot[]
  /** Undefined: the table does not keep it. */
  slotOf(type: DataType, index?: number): number | undefined
}

export function createLayout(data: readonly Datum[]): Layout {
  const slots: Slot[] = []
  const first = new Map<DataType, readonly [slot: number, length: number]>()
  for (const { type, length, periodMs } of data) {
    first.set(type, [slots.length, length])
    for (let i = 0; i < length; i++) {
      const period = periodMs === null ? '' : `(${periodMs})`
      const isArray = 'isArray' in DATA_TYPES[type]
      slots.push({
        type,
        shown: (isArray ? type.replace(/^gp[ct]/, (array) => `${array}${i}`) : type) + period,
        name: (isArray ? `${type}/${i}` : type) + period,
        kind: DATA_TYPES[type].kind,
        periodMs: periodMs ?? 0,
      })
    }
  }
  return {
    slots,
    slotOf(type, index = 0) {
      const found = first.get(type)
      return found && index < found[1] ? found[0] + index : undefined
    },
  }
}
