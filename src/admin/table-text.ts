// `show table`: a table's head, its entries, and the filters that choose some of them (management manual 9.3).

import { DATA_TYPES } from '../config/data-types.ts'
import { escaped, escapedKey } from './escaped.ts'
import type { TableRow, TableView } from './operations.ts'

export function tableHeader({ name, config, count }: TableView): string {
  return `# table: ${name}, type: ${config.type}, size:${config.size}, used:${count ?? 'unknown'}\n`
}

/** HAProxy shows the server's name before these. */
const BEHIND_NAME = /^(?:http_fail|gp[ct]$|gpc_rate$)/

export function tableLines(table: TableView, nowMs: number): string {
  // A table that stores servers shows them of all its keys.
  const hasServers = table.config.data.length === 0 || table.entries.some(({ server }) => server !== undefined)
  return table.entries
    .map(({ key, server, id = 0, untilMs, data = [] }, i) => {
      const shown = (isBehind: boolean) =>
        data
          .filter(([type]) => BEHIND_NAME.test(type) === isBehind)
          .map(([, name, value]) => ` ${name}=${value}`)
          .join('')
      const place = `0x${(i + 1).toString(16)}`
      const [ofId, ofName] = hasServers ? [` server_id=${id}`, ` server_key=${server ?? '-'}`] : ['', '']
      const fields = ofId + shown(false) + ofName + shown(true)
      return `${place}: key=${shownKey(table, key)} use=0 exp=${expiresInMs(table, untilMs, nowMs) ?? 0}${fields}\n`
    })
    .join('')
}

/** Limpet keeps an IPv4 address as one, in tables of both types; HAProxy maps it. */
function shownKey({ config }: TableView, key: string): string {
  return config.type === 'ipv6' && !config.hashKeys && !key.includes(':') ? `::ffff:${key}` : escapedKey(key)
}

/** An entry may be kept longer than `expire`; shown is what HAProxy would show. Undefined: it never ends; HAProxy prints 0. */
export function expiresInMs({ config }: TableView, untilMs: number, nowMs: number): number | undefined {
  return untilMs >= Number.MAX_SAFE_INTEGER ? undefined : Math.min(untilMs - nowMs, config.expireMs ?? Infinity)
}

/** `used`: null where the store cannot tell. */
export function headerJson({ name, config: { type, size }, count }: TableView) {
  return { table: name, type, size, used: count ?? null }
}

/** `expiresMs`: null: never. */
export function entriesJson(table: TableView, nowMs: number) {
  return table.entries.map(({ key, server, id, untilMs, data }) => ({
    key,
    expiresMs: expiresInMs(table, untilMs, nowMs) ?? null,
    ...(server === undefined ? {} : { server, serverId: id }),
    ...(data === undefined ? {} : { data: Object.fromEntries(data.map(([, name, value]) => [name, value])) }),
  }))
}

export const parseOperator = {
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  le: (a: number, b: number) => a <= b,
  ge: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  gt: (a: number, b: number) => a > b,
} as const
export type FilterOperator = keyof typeof parseOperator

export interface Filter {
  readonly of: (row: TableRow) => number
  readonly operator: FilterOperator
  readonly value: number
}

/** HAProxy's bound. */
const MOST_FILTERS = 4

function extraProblem(words: readonly string[]): string {
  // `show table <table>` are three more words.
  const firstExtra = 3 + MOST_FILTERS * 3 + 1
  return `Detected extra data in filter, ${firstExtra}th word of input, after '${escaped(words[MOST_FILTERS * 3 - 1]!)}'\n`
}

/** HAProxy takes negative ones, too. */
export const INTEGER = /^[+-]?\d+$/

/** What a counter of HAProxy keeps of a number: 32 bits, of totals of bytes 64. */
export function keptOf(type: string, text: string): number {
  return Number(BigInt.asUintN(/^data\.bytes_(?:in|out)_cnt$/.test(type) ? 64 : 32, BigInt(text.replace('+', ''))))
}

/** HAProxy's other two. */
const KEPT_OF_SERVERS = new Set(['server_id', 'server_key'])

/** What is wrong with a `data.…` word; undefined: the table has such data. */
export function dataProblem(word: string, { config }: TableView): string | undefined {
  const [, name = ''] = /^data\.(.+)$/.exec(word) ?? []
  if (!Object.hasOwn(DATA_TYPES, name) && !KEPT_OF_SERVERS.has(name)) return 'Unknown data type\n'
  const isStored = name === 'server_id' || config.data.some(({ type }) => name === type)
  return isStored ? undefined : 'Data type not stored in this table\n'
}

/** `data.server_id eq 2`, several of them; or what is wrong. */
export function parseFilters(words: readonly string[], table: TableView): readonly Filter[] | string {
  const filters: Filter[] = []
  for (let i = 0; i < words.length; i += 3) {
    const [type = '', operator = '', value = ''] = words.slice(i, i + 3)
    const entry = `Filter entry #${filters.length + 1}`
    if (filters.length === MOST_FILTERS) return extraProblem(words)
    if (!type.startsWith('data.')) {
      if (i > 0) return `${entry}: Unknown data type\n`
      return 'Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>\n'
    }
    const wrong = dataProblem(type, table)
    if (wrong !== undefined) return `${entry}: ${wrong}`
    if (!Object.hasOwn(parseOperator, operator))
      return `${entry}: Require and operator among "eq", "ne", "le", "ge", "lt", "gt"\n`
    if (!INTEGER.test(value)) return `${entry}: Require a valid integer value to compare against\n`
    // Of an array the first is meant.
    const of = ({ id = 0, data = [] }: TableRow) =>
      type === 'data.server_id' ? id : (data.find(([each]) => `data.${each}` === type)?.[2] ?? 0)
    filters.push({ of, operator: operator as FilterOperator, value: Number(value) })
  }
  return filters
}
