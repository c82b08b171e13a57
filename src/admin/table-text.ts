// `show table`: a table's head, its entries, and the filters that choose some of them (management manual 9.3).

import { escapedKey } from './escaped.ts'
import type { TableView } from './operations.ts'

export function tableHeader({ name, config, count }: TableView): string {
  return `# table: ${name}, type: ${config.type}, size:${config.size}, used:${count ?? 'unknown'}\n`
}

export function tableLines(table: TableView, nowMs: number): string {
  return table.entries
    .map(({ key, server, id, untilMs }, i) => {
      const place = `0x${(i + 1).toString(16)}`
      const expiresMs = expiresInMs(table, untilMs, nowMs)
      return `${place}: key=${escapedKey(key)} use=0 exp=${expiresMs ?? 0} server_id=${id} server_key=${server}\n`
    })
    .join('')
}

/** An entry may be kept longer than `expire`; shown is what HAProxy would show. Undefined: it never ends; HAProxy prints 0. */
function expiresInMs({ config }: TableView, untilMs: number, nowMs: number): number | undefined {
  return untilMs >= Number.MAX_SAFE_INTEGER ? undefined : Math.min(untilMs - nowMs, config.expireMs ?? Infinity)
}

/** `used`: null where the store cannot tell. */
export function headerJson({ name, config: { type, size }, count }: TableView) {
  return { table: name, type, size, used: count ?? null }
}

/** `expiresMs`: null: never. */
export function entriesJson(table: TableView, nowMs: number) {
  return table.entries.map(({ key, server, id, untilMs }) => ({
    key,
    expiresMs: expiresInMs(table, untilMs, nowMs) ?? null,
    server,
    serverId: id,
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
  readonly operator: FilterOperator
  readonly value: number
}

/** HAProxy's bound. */
const MOST_FILTERS = 4

/** `data.server_id eq 2`, several of them; or what is wrong. */
export function parseFilters(words: readonly string[]): readonly Filter[] | string {
  const filters: Filter[] = []
  for (let i = 0; i < words.length; i += 3) {
    const [type = '', operator = '', value = ''] = words.slice(i, i + 3)
    const entry = `Filter entry #${filters.length + 1}`
    if (!type.startsWith('data.')) {
      return 'Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>\n'
    }
    if (type !== 'data.server_id') return `${entry}: Unknown data type\n`
    if (!Object.hasOwn(parseOperator, operator))
      return `${entry}: Require and operator among "eq", "ne", "le", "ge", "lt", "gt"\n`
    if (!/^\d+$/.test(value)) return `${entry}: Require a valid integer value to compare against\n`
    filters.push({ operator: operator as FilterOperator, value: Number(value) })
    if (filters.length > MOST_FILTERS) return `More than ${MOST_FILTERS} filters\n`
  }
  return filters
}
