// Counters of any key in a stick table. HAProxy: configuration manual 7.3.1 "in_table", "table_http_req_rate" and the like.

import type { DataType } from '../../config/data-types.ts'
import { placeOf, readCounter, readKilobytes } from '../counter-reading.ts'
import type { Place } from '../counter-reading.ts'
import type { Convert, ConverterMaker, Tools } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { toText } from '../values.ts'
import type { Value } from '../values.ts'
import type { View } from '../view.ts'

/** Undefined: the value is no key of the table. */
function placeIn(
  name: string,
  value: Value,
  { transaction, view, tools }: { readonly transaction: Transaction; readonly view: View; readonly tools: Tools },
): Place | undefined {
  const table = view.table(name)
  const key = table?.keyOf(toText(value))
  return table && key !== undefined ? placeOf(transaction, table, key, tools) : undefined
}

function reading(type: DataType, index: number, name: string, tools: Tools): Convert {
  return (value, transaction, view) =>
    readCounter(transaction, placeIn(name, value, { transaction, view, tools }), type, index)
}

function inThousands(type: DataType, name: string, tools: Tools): Convert {
  return (value, transaction, view) =>
    readKilobytes(transaction, placeIn(name, value, { transaction, view, tools }), type)
}

function lifeOf(
  tools: Tools,
  name: string,
  otherwise: string | undefined,
  lifeMs: (leftMs: number, expireMs: number | null) => number,
): Convert {
  return (value, transaction, view) => {
    const place = placeIn(name, value, { transaction, view, tools })
    if (!place?.entry) return otherwise === undefined ? undefined : BigInt(otherwise)
    const { table, entry } = place
    return BigInt(Math.max(0, lifeMs(entry.untilMs - table.now(), table.config.expireMs)))
  }
}

export const inTable: ConverterMaker = ([name = ''], tools) => {
  return (value, transaction, view) => placeIn(name, value, { transaction, view, tools })?.entry !== undefined
}

export const tableBytesInRate: ConverterMaker = ([name = ''], tools) => reading('bytes_in_rate', 0, name, tools)

export const tableBytesOutRate: ConverterMaker = ([name = ''], tools) => reading('bytes_out_rate', 0, name, tools)

export const tableConnCnt: ConverterMaker = ([name = ''], tools) => reading('conn_cnt', 0, name, tools)

export const tableConnCur: ConverterMaker = ([name = ''], tools) => reading('conn_cur', 0, name, tools)

export const tableConnRate: ConverterMaker = ([name = ''], tools) => reading('conn_rate', 0, name, tools)

export const tableGpc0Rate: ConverterMaker = ([name = ''], tools) => reading('gpc0_rate', 0, name, tools)

export const tableGpc1Rate: ConverterMaker = ([name = ''], tools) => reading('gpc1_rate', 0, name, tools)

export const tableHttpErrCnt: ConverterMaker = ([name = ''], tools) => reading('http_err_cnt', 0, name, tools)

export const tableHttpErrRate: ConverterMaker = ([name = ''], tools) => reading('http_err_rate', 0, name, tools)

export const tableHttpFailCnt: ConverterMaker = ([name = ''], tools) => reading('http_fail_cnt', 0, name, tools)

export const tableHttpFailRate: ConverterMaker = ([name = ''], tools) => reading('http_fail_rate', 0, name, tools)

export const tableHttpReqCnt: ConverterMaker = ([name = ''], tools) => reading('http_req_cnt', 0, name, tools)

export const tableHttpReqRate: ConverterMaker = ([name = ''], tools) => reading('http_req_rate', 0, name, tools)

export const tableSessCnt: ConverterMaker = ([name = ''], tools) => reading('sess_cnt', 0, name, tools)

export const tableSessRate: ConverterMaker = ([name = ''], tools) => reading('sess_rate', 0, name, tools)

export const tableKbytesIn: ConverterMaker = ([name = ''], tools) => inThousands('bytes_in_cnt', name, tools)

export const tableKbytesOut: ConverterMaker = ([name = ''], tools) => inThousands('bytes_out_cnt', name, tools)

export const tableGpc0: ConverterMaker = ([name = ''], tools) => reading('gpc0', 0, name, tools)

export const tableGpc1: ConverterMaker = ([name = ''], tools) => reading('gpc1', 0, name, tools)

export const tableGpt0: ConverterMaker = ([name = ''], tools) => reading('gpt0', 0, name, tools)

export const tableGpc: ConverterMaker = ([index, name = ''], tools) => reading('gpc', Number(index), name, tools)

export const tableGpt: ConverterMaker = ([index, name = ''], tools) => reading('gpt', Number(index), name, tools)

export const tableGpcRate: ConverterMaker = ([index, name = ''], tools) =>
  reading('gpc_rate', Number(index), name, tools)

export const tableTrackers: ConverterMaker = ([name = ''], tools) => {
  return (value, transaction, view) => {
    const place = placeIn(name, value, { transaction, view, tools })
    return place && BigInt(place.entry?.trackers ?? 0)
  }
}

export const tableExpire: ConverterMaker = ([name = '', otherwise], tools) =>
  lifeOf(tools, name, otherwise, (leftMs) => leftMs)

export const tableIdle: ConverterMaker = ([name = '', otherwise], tools) =>
  lifeOf(tools, name, otherwise, (leftMs, expireMs) => (expireMs ?? leftMs) - leftMs)
