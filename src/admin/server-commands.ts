// Commands for one server: `set server`, `set weight`, `get weight`, `enable` and `disable` (management manual 9.3).

import { isWeight, SET_HEALTHS } from '../health/state-change.ts'
import type { StateChange } from '../health/state-change.ts'
import { ADMIN_STATES } from '../server/states.ts'
import { problem } from './answer.ts'
import type { Answer, Problem } from './answer.ts'
import type { Visitor } from './level.ts'
import type { Operations } from './operations.ts'
import { findProxy } from '../config/proxies.ts'
import { setAddress } from './set-address.ts'

/** Success has no text. */
const DONE = ''

/** A server's names, or what is wrong with them. Both may be written as numbers, `#3`. */
function parseName(name: string, { config }: Operations): { backend: string; server: string } | Problem {
  const [proxy = '', server, ...more] = name.split('/')
  if (server === undefined || server === '' || more.length > 0) return problem("Require 'backend/server'.\n")
  const backend = findProxy(config, proxy)?.backend
  if (!backend) return problem('No such backend.\n')
  const found = backend.servers.find((each) => each.name === server || `#${each.id}` === server)
  return found ? { backend: backend.name, server: found.name } : problem('No such server.\n')
}

export function isServer(name: string, operations: Operations): boolean {
  return !('problem' in parseName(name, operations))
}

export async function change(
  name: string,
  what: StateChange,
  operations: Operations,
  { who }: Visitor,
): Promise<Answer> {
  const named = parseName(name, operations)
  if ('problem' in named) return named
  const changed = await operations.change(named.backend, named.server, what, who)
  return changed ? DONE : problem(`${unknownToMonitor(named.backend, named.server)}\n`)
}

/** For a server that is configured here but unknown to the Monitor, which runs another version of the deployment. */
export function unknownToMonitor(backend: string, server: string): string {
  return `The Monitor does not know ${backend}/${server}: it runs another version of this deployment; try again when that is complete`
}

export async function setServer(words: readonly string[], operations: Operations, visitor: Visitor): Promise<Answer> {
  const [name = '', what, value] = words
  const named = parseName(name, operations)
  if ('problem' in named) return named
  switch (what) {
    case 'state': {
      const state = ADMIN_STATES.find((each) => each === value)
      if (!state) return problem("'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n")
      return change(name, { state }, operations, visitor)
    }
    case 'health': {
      const health = SET_HEALTHS.find((each) => each === value)
      if (!health) return problem("'set server <srv> health' expects 'up', 'stopping', or 'down'.\n")
      return change(name, { health }, operations, visitor)
    }
    case 'weight':
      return setWeight(name, value, operations, visitor)
    case 'agent': {
      if (value !== 'up' && value !== 'down') return problem("'set server <srv> agent' expects 'up' or 'down'.\n")
      if (!(await isAgentAsked(named, operations))) return problem('agent checks are not enabled on this server.\n')
      return change(name, { agent: value }, operations, visitor)
    }
    case 'addr':
      return setAddress(words.slice(2), named.backend, configured(named, operations).server, operations)
    case 'agent-addr':
    case 'agent-port':
    case 'agent-send':
    case 'check-addr':
    case 'check-port':
    case 'fqdn':
    case 'ssl':
      return problem(`${what} is what the configuration says: change it there, and reload or deploy.\n`)
    default:
      return problem('usage: set server <backend>/<server> addr | agent | health | state | weight\n')
  }
}

async function isAgentAsked(named: { backend: string; server: string }, operations: Operations): Promise<boolean> {
  const views = await operations.servers()
  const view = views.find(({ backend, server }) => backend === named.backend && server === named.server)
  return view?.agent !== undefined && !view.agent.isOff
}

/** `enable agent` and `disable agent`: whether a server's agent is asked. What it has said stays. */
export async function switchAgent(
  name: string,
  what: 'on' | 'off',
  operations: Operations,
  visitor: Visitor,
): Promise<Answer> {
  const named = parseName(name, operations)
  if ('problem' in named) return named
  if (configured(named, operations).server.agent) return change(name, { agent: what }, operations, visitor)
  return what === 'on' ? problem('Agent was not configured on this server, cannot enable.\n') : DONE
}

const MANY = 1_000_000

export async function setWeight(
  name: string,
  text: string | undefined,
  operations: Operations,
  visitor: Visitor,
): Promise<Answer> {
  const named = parseName(name, operations)
  if ('problem' in named) return named
  if (text === undefined || text === '') return problem('Require <weight> or <weight%>.\n')
  const [, digits, percent, rest] = /^(-?\d+)(%?)(.*)$/.exec(text) ?? []
  if (digits === undefined) return problem('Empty weight string empty or preceded by garbage')
  if (rest !== '') return problem('Trailing garbage in weight string')
  // Too many digits for a number: any value that is too large will do.
  const number = Math.max(-MANY, Math.min(MANY, Number(digits)))
  if (percent === '%' && number < 0) return problem('Relative weight must be positive.\n')
  const { server } = configured(named, operations)
  const weight = percent === '%' ? Math.min(256, Math.floor((server.weight * number) / 100)) : number
  if (!isWeight(weight)) return problem('Absolute weight can only be between 0 and 256 inclusive.\n')
  return change(name, { weight }, operations, visitor)
}

function configured({ backend, server }: { backend: string; server: string }, { config }: Operations) {
  const found = config.backends.find(({ name }) => name === backend)!
  return { backend: found, server: found.servers.find(({ name }) => name === server)! }
}

export async function getWeight([name = '']: readonly string[], operations: Operations): Promise<Answer> {
  const named = parseName(name, operations)
  if ('problem' in named) return named
  const views = await operations.servers()
  const view = views.find((each) => each.backend === named.backend && each.server === named.server)
  return `${view?.weight} (initial ${configured(named, operations).server.weight})\n`
}
