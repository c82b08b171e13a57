// Counters of stick tables, by what a request is tracked under or by its client's address. HAProxy: configuration manual 7.3.2, 7.3.3.

import type { DataType } from '../../config/data-types.ts'
import { increase } from '../../counting/general.ts'
import { legacySlot } from '../../counting/legacy-slot.ts'
import { placeOf, readCounter, readKilobytes } from '../counter-reading.ts'
import type { Place } from '../counter-reading.ts'
import { noteReading, trackingOf } from '../tracked.ts'
import type { Fetch, FetchMaker } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import type { View } from '../view.ts'

/** Undefined: there is nothing to look at. `makes`: an entry that is not there is made. */
type FindPlace = (transaction: Transaction, view: View, makes: boolean) => Place | undefined

/** What is tracked under a number, or the same key in another table. */
function sc(given: readonly string[], at: number): FindPlace {
  const number = Number(given[at])
  const other = given[at + 1] ?? ''
  return (transaction, view, makes) => {
    const tracked = transaction.tracking?.at(number)
    if (!tracked || other === '') return tracked && { ...tracked, key: tracked.entry.key }
    const table = view.table(other)
    return table && placeOf(transaction, table, tracked.entry.key, makes)
  }
}

/** The client's address. */
function src(given: readonly string[], at: number): FindPlace {
  const name = given[at] ?? ''
  return (transaction, view, makes) => {
    const table = view.table(name)
    const key = table?.keyOf(transaction.asked.clientAddress)
    return table && key !== undefined ? placeOf(transaction, table, key, makes) : undefined
  }
}

function reading(type: DataType, index: number, find: FindPlace): Fetch {
  return (transaction, view) => readCounter(transaction, find(transaction, view, false), type, index)
}

function inThousands(type: DataType, find: FindPlace): Fetch {
  return (transaction, view) => readKilobytes(transaction, find(transaction, view, false), type)
}

/** A rule that had to wait, for a body or a password, is asked again; what its samples did to a counter is done, and what they read was read. */
function once(fetch: (transaction: Transaction, view: View) => bigint | undefined): Fetch {
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
  return once((transaction, view) => {
    const place = find(transaction, view, true)
    if (!place?.entry) return undefined
    const value = increase(place.table, place.entry, type, index)
    if (value !== undefined) noteReading(transaction, place, type, value)
    return value === undefined ? undefined : BigInt(value)
  })
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
    table.set(entry, slot, 0)
    table.touch(entry)
    return BigInt(before)
  })
}

export const scBytesInRate: FetchMaker = (given) => reading('bytes_in_rate', 0, sc(given, 0))

export const scBytesOutRate: FetchMaker = (given) => reading('bytes_out_rate', 0, sc(given, 0))

export const scConnCnt: FetchMaker = (given) => reading('conn_cnt', 0, sc(given, 0))

export const scConnCur: FetchMaker = (given) => reading('conn_cur', 0, sc(given, 0))

export const scConnRate: FetchMaker = (given) => reading('conn_rate', 0, sc(given, 0))

export const scGpc0Rate: FetchMaker = (given) => reading('gpc0_rate', 0, sc(given, 0))

export const scGpc1Rate: FetchMaker = (given) => reading('gpc1_rate', 0, sc(given, 0))

export const scHttpErrCnt: FetchMaker = (given) => reading('http_err_cnt', 0, sc(given, 0))

export const scHttpErrRate: FetchMaker = (given) => reading('http_err_rate', 0, sc(given, 0))

export const scHttpFailCnt: FetchMaker = (given) => reading('http_fail_cnt', 0, sc(given, 0))

export const scHttpFailRate: FetchMaker = (given) => reading('http_fail_rate', 0, sc(given, 0))

export const scHttpReqCnt: FetchMaker = (given) => reading('http_req_cnt', 0, sc(given, 0))

export const scHttpReqRate: FetchMaker = (given) => reading('http_req_rate', 0, sc(given, 0))

export const scSessCnt: FetchMaker = (given) => reading('sess_cnt', 0, sc(given, 0))

export const scSessRate: FetchMaker = (given) => reading('sess_rate', 0, sc(given, 0))

export const scKbytesIn: FetchMaker = (given) => inThousands('bytes_in_cnt', sc(given, 0))

export const scKbytesOut: FetchMaker = (given) => inThousands('bytes_out_cnt', sc(given, 0))

export const scGetGpc0: FetchMaker = (given) => reading('gpc0', 0, sc(given, 0))

export const scIncGpc0: FetchMaker = (given) => increasing('gpc0', 0, sc(given, 0))

export const scClrGpc0: FetchMaker = (given) => clearing('gpc0', 0, sc(given, 0))

export const scGetGpc1: FetchMaker = (given) => reading('gpc1', 0, sc(given, 0))

export const scIncGpc1: FetchMaker = (given) => increasing('gpc1', 0, sc(given, 0))

export const scClrGpc1: FetchMaker = (given) => clearing('gpc1', 0, sc(given, 0))

export const scGetGpt0: FetchMaker = (given) => reading('gpt0', 0, sc(given, 0))

export const scGetGpc: FetchMaker = (given) => reading('gpc', Number(given[0]), sc(given, 1))

export const scIncGpc: FetchMaker = (given) => increasing('gpc', Number(given[0]), sc(given, 1))

export const scClrGpc: FetchMaker = (given) => clearing('gpc', Number(given[0]), sc(given, 1))

export const scGetGpt: FetchMaker = (given) => reading('gpt', Number(given[0]), sc(given, 1))

export const scGpcRate: FetchMaker = (given) => reading('gpc_rate', Number(given[0]), sc(given, 1))

export const srcBytesInRate: FetchMaker = (given) => reading('bytes_in_rate', 0, src(given, 0))

export const srcBytesOutRate: FetchMaker = (given) => reading('bytes_out_rate', 0, src(given, 0))

export const srcConnCnt: FetchMaker = (given) => reading('conn_cnt', 0, src(given, 0))

export const srcConnCur: FetchMaker = (given) => reading('conn_cur', 0, src(given, 0))

export const srcConnRate: FetchMaker = (given) => reading('conn_rate', 0, src(given, 0))

export const srcGpc0Rate: FetchMaker = (given) => reading('gpc0_rate', 0, src(given, 0))

export const srcGpc1Rate: FetchMaker = (given) => reading('gpc1_rate', 0, src(given, 0))

export const srcHttpErrCnt: FetchMaker = (given) => reading('http_err_cnt', 0, src(given, 0))

export const srcHttpErrRate: FetchMaker = (given) => reading('http_err_rate', 0, src(given, 0))

export const srcHttpFailCnt: FetchMaker = (given) => reading('http_fail_cnt', 0, src(given, 0))

export const srcHttpFailRate: FetchMaker = (given) => reading('http_fail_rate', 0, src(given, 0))

export const srcHttpReqCnt: FetchMaker = (given) => reading('http_req_cnt', 0, src(given, 0))

export const srcHttpReqRate: FetchMaker = (given) => reading('http_req_rate', 0, src(given, 0))

export const srcSessCnt: FetchMaker = (given) => reading('sess_cnt', 0, src(given, 0))

export const srcSessRate: FetchMaker = (given) => reading('sess_rate', 0, src(given, 0))

export const srcKbytesIn: FetchMaker = (given) => inThousands('bytes_in_cnt', src(given, 0))

export const srcKbytesOut: FetchMaker = (given) => inThousands('bytes_out_cnt', src(given, 0))

export const srcGetGpc0: FetchMaker = (given) => reading('gpc0', 0, src(given, 0))

export const srcIncGpc0: FetchMaker = (given) => increasing('gpc0', 0, src(given, 0))

export const srcClrGpc0: FetchMaker = (given) => clearing('gpc0', 0, src(given, 0))

export const srcGetGpc1: FetchMaker = (given) => reading('gpc1', 0, src(given, 0))

export const srcIncGpc1: FetchMaker = (given) => increasing('gpc1', 0, src(given, 0))

export const srcClrGpc1: FetchMaker = (given) => clearing('gpc1', 0, src(given, 0))

export const srcGetGpt0: FetchMaker = (given) => reading('gpt0', 0, src(given, 0))

export const srcGetGpc: FetchMaker = (given) => reading('gpc', Number(given[0]), src(given, 1))

export const srcIncGpc: FetchMaker = (given) => increasing('gpc', Number(given[0]), src(given, 1))

export const srcClrGpc: FetchMaker = (given) => clearing('gpc', Number(given[0]), src(given, 1))

export const srcGetGpt: FetchMaker = (given) => reading('gpt', Number(given[0]), src(given, 1))

export const srcGpcRate: FetchMaker = (given) => reading('gpc_rate', Number(given[0]), src(given, 1))

export const scTracked: FetchMaker = (given) => {
  const find = sc(given, 0)
  return (transaction, view) => find(transaction, view, false)?.entry !== undefined
}

export const scTrackers: FetchMaker = (given) => {
  const find = sc(given, 0)
  return (transaction, view) => {
    const found = find(transaction, view, false)
    return found && BigInt(found.entry?.trackers ?? 0)
  }
}

export const srcUpdtConnCnt: FetchMaker = (given) => increasing('conn_cnt', 0, src(given, 0))

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
