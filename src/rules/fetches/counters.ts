// Counters of stick tables, by what a request is tracked under or by its client's address. HAProxy: configuration manual 7.3.2, 7.3.3.

import type { DataType } from '../../config/data-types.ts'
import { increase, increased } from '../../counting/general.ts'
import { legacySlot } from '../../counting/legacy-slot.ts'
import { askFirst, placeOf, readCounter, readKilobytes } from '../counter-reading.ts'
import type { Place } from '../counter-reading.ts'
import { noteReading, trackingOf } from '../tracked.ts'
import type { Fetch, FetchMaker, Tools } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import type { View } from '../view.ts'

/** Undefined: there is nothing to look at. `makes`: an entry that is not there is made. */
type FindPlace = (transaction: Transaction, view: View, makes: boolean) => Place | undefined

/** What is tracked under a number, or the same key in another table. */
function sc(given: readonly string[], at: number, { mayWait }: Tools): FindPlace {
  const number = Number(given[at])
  const other = given[at + 1] ?? ''
  return (transaction, view, makes) => {
    const tracked = transaction.tracking?.at(number)
    if (!tracked) return undefined
    if (other === '') {
      const { table, entry } = tracked
      if (mayWait && !makes) askFirst(transaction, table, entry.key)
      return { table, entry, key: entry.key }
    }
    const table = view.table(other)
    return table && placeOf(transaction, table, tracked.entry.key, { makes, mayWait: mayWait && !makes })
  }
}

/** The client's address. */
function src(given: readonly string[], at: number, { mayWait }: Tools): FindPlace {
  const name = given[at] ?? ''
  return (transaction, view, makes) => {
    const table = view.table(name)
    const key = table?.keyOf(transaction.asked.clientAddress)
    return table && key !== undefined
      ? placeOf(transaction, table, key, { makes, mayWait: mayWait && !makes })
      : undefined
  }
}

function reading(type: DataType, index: number, find: FindPlace): Fetch {
  return (transaction, view) => readCounter(transaction, find(transaction, view, false), type, index)
}

function inThousands(type: DataType, find: FindPlace): Fetch {
  return (transaction, view) => readKilobytes(transaction, find(transaction, view, false), type)
}

type FindNumber = (transaction: Transaction, view: View) => bigint | undefined

/** A rule that had to wait, for a body or a password, is asked again; what its samples did to a counter is done, and what they read was read. */
function once(fetch: FindNumber): FindNumber {
  return (transaction, view) => {
    const tracking = trackingOf(transaction)
    const before = tracking.done.get(fetch)
    if (before) {
      tracking.lastRead = before.lastRead
      return before.value
    }
    const value = fetch(transaction, view)
    tracking.done.set(fetch, { value, lastRead: tracking.lastRead })
    return value
  }
}

function increasing(type: DataType, index: number, find: FindPlace): Fetch {
  const add = once((transaction, view) => {
    const place = find(transaction, view, true)
    if (!place?.entry) return undefined
    const value = increase(place.table, place.entry, type, index)
    trackingOf(transaction).changes += 1
    if (value !== undefined) noteReading(transaction, place, type, value)
    return value === undefined ? undefined : BigInt(value)
  })
  return (transaction, view) => {
    const added = add(transaction, view)
    const place = added === undefined ? undefined : find(transaction, view, false)
    if (!place?.entry || !place.table.config.exact) return added
    // Its object has been asked since.
    const value = increased(place.table, place.entry, type, index)!
    noteReading(transaction, place, type, value)
    return BigInt(value)
  }
}

function clearing(type: DataType, index: number, find: FindPlace): Fetch {
  return once((transaction, view) => {
    const place = find(transaction, view, false)
    if (!place) return undefined
    const { table, key, entry } = place
    const slot = legacySlot(table.layout, type, index)
    if (!entry) {
      if (slot !== undefined) table.setElsewhere(key, slot, 0)
      return 0n
    }
    if (slot === undefined) return undefined
    const before = table.read(entry, slot)
    noteReading(transaction, place, type, before)
    trackingOf(transaction).changes += 1
    table.set(entry, slot, 0)
    table.touch(entry)
    return BigInt(before)
  })
}

export const scBytesInRate: FetchMaker = (given, tools) => reading('bytes_in_rate', 0, sc(given, 0, tools))

export const scBytesOutRate: FetchMaker = (given, tools) => reading('bytes_out_rate', 0, sc(given, 0, tools))

export const scConnCnt: FetchMaker = (given, tools) => reading('conn_cnt', 0, sc(given, 0, tools))

export const scConnCur: FetchMaker = (given, tools) => reading('conn_cur', 0, sc(given, 0, tools))

export const scConnRate: FetchMaker = (given, tools) => reading('conn_rate', 0, sc(given, 0, tools))

export const scGpc0Rate: FetchMaker = (given, tools) => reading('gpc0_rate', 0, sc(given, 0, tools))

export const scGpc1Rate: FetchMaker = (given, tools) => reading('gpc1_rate', 0, sc(given, 0, tools))

export const scHttpErrCnt: FetchMaker = (given, tools) => reading('http_err_cnt', 0, sc(given, 0, tools))

export const scHttpErrRate: FetchMaker = (given, tools) => reading('http_err_rate', 0, sc(given, 0, tools))

export const scHttpFailCnt: FetchMaker = (given, tools) => reading('http_fail_cnt', 0, sc(given, 0, tools))

export const scHttpFailRate: FetchMaker = (given, tools) => reading('http_fail_rate', 0, sc(given, 0, tools))

export const scHttpReqCnt: FetchMaker = (given, tools) => reading('http_req_cnt', 0, sc(given, 0, tools))

export const scHttpReqRate: FetchMaker = (given, tools) => reading('http_req_rate', 0, sc(given, 0, tools))

export const scSessCnt: FetchMaker = (given, tools) => reading('sess_cnt', 0, sc(given, 0, tools))

export const scSessRate: FetchMaker = (given, tools) => reading('sess_rate', 0, sc(given, 0, tools))

export const scKbytesIn: FetchMaker = (given, tools) => inThousands('bytes_in_cnt', sc(given, 0, tools))

export const scKbytesOut: FetchMaker = (given, tools) => inThousands('bytes_out_cnt', sc(given, 0, tools))

export const scGetGpc0: FetchMaker = (given, tools) => reading('gpc0', 0, sc(given, 0, tools))

export const scIncGpc0: FetchMaker = (given, tools) => increasing('gpc0', 0, sc(given, 0, tools))

export const scClrGpc0: FetchMaker = (given, tools) => clearing('gpc0', 0, sc(given, 0, tools))

export const scGetGpc1: FetchMaker = (given, tools) => reading('gpc1', 0, sc(given, 0, tools))

export const scIncGpc1: FetchMaker = (given, tools) => increasing('gpc1', 0, sc(given, 0, tools))

export const scClrGpc1: FetchMaker = (given, tools) => clearing('gpc1', 0, sc(given, 0, tools))

export const scGetGpt0: FetchMaker = (given, tools) => reading('gpt0', 0, sc(given, 0, tools))

export const scGetGpc: FetchMaker = (given, tools) => reading('gpc', Number(given[0]), sc(given, 1, tools))

export const scIncGpc: FetchMaker = (given, tools) => increasing('gpc', Number(given[0]), sc(given, 1, tools))

export const scClrGpc: FetchMaker = (given, tools) => clearing('gpc', Number(given[0]), sc(given, 1, tools))

export const scGetGpt: FetchMaker = (given, tools) => reading('gpt', Number(given[0]), sc(given, 1, tools))

export const scGpcRate: FetchMaker = (given, tools) => reading('gpc_rate', Number(given[0]), sc(given, 1, tools))

export const srcBytesInRate: FetchMaker = (given, tools) => reading('bytes_in_rate', 0, src(given, 0, tools))

export const srcBytesOutRate: FetchMaker = (given, tools) => reading('bytes_out_rate', 0, src(given, 0, tools))

export const srcConnCnt: FetchMaker = (given, tools) => reading('conn_cnt', 0, src(given, 0, tools))

export const srcConnCur: FetchMaker = (given, tools) => reading('conn_cur', 0, src(given, 0, tools))

export const srcConnRate: FetchMaker = (given, tools) => reading('conn_rate', 0, src(given, 0, tools))

export const srcGpc0Rate: FetchMaker = (given, tools) => reading('gpc0_rate', 0, src(given, 0, tools))

export const srcGpc1Rate: FetchMaker = (given, tools) => reading('gpc1_rate', 0, src(given, 0, tools))

export const srcHttpErrCnt: FetchMaker = (given, tools) => reading('http_err_cnt', 0, src(given, 0, tools))

export const srcHttpErrRate: FetchMaker = (given, tools) => reading('http_err_rate', 0, src(given, 0, tools))

export const srcHttpFailCnt: FetchMaker = (given, tools) => reading('http_fail_cnt', 0, src(given, 0, tools))

export const srcHttpFailRate: FetchMaker = (given, tools) => reading('http_fail_rate', 0, src(given, 0, tools))

export const srcHttpReqCnt: FetchMaker = (given, tools) => reading('http_req_cnt', 0, src(given, 0, tools))

export const srcHttpReqRate: FetchMaker = (given, tools) => reading('http_req_rate', 0, src(given, 0, tools))

export const srcSessCnt: FetchMaker = (given, tools) => reading('sess_cnt', 0, src(given, 0, tools))

export const srcSessRate: FetchMaker = (given, tools) => reading('sess_rate', 0, src(given, 0, tools))

export const srcKbytesIn: FetchMaker = (given, tools) => inThousands('bytes_in_cnt', src(given, 0, tools))

export const srcKbytesOut: FetchMaker = (given, tools) => inThousands('bytes_out_cnt', src(given, 0, tools))

export const srcGetGpc0: FetchMaker = (given, tools) => reading('gpc0', 0, src(given, 0, tools))

export const srcIncGpc0: FetchMaker = (given, tools) => increasing('gpc0', 0, src(given, 0, tools))

export const srcClrGpc0: FetchMaker = (given, tools) => clearing('gpc0', 0, src(given, 0, tools))

export const srcGetGpc1: FetchMaker = (given, tools) => reading('gpc1', 0, src(given, 0, tools))

export const srcIncGpc1: FetchMaker = (given, tools) => increasing('gpc1', 0, src(given, 0, tools))

export const srcClrGpc1: FetchMaker = (given, tools) => clearing('gpc1', 0, src(given, 0, tools))

export const srcGetGpt0: FetchMaker = (given, tools) => reading('gpt0', 0, src(given, 0, tools))

export const srcGetGpc: FetchMaker = (given, tools) => reading('gpc', Number(given[0]), src(given, 1, tools))

export const srcIncGpc: FetchMaker = (given, tools) => increasing('gpc', Number(given[0]), src(given, 1, tools))

export const srcClrGpc: FetchMaker = (given, tools) => clearing('gpc', Number(given[0]), src(given, 1, tools))

export const srcGetGpt: FetchMaker = (given, tools) => reading('gpt', Number(given[0]), src(given, 1, tools))

export const srcGpcRate: FetchMaker = (given, tools) => reading('gpc_rate', Number(given[0]), src(given, 1, tools))

export const scTracked: FetchMaker = (given, tools) => {
  const find = sc(given, 0, tools)
  return (transaction, view) => find(transaction, view, false)?.entry !== undefined
}

export const scTrackers: FetchMaker = (given, tools) => {
  const find = sc(given, 0, tools)
  return (transaction, view) => {
    const found = find(transaction, view, false)
    return found && BigInt(found.entry?.trackers ?? 0)
  }
}

export const srcUpdtConnCnt: FetchMaker = (given, tools) => increasing('conn_cnt', 0, src(given, 0, tools))

export const tableCnt: FetchMaker = ([name = '']) => {
  return (_, view) => {
    const table = view.table(name)
    return table && BigInt(table.count())
  }
}

export const tableAvl: FetchMaker = ([name = '']) => {
  return (_, view) => {
    const table = view.table(name)
    return table && BigInt(Math.max(0, table.config.size - table.count()))
  }
}
