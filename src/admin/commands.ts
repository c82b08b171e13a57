// HAProxy's commands as its socket knows them (management manual 9.3): a line in, text out, errors in its words. What is asked
// and changed goes through operations.ts; this file is syntax and wording.

import { clock } from '../proxy/http-log.ts'
import type { Operations, TableView } from './operations.ts'
import { infoFields, infoJson, infoText, infoTyped } from './info.ts'
import { mayDo } from './level.ts'
import type { Level, Visitor } from './level.ts'
import { proxiesOf, statRows } from './stat-rows.ts'
import type { StatRow } from './stat-rows.ts'
import { toCsv, toJson, toTyped } from './stat-format.ts'
import { serversState } from './servers-state.ts'
import { parseFilters, parseOperator, tableHeader, tableLines } from './table-text.ts'

interface Command {
  readonly usage: string
  readonly about: string
  readonly level: Level
  run(words: readonly string[], operations: Operations, visitor: Visitor): Promise<string>
}

/** Without an error nothing is said. */
const DONE = ''
/** A table is listed so far. */
const MOST_ENTRIES = 10_000

/** One line of commands, `;` between them; each answer ends with an empty line. */
export async function runCommands(line: string, operations: Operations, visitor: Visitor): Promise<string> {
  let text = ''
  for (const command of splitCommands(line)) {
    const answer = await runCommand(command, operations, visitor)
    text += `${answer}\n`
  }
  return text
}

/** At `;`, unless it is written `\;`. */
export function splitCommands(line: string): readonly string[] {
  return line
    .split(/(?<!\\);/)
    .map((part) => part.replaceAll('\\;', ';').trim())
    .filter((part) => part !== '')
}

async function runCommand(text: string, operations: Operations, visitor: Visitor): Promise<string> {
  const words = text.split(/\s+/)
  // The longest that fits: `show stat` before `show`.
  const found = [2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => Object.hasOwn(COMMANDS, name))
  const command = found === undefined ? undefined : COMMANDS[found]
  if (found === undefined || !command)
    return `Unknown command: '${words.slice(0, 2).join(' ')}'. Those that there are:\n${helpText()}`
  if (!mayDo(visitor.level, command.level)) return 'Permission denied\n'
  return command.run(words.slice(found.split(' ').length), operations, visitor)
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { usage: 'help', about: 'this list', level: 'user', run: async () => helpText() },
  'show info': { usage: 'show info [typed|json]', about: 'what runs, and since when', level: 'user', run: showInfo },
  'show stat': {
    usage: 'show stat [<proxy> <type> <sid>] [typed|json] [up|no-maint]',
    about: 'counters of each frontend, server and backend',
    level: 'user',
    run: showStat,
  },
  'show servers': {
    usage: 'show servers state [<backend>]',
    about: 'states of servers, for machines',
    level: 'user',
    run: showServers,
  },
  'show backend': {
    usage: 'show backend',
    about: 'names of backends',
    level: 'user',
    run: async (_, { config }) => `# name\n${config.backends.map(({ name }) => `${name}\n`).join('')}`,
  },
  'show table': {
    usage: 'show table [<table> [data.server_id <op> <value> | key <key>]]',
    about: 'stick tables, or entries of one',
    level: 'operator',
    run: showTable,
  },
  'show errors': {
    usage: 'show errors',
    about: 'requests that HAProxy could not parse: the platform refuses those itself',
    level: 'operator',
    run: async (_, { now }) => `Total events captured on [${clock(new Date(now()).toISOString())}] : 0\n`,
  },
  'show sess': {
    usage: 'show sess',
    about: 'requests in progress, by isolate; where they are not counted, an estimate',
    level: 'operator',
    run: showSessions,
  },
  'show events': {
    usage: 'show events [<count>]',
    about: 'the latest changes of states and weights, newest first',
    level: 'operator',
    run: showEvents,
  },
  'get weight': { usage: 'get weight <backend>/<server>', about: "a server's weight", level: 'user', run: getWeight },
  'set weight': {
    usage: 'set weight <backend>/<server> <weight>[%]',
    about: "changes a server's weight",
    level: 'admin',
    run: ([name = '', weight], operations, visitor) => setWeight(name, weight, operations, visitor),
  },
  'set server': {
    usage: 'set server <backend>/<server> state|weight|health <value>',
    about: "changes a server's state, weight or health",
    level: 'admin',
    run: setServer,
  },
  'enable server': {
    usage: 'enable server <backend>/<server>',
    about: 'state ready',
    level: 'admin',
    run: ([name = ''], operations, visitor) => change(name, { state: 'ready' }, operations, visitor),
  },
  'disable server': {
    usage: 'disable server <backend>/<server>',
    about: 'state maint',
    level: 'admin',
    run: ([name = ''], operations, visitor) => change(name, { state: 'maint' }, operations, visitor),
  },
  'set table': {
    usage: 'set table <table> key <key> data.server_id <id>',
    about: 'writes an entry',
    level: 'admin',
    run: setTable,
  },
  'clear table': {
    usage: 'clear table <table> [data.server_id <op> <value> | key <key>]',
    about: 'deletes entries',
    level: 'admin',
    run: clearTable,
  },
  'clear counters': {
    usage: 'clear counters [all]',
    about: 'forgets what was the most; all: every counter',
    level: 'operator',
    async run([all], operations, { level }) {
      if (all === 'all' && level !== 'admin') return 'Permission denied\n'
      await operations.clearCounters(all === 'all')
      return DONE
    },
  },
}

function helpText(): string {
  const commands = Object.values(COMMANDS)
  const width = Math.max(...commands.map(({ usage }) => usage.length))
  return commands.map(({ usage, about }) => `  ${usage.padEnd(width)} : ${about}\n`).join('')
}

async function showInfo(words: readonly string[], operations: Operations): Promise<string> {
  const fields = infoFields(operations, await operations.counters(), operations.now())
  if (words.includes('json')) return `${infoJson(fields)}\n`
  return words.includes('typed') ? infoTyped(fields) : infoText(fields)
}

export async function allRows(operations: Operations): Promise<readonly StatRow[]> {
  const [servers, backends, counters] = await Promise.all([
    operations.servers(),
    operations.backends(),
    operations.counters(),
  ])
  return statRows(operations.config, { servers, backends }, counters, operations.now())
}

const KIND_BITS = { Frontend: 1, Backend: 2, Server: 4 } as const

async function showStat(words: readonly string[], operations: Operations): Promise<string> {
  const flags = new Set(['typed', 'json', 'desc', 'up', 'no-maint'])
  const [proxy, type, sid] = words.filter((word) => !flags.has(word))
  const proxyId = proxy === undefined || /^-?\d+$/.test(proxy) ? Number(proxy ?? -1) : idOf(proxy, operations)
  if (proxyId === undefined) return 'No such proxy.\n'
  // HAProxy reads a filter only when all three are there.
  const isFiltered = sid !== undefined
  const rows = (await allRows(operations)).filter(({ kind, proxyId: id, serverId, cells }) => {
    if (isFiltered && proxyId > 0 && id !== proxyId) return false
    if (isFiltered && Number(type) >= 0 && (KIND_BITS[kind] & Number(type)) === 0) return false
    if (isFiltered && Number(sid) >= 0 && serverId !== Number(sid)) return false
    const status = String(cells['status'])
    if (words.includes('up') && !/^(UP|OPEN|no check|NOLB|DRAIN)/.test(status)) return false
    return !(words.includes('no-maint') && status.startsWith('MAINT'))
  })
  if (words.includes('json')) return `${toJson(rows)}\n`
  return words.includes('typed') ? toTyped(rows) : toCsv(rows)
}

function idOf(name: string, { config }: Operations): number | undefined {
  return proxiesOf(config).find((proxy) => proxy.name === name)?.id
}

async function showServers([what, backend]: readonly string[], operations: Operations): Promise<string> {
  if (what !== 'state') return "Only 'show servers state' is known here.\n"
  if (backend !== undefined && !operations.config.backends.some(({ name }) => name === backend)) {
    return "Can't find backend.\n"
  }
  return serversState(operations.config, await operations.servers(), operations.now(), backend)
}

async function showSessions(_: readonly string[], operations: Operations): Promise<string> {
  const { isolates } = await operations.counters()
  const nowMs = operations.now()
  return isolates
    .map(
      ({ isolate, atMs, current, queued }) =>
        `${isolate}: current=${current} queued=${queued} age=${Math.max(0, Math.round((nowMs - atMs) / 1000))}s\n`,
    )
    .join('')
}

async function showEvents([count = '1000']: readonly string[], operations: Operations): Promise<string> {
  const events = await operations.events(/^\d+$/.test(count) ? Number(count) : 1000)
  return events
    .map(({ atMs, server, from, to, reason, who }) => {
      const author = who === null ? '' : `, by ${who}`
      return `${new Date(atMs).toISOString()} ${server} ${from} -> ${to} (${reason}${author})\n`
    })
    .join('')
}

/** A server's names, or what is wrong with them. Both may be written as numbers, `#3`. */
function parseName(name: string, { config }: Operations): { backend: string; server: string } | string {
  const [proxy = '', server, ...more] = name.split('/')
  if (server === undefined || server === '' || more.length > 0) return "Require 'backend/server'.\n"
  const backend = proxiesOf(config).find((each) => each.name === proxy || `#${each.id}` === proxy)?.backend
  if (!backend) return 'No such backend.\n'
  const found = backend.servers.find((each) => each.name === server || `#${each.id}` === server)
  return found ? { backend: backend.name, server: found.name } : 'No such server.\n'
}

async function change(
  name: string,
  what: Parameters<Operations['change']>[2],
  operations: Operations,
  { who }: Visitor,
): Promise<string> {
  const named = parseName(name, operations)
  if (typeof named === 'string') return named
  await operations.change(named.backend, named.server, what, who)
  return DONE
}

const STATES = ['ready', 'drain', 'maint'] as const
const HEALTHS = ['up', 'stopping', 'down'] as const

async function setServer(words: readonly string[], operations: Operations, visitor: Visitor): Promise<string> {
  const [name = '', what, value] = words
  const named = parseName(name, operations)
  if (typeof named === 'string') return named
  switch (what) {
    case 'state': {
      const state = STATES.find((each) => each === value)
      if (!state) return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n"
      return change(name, { state }, operations, visitor)
    }
    case 'health': {
      const health = HEALTHS.find((each) => each === value)
      if (!health) return "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n"
      return change(name, { health }, operations, visitor)
    }
    case 'weight':
      return setWeight(name, value, operations, visitor)
    default:
      return 'usage: set server <backend>/<server> health | state | weight\n'
  }
}

async function setWeight(
  name: string,
  text: string | undefined,
  operations: Operations,
  visitor: Visitor,
): Promise<string> {
  const named = parseName(name, operations)
  if (typeof named === 'string') return named
  if (text === undefined || text === '') return 'Require <weight> or <weight%>.\n'
  const [, digits, percent, rest] = /^(-?\d+)(%?)(.*)$/.exec(text) ?? []
  if (digits === undefined) return 'Empty weight string empty or preceded by garbage'
  if (rest !== '') return 'Trailing garbage in weight string'
  const number = Number(digits)
  if (percent === '%' && number < 0) return 'Relative weight must be positive.\n'
  const { server } = configured(named, operations)
  const weight = percent === '%' ? Math.min(256, Math.floor((server.weight * number) / 100)) : number
  if (weight < 0 || weight > 256) return 'Absolute weight can only be between 0 and 256 inclusive.\n'
  return change(name, { weight }, operations, visitor)
}

function configured({ backend, server }: { backend: string; server: string }, { config }: Operations) {
  const found = config.backends.find(({ name }) => name === backend)!
  return { backend: found, server: found.servers.find(({ name }) => name === server)! }
}

async function getWeight([name = '']: readonly string[], operations: Operations): Promise<string> {
  const named = parseName(name, operations)
  if (typeof named === 'string') return named
  const views = await operations.servers()
  const view = views.find((each) => each.backend === named.backend && each.server === named.server)
  return `${view?.weight} (initial ${configured(named, operations).server.weight})\n`
}

async function showTable([name, ...filter]: readonly string[], operations: Operations): Promise<string> {
  const tables = await operations.tables(name === undefined ? 0 : MOST_ENTRIES)
  if (name === undefined) return tables.map(tableHeader).join('')
  const table = tables.find((each) => each.name === name)
  if (!table) return 'No such table\n'
  const chosen = await chooseEntries(table, filter, operations)
  return typeof chosen === 'string' ? chosen : tableHeader(table) + tableLines(chosen, operations.now())
}

/** The entries that a filter names, or what is wrong with it. */
async function chooseEntries(
  table: TableView,
  filter: readonly string[],
  operations: Operations,
): Promise<TableView['entries'] | string> {
  if (filter[0] === 'key') {
    if (filter[1] === undefined) return 'Key value expected\n'
    const key = await operations.tableKey(table.name, filter[1])
    if (key === undefined) return 'Invalid key\n'
    // As it is shown, it may be hashed already.
    return table.entries.filter((entry) => entry.key === key || entry.key === filter[1])
  }
  const filters = parseFilters(filter)
  if (typeof filters === 'string') return filters
  return table.entries.filter(({ id }) => filters.every(({ operator, value }) => parseOperator[operator](id, value)))
}

async function setTable(words: readonly string[], operations: Operations): Promise<string> {
  const [name = '', keyword, key, ...data] = words
  const table = (await operations.tables(0)).find((each) => each.name === name)
  if (name === '' || !table) return 'No such table\n'
  if (keyword !== 'key') return 'Optional argument only supports key <key>\n'
  if (key === undefined) return 'Key value expected\n'
  if (table.count === undefined) return 'This table cannot be written from here: its store has no operator\n'
  const stored = await operations.tableKey(name, key)
  if (stored === undefined) return 'Invalid key\n'
  const [type, text = ''] = data
  if (type === undefined) return 'Data type expected: data.server_id <id>\n'
  if (type !== 'data.server_id')
    return type.startsWith('data.') ? 'Data type not stored in this table\n' : 'Unknown data type\n'
  if (!/^\d+$/.test(text)) return 'Require a valid integer value to store\n'
  const server = operations.config.backends.find((backend) => backend.name === name)?.servers[Number(text) - 1]
  if (!server) return `There is no server of this id: 1 is the first of backend ${name}\n`
  await operations.storeEntry(name, stored, { server: server.name, id: Number(text) })
  return DONE
}

async function clearTable([name, ...filter]: readonly string[], operations: Operations): Promise<string> {
  if (name === undefined) {
    return 'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n'
  }
  // As many at a time as can be listed.
  for (;;) {
    const table = (await operations.tables(MOST_ENTRIES)).find((each) => each.name === name)
    if (!table) return 'No such table\n'
    const chosen = await chooseEntries(table, filter, operations)
    if (typeof chosen === 'string') return chosen
    for (const { key } of chosen) await operations.removeEntry(name, key)
    if (chosen.length === 0 || table.entries.length < MOST_ENTRIES) return DONE
  }
}
