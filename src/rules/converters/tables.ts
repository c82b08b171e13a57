// Counters of any key in a stick table. HAProxy: configuration manual 7.3.1 "in_table", "table_http_req_rate" and the like.

import type { DataType } from '../../config/data-types.ts'
import { placeOf, readCounter, readKilobytes } from '../counter-reading.ts'
import type { Place } from '../counter-reading.ts'
import type { Convert, ConverterMaker } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { toText } from '../values.ts'
import type { Value } from '../values.ts'
import type { View } from '../view.ts'

/** Undefined: the value is no key of the table. */
function placeIn(name: string, value: Value, transaction: Transaction, view: View): Place | undefined {
  const table = view.table(name)
  const key = table?.keyOf(toText(value))
  return table && key !== undefined ? placeOf(transaction, table, key) : undefined
}

function reading(type: DataType, index: number, name: string): Convert {
  return (value, transaction, view) => readCounter(transaction, placeIn(name, value, transaction, view), type, index)
}

function inThousands(type: DataType, name: string): Convert {
  return (value, transaction, view) => readKilobytes(transaction, placeIn(name, value, transaction, view), type)
}

function lifeOf(
  name: string,
  otherwise: string | undefined,
  lifeMs: (leftMs: number, expireMs: number | null) => number,
): Convert {
  return (value, transaction, view) => {
    const place = placeIn(name, value, transaction, view)
    if (!place?.entry) return otherwise === undefined ? undefined : BigInt(otherwise)
    const { table, entry } = place
    return BigInt(Math.max(0, lifeMs(entry.untilMs - table.now(), table.config.expireMs)))
  }
}

export const inTable: ConverterMaker = ([name = '']) => {
  return (value, transaction, view) => placeIn(name, value, transaction, view)?.entry !== undefined
}

export const tableBytesInRate: ConverterMaker = ([name = '']) => reading('bytes_in_rate', 0, name)

export const tableBytesOutRate: ConverterMaker = ([name = '']) => reading('bytes_out_rate', 0, name)

export const tableConnCnt: ConverterMaker = ([name = '']) => reading('conn_cnt', 0, name)

export const tableConnCur: ConverterMaker = ([name = '']) => reading('conn_cur', 0, name)

export const tableConnRate: ConverterMaker = ([name = '']) => reading('conn_rate', 0, name)

export const tableGpc0Rate: ConverterMaker = ([name = '']) => reading('gpc0_rate', 0, name)

export const tableGpc1Rate: ConverterMaker = ([name = '']) => reading('gpc1_rate', 0, name)

export const tableHttpErrCnt: ConverterMaker = ([name = '']) => reading('http_err_cnt', 0, name)

export const tableHttpErrRate: ConverterMaker = ([name = '']) => reading('http_err_rate', 0, name)

export const tableHttpFailCnt: ConverterMaker = ([name = '']) => reading('http_fail_cnt', 0, name)

export const tableHttpFailRate: ConverterMaker = ([name = '']) => reading('http_fail_rate', 0, name)

export const tableHttpReqCnt: ConverterMaker = ([name = '']) => reading('http_req_cnt', 0, name)

export const tableHttpReqRate: ConverterMaker = ([name = '']) => reading('http_req_rate', 0, name)

export const tableSessCnt: ConverterMaker = ([name = '']) => reading('sess_cnt', 0, name)

export const tableSessRate: ConverterMaker = ([name = '']) => reading('sess_rate', 0, name)

export const tableKbytesIn: ConverterMaker = ([name = '']) => inThousands('bytes_in_cnt', name)

export const tableKbytesOut: ConverterMaker = ([name = '']) => inThousands('bytes_out_cnt', name)

export const tableGpc0: ConverterMaker = ([name = '']) => reading('gpc0', 0, name)

export const tableGpc1: ConverterMaker = ([name = '']) => reading('gpc1', 0, name)

export const tableGpt0: ConverterMaker = ([name = '']) => reading('gpt0', 0, name)

export const tableGpc: ConverterMaker = ([index, name = '']) => reading('gpc', Number(index), name)

export const tableGpt: ConverterMaker = ([index, name = '']) => reading('gpt', Number(index), name)

export const tableGpcRate: ConverterMaker = ([index, name = '']) => reading('gpc_rate', Number(index), name)

export const tableTrackers: ConverterMaker = ([name = '']) => {
  return (value, transaction, view) => {
    const place = placeIn(name, value, transaction, view)
    return place && BigInt(place.entry?.trackers ?? 0)
  }
}

export const tableExpire: ConverterMaker = ([name = '', otherwise]) => lifeOf(name, otherwise, (leftMs) => leftMs)

export const tableIdle: ConverterMaker = ([name = '', otherwise]) =>
  lifeOf(name, otherwise, (leftMs, expireMs) => (expireMs ?? leftMs) - leftMs)
