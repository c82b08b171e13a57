// HAProxy's commands as its socket knows them (management manual 9.3): a line in, text out, errors in its words. What is asked
// and changed goes through operations.ts; this file knows which commands there are, who may give them, and shows what there is;
// stat-command.ts shows counters; server-commands.ts and table-commands.ts change it.

import { logDate } from '../http/log-date.ts'
import { problem } from './answer.ts'
import type { Answer } from './answer.ts'
import { escaped } from './escaped.ts'
import type { Command, Operations, TableCommands } from './operations.ts'
import { infoFields, infoJson, infoText, infoTyped } from './info.ts'
import { mayDo } from './level.ts'
import type { Visitor } from './level.ts'
import { moveMonitor, showMonitor } from './monitor-commands.ts'
import { change, getWeight, setServer, setWeight, switchAgent } from './server-commands.ts'
import { OUTPUT_SCHEMA } from './output-schema.ts'
import { serversState } from './servers-state.ts'
import { showStat } from './stat-command.ts'

export interface Answered {
  readonly text: string
  /** One of them failed. */
  readonly hasFailed: boolean
}

/** One line of commands, `;` between them; each answer ends with an empty line. */
export async function runCommands(line: string, operations: Operations, visitor: Visitor): Promise<Answered> {
  let text = ''
  let hasFailed = false
  for (const command of splitCommands(line)) {
    const answer = await runCommand(command, operations, visitor)
    const isProblem = typeof answer !== 'string'
    text += `${isProblem ? answer.problem : answer}\n`
    hasFailed ||= isProblem
  }
  return { text, hasFailed }
}

/** At `;`, unless it is written `\;`. */
export function splitCommands(line: string): readonly string[] {
  return line
    .split(/(?<!\\);/)
    .map((part) => part.replaceAll('\\;', ';').trim())
    .filter((part) => part !== '')
}

/** A backslash makes the character behind it part of a word: `show table` shows keys like this. */
function wordsOf(command: string): readonly string[] {
  return (command.match(/(?:\\[^]|[^\s\\])+/g) ?? []).map((word) => word.replaceAll(/\\([^])/g, '$1'))
}

async function runCommand(text: string, operations: Operations, visitor: Visitor): Promise<Answer> {
  const words = wordsOf(text)
  // The longest that fits: `show stat` before `show`.
  const commands = { ...COMMANDS, ...operations.commands }
  const found = [3, 2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => Object.hasOwn(commands, name))
  const command = found === undefined ? undefined : commands[found]
  if (found === undefined || !command) {
    return problem(
      `Unknown command: '${escaped(words.slice(0, 2).join(' '))}'. Those that there are:\n${helpText(commands)}`,
    )
  }
  if (!mayDo(visitor.level, command.level)) return problem('Permission denied\n')
  return command.run(words.slice(found.split(' ').length), operations, visitor)
}

/** Under `limpet serve` names are asked for outside of the Worker, on Cloudflare by the platform. */
const NO_RESOLVERS =
  "show resolvers: questions to name servers are not counted; 'show servers state' has each server's name (srv_fqdn) and address (srv_addr, '-': none)\n"

const COMMANDS: Readonly<Record<string, Command>> = {
  help: {
    usage: 'help',
    about: 'this list',
    level: 'user',
    run: async (_, { commands }) => helpText({ ...COMMANDS, ...commands }),
  },
  'show info': {
    usage: 'show info [desc|typed|json]',
    about: 'what runs, and since when',
    level: 'user',
    run: showInfo,
  },
  'show cli level': {
    usage: 'show cli level',
    about: 'what you may do: user, operator or admin',
    level: 'user',
    run: async (_, __, { level }) => `${level}\n`,
  },
  'show schema json': {
    usage: 'show schema json',
    about: 'the JSON Schema of show info json and show stat json',
    level: 'user',
    run: async () => `${JSON.stringify(OUTPUT_SCHEMA)}\n`,
  },
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
    usage: 'show table [<table> [data.<type> <op> <value> | key <key>]] [json]',
    about: 'stick tables, or entries of one',
    level: 'operator',
    run: ofTables('showTable'),
  },
  'show errors': {
    usage: 'show errors',
    about: 'requests that HAProxy could not parse: the platform refuses those itself',
    level: 'operator',
    run: async (_, { now }) => `Total events captured on [${logDate(new Date(now()).toISOString())}] : 0\n`,
  },
  'show resolvers': {
    usage: 'show resolvers [<id>]',
    about: 'questions to name servers: not counted; show servers state has the addresses',
    level: 'user',
    run: async () => problem(NO_RESOLVERS),
  },
  'show sess': {
    usage: 'show sess',
    about: 'requests in progress, by isolate; where they are not counted, an estimate',
    level: 'operator',
    run: showSessions,
  },
  'show events': {
    usage: 'show events [<count>] [json]',
    about: 'the latest changes of states and weights, newest first',
    level: 'operator',
    run: showEvents,
  },
  'show monitor': {
    usage: 'show monitor [json]',
    about: 'where the Monitor lives, as far as that is known',
    level: 'operator',
    run: showMonitor,
  },
  'move monitor': {
    usage: 'move monitor <place>|home',
    about: 'moves the Monitor near a place, or back to its first object',
    level: 'admin',
    run: moveMonitor,
  },
  'get weight': { usage: 'get weight <backend>/<server>', about: "a server's weight", level: 'user', run: getWeight },
  'set weight': {
    usage: 'set weight <backend>/<server> <weight>[%]',
    about: "changes a server's weight",
    level: 'admin',
    run: ([name = '', weight], operations, visitor) => setWeight(name, weight, operations, visitor),
  },
  'set server': {
    usage: 'set server <backend>/<server> state|weight|health|agent|addr <value>',
    about: "changes a server's state, weight, health or address, or what its agent has said",
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
  'enable agent': {
    usage: 'enable agent <backend>/<server>',
    about: "asks a server's agent",
    level: 'admin',
    run: ([name = ''], operations, visitor) => switchAgent(name, 'on', operations, visitor),
  },
  'disable agent': {
    usage: 'disable agent <backend>/<server>',
    about: "does not ask a server's agent; what it has said stays",
    level: 'admin',
    run: ([name = ''], operations, visitor) => switchAgent(name, 'off', operations, visitor),
  },
  'set table': {
    usage: 'set table <table> key <key> data.<type> <value>',
    about: 'writes an entry',
    level: 'admin',
    run: ofTables('setTable'),
  },
  'clear table': {
    usage: 'clear table <table> [data.<type> <op> <value> | key <key>]',
    about: 'deletes entries',
    level: 'admin',
    run: ofTables('clearTable'),
  },
  'clear counters': {
    usage: 'clear counters [all]',
    about: 'forgets what was the most; all: every counter',
    level: 'operator',
    async run([all], operations, { level }) {
      if (all === 'all' && !mayDo(level, 'admin')) return problem('Permission denied\n')
      await operations.clearCounters(all === 'all')
      return ''
    },
  },
}

/** A Worker without tables has no commands for them. */
function ofTables(name: keyof TableCommands): Command['run'] {
  return async (words, operations) => {
    const commands = await operations.tableCommands()
    if (commands) return commands[name](words, operations)
    const isList = name === 'showTable' && words.length === 0
    return isList ? '' : problem('No such table\n')
  }
}

function helpText(all: Readonly<Record<string, Command>>): string {
  const commands = Object.values(all)
  const width = Math.max(...commands.map(({ usage }) => usage.length))
  return commands.map(({ usage, about }) => `  ${usage.padEnd(width)} : ${about}\n`).join('')
}

async function showInfo(words: readonly string[], operations: Operations): Promise<string> {
  const fields = infoFields(operations, await operations.counters(), operations.now())
  if (words.includes('json')) return `${infoJson(fields)}\n`
  const isDescribed = words.includes('desc')
  return words.includes('typed') ? infoTyped(fields, isDescribed) : infoText(fields, isDescribed)
}

async function showServers([what, backend]: readonly string[], operations: Operations): Promise<Answer> {
  if (what !== 'state') return problem("Only 'show servers state' is known here.\n")
  if (backend !== undefined && !operations.config.backends.some(({ name }) => name === backend)) {
    return problem("Can't find backend.\n")
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

/** As many as are kept. */
const MOST_EVENTS = 1_000

async function showEvents([count = '', ...more]: readonly string[], operations: Operations): Promise<string> {
  const events = await operations.events(/^\d+$/.test(count) ? Math.min(Number(count), MOST_EVENTS) : MOST_EVENTS)
  if ([count, ...more].includes('json')) {
    return `${JSON.stringify(events.map(({ atMs, ...event }) => ({ time: new Date(atMs).toISOString(), ...event })))}\n`
  }
  return events
    .map(({ atMs, server, from, to, reason, who }) => {
      const author = who === null ? '' : `, by ${who}`
      return `${new Date(atMs).toISOString()} ${escaped(`${server} ${from} -> ${to} (${reason}${author})`)}\n`
    })
    .join('')
}
