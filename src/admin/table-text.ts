// `show table`: a table's head, its entries, and the filters that choose some of them (management manual 9.3).

import { escapedKey } from './escaped.ts'
import type { TableView } from './operations.ts'

export function tableHeader({ name, config, count }: TableView): string {
  return `# table: ${name}, type: ${config.type}, size:${config.size}, used:${count ?? 'unknown'}\n`
}

export function tableLines(entries: TableView['entries'], nowMs: number): string {
  return entries
    .map(({ key, server, id, untilMs }, i) => {
      const place = `0x${(i + 1).toString(16)}`
      // What never ends has no end to show: HAProxy prints 0.
      const expiresMs = untilMs >= Number.MAX_SAFE_INTEGER ? 0 : untilMs - nowMs
      return `${place}: key=${escapedKey(key)} use=0 exp=${expiresMs} server_id=${id} server_key=${server}\n`
    })
    .join('')
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
