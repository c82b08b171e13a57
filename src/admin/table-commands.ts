// Commands for stick tables: `show table`, `set table`, `clear table` (management manual 9.3).

import { problem } from './answer.ts'
import type { Answer, Problem } from './answer.ts'
import type { Operations, TableView } from './operations.ts'
import {
  INTEGER,
  dataProblem,
  entriesJson,
  headerJson,
  keptOf,
  parseFilters,
  parseOperator,
  tableHeader,
  tableLines,
} from './table-text.ts'

/** Success has no text. */
const DONE = ''
/** How many entries of a table are listed. */
const MOST_ENTRIES = 10_000
const MOST_INTEGER_KEY = 0xffff_ffff

export async function showTable(asked: readonly string[], operations: Operations): Promise<Answer> {
  // A key may be `json`, too.
  const isJson = asked.at(-1) === 'json' && asked.at(-2) !== 'key'
  const [name, ...filter] = isJson ? asked.slice(0, -1) : asked
  const tables = await operations.tables(name === undefined ? 0 : MOST_ENTRIES)
  if (name === undefined)
    return isJson ? `${JSON.stringify(tables.map(headerJson))}\n` : tables.map(tableHeader).join('')
  const table = tables.find((each) => each.name === name)
  if (!table) return problem('No such table\n')
  const chosen = await chooseEntries(table, filter, operations)
  if ('problem' in chosen) return chosen
  // As HAProxy: a key that is not there is answered without the table's head.
  if (!isJson && filter[0] === 'key' && chosen.length === 0) return DONE
  const shown = { ...table, entries: chosen }
  if (isJson) return `${JSON.stringify({ ...headerJson(table), entries: entriesJson(shown, operations.now()) })}\n`
  return tableHeader(table) + tableLines(shown, operations.now())
}

/** The entries that a filter names, or what is wrong with it. */
async function chooseEntries(
  table: TableView,
  filter: readonly string[],
  operations: Operations,
): Promise<TableView['entries'] | Problem> {
  if (filter[0] === 'key') {
    if (filter[1] === undefined) return problem('Key value expected\n')
    const key = await storedKey(table, filter[1], operations)
    if (key === undefined) return problem('Invalid key\n')
    // The operator may have copied a key that is already hashed.
    return table.entries.filter((entry) => entry.key === key || entry.key === filter[1])
  }
  const filters = parseFilters(filter, table)
  if (typeof filters === 'string') return problem(filters)
  return table.entries.filter((row) =>
    filters.every(({ of, operator, value }) => parseOperator[operator](of(row), value)),
  )
}

/** Undefined: the operator's word is no key of the table's type. */
async function storedKey(table: TableView, word: string, operations: Operations): Promise<string | undefined> {
  // A sample without a number counts as 0; an operator who writes one has written the wrong key.
  if (table.config.type === 'integer' && !(Number(/^\d+/.exec(word)?.[0]) <= MOST_INTEGER_KEY)) return undefined
  // HAProxy maps the IPv4 address of a sample, and takes none from an operator, who sees it mapped.
  if (table.config.type === 'ipv6' && !word.includes(':')) return undefined
  return operations.tableKey(table.name, word)
}

export async function setTable(words: readonly string[], operations: Operations): Promise<Answer> {
  const [name = '', keyword, key, ...data] = words
  const usage = 'Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n'
  if (name === '') return problem(usage)
  const table = (await operations.tables(0)).find((each) => each.name === name)
  if (!table) return problem('No such table\n')
  if (keyword !== 'key') return problem(usage)
  if (key === undefined) return problem('Key value expected\n')
  if (table.count === undefined) return problem('This table cannot be written from here: its store has no operator\n')
  const stored = await storedKey(table, key, operations)
  if (stored === undefined) return problem('Invalid key\n')
  const counted = table.config.data.length > 0
  if (data.length === 0 && !counted) return problem('Data type expected: data.server_id <id>\n')
  const values: [type: string, n: number][] = []
  let id: number | undefined
  for (let i = 0; i < data.length; i += 2) {
    const [type = '', text = ''] = data.slice(i, i + 2)
    if (!type.startsWith('data.')) return problem('"data.<type>" followed by a value expected\n')
    const wrong = dataProblem(type, table)
    if (wrong !== undefined) return problem(wrong)
    if (!INTEGER.test(text)) return problem('Require a valid integer value to store\n')
    if (type === 'data.server_id') id = Number(text)
    else values.push([type.slice('data.'.length), keptOf(type, text)])
  }
  if (id !== undefined) {
    const backend = operations.config.backends.find((each) => each.name === name)
    const server = backend?.servers.find((each) => each.id === id)
    if (!server) return problem(`Backend ${name} has no server of this id\n`)
    await operations.storeEntry(name, stored, { server: server.name, id })
  }
  if (counted && !(await operations.setCounts(name, stored, values))) return problem('Unable to allocate a new entry\n')
  return DONE
}

export async function clearTable([name, ...filter]: readonly string[], operations: Operations): Promise<Answer> {
  const isFilter = filter[0] === undefined || filter[0] === 'key' || filter[0].startsWith('data.')
  if (name === undefined || !isFilter) {
    return problem('Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n')
  }
  // As many at a time as can be listed.
  for (;;) {
    const table = (await operations.tables(MOST_ENTRIES)).find((each) => each.name === name)
    if (!table) return problem('No such table\n')
    const chosen = await chooseEntries(table, filter, operations)
    if ('problem' in chosen) return chosen
    for (const { key } of chosen) await operations.removeEntry(name, key)
    if (chosen.length === 0 || table.entries.length < MOST_ENTRIES) return DONE
  }
}
