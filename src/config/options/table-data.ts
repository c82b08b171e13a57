// What a stick table keeps of a key besides its server: counters, rates and tags. HAProxy: configuration manual 4.2 "stick-table",
// 11.2.

import * as v from 'valibot'

import { DATA_TYPES } from '../data-types.ts'
import type { DataRow, DataType, Datum } from '../data-types.ts'
import { nearest } from '../nearest.ts'
import { ms } from '../units.ts'

/** HAProxy's bound. */
const MOST_OF_ARRAY = 100

export type DatumReading = { readonly datum: Datum } | { readonly problem: string }

/** `http_req_rate(10s)`, `gpc0`, `gpc(3)`, `gpc_rate(3,10s)`. */
export function readDatum(text: string): DatumReading {
  const [, name = '', given] = /^([a-z0-9_]+)(?:\(([^()]*)\))?$/.exec(text) ?? []
  if (!Object.hasOwn(DATA_TYPES, name)) {
    const near = nearest(name === '' ? text : name, Object.keys(DATA_TYPES))
    return { problem: `'${text}' is not kept by a table${near === undefined ? '' : `; did you mean '${near}'?`}` }
  }
  const type = name as DataType
  const { kind, isArray }: DataRow = DATA_TYPES[type]
  const form = `${type}${isArray ? (kind === 'rate' ? '(HOW MANY,PERIOD)' : '(HOW MANY)') : kind === 'rate' ? '(PERIOD)' : ''}`
  const words = given === undefined ? [] : given.split(',')
  const count = isArray ? words.shift() : '1'
  const period = kind === 'rate' ? words.shift() : undefined
  const problem = { problem: `'${text}' must be ${form}` }
  if (count === undefined || words.length > 0 || !/^\d{1,3}$/.test(count)) return problem
  const length = Number(count)
  if (length < 1 || length > MOST_OF_ARRAY) return { problem: `'${text}' must have 1 to ${MOST_OF_ARRAY} of them` }
  const periodMs = kind === 'rate' ? periodOf(period) : null
  return periodMs === undefined ? problem : { datum: { type, length, periodMs } }
}

/** As haproxy.cfg writes times: without a unit they are milliseconds. */
function periodOf(text = ''): number | undefined {
  if (!/^\d{1,10}(?:us|ms|s|m|h|d)?$/.test(text)) return undefined
  const found = text.endsWith('us')
    ? Math.ceil(Number(text.slice(0, -2)) / 1000)
    : ms(/\d$/.test(text) ? `${text}ms` : text)
  return found >= 1 ? found : undefined
}

/** As HAProxy shows it, without the number of one of an array. */
export const datum = v.pipe(
  v.string('must be a data type such as http_req_rate(10s)'),
  v.check(
    (value) => 'datum' in readDatum(value),
    ({ input }) => {
      const reading = readDatum(String(input))
      return 'problem' in reading ? reading.problem : ''
    },
  ),
)

/** Each once, in HAProxy's order. */
export function resolveData(texts: readonly string[]): readonly Datum[] {
  const found = new Map(
    texts.map((text) => {
      const reading = readDatum(text) as { readonly datum: Datum }
      return [reading.datum.type, reading.datum]
    }),
  )
  return (Object.keys(DATA_TYPES) as DataType[]).flatMap((type) => found.get(type) ?? [])
}
