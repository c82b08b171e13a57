// What commands change of a server, and what they refuse.

import { expect, it } from 'vitest'

import { runCommands } from './commands.ts'
import type { Operations } from './operations.ts'
import { scripted } from './testing.ts'

async function give(line: string, answers: Partial<Operations> = {}) {
  const { operations, calls } = scripted((registry) => void registry.setWeight('app/s2', 5), answers)
  return { ...(await runCommands(line, operations, { who: 'ann', level: 'admin' })), calls }
}

it.each([
  ['set server app/s1 state ready', 'app', 's1', { state: 'ready' }],
  ['set server app/s1 state drain', 'app', 's1', { state: 'drain' }],
  ['set server app/s1 state maint', 'app', 's1', { state: 'maint' }],
  ['set server app/s1 health up', 'app', 's1', { health: 'up' }],
  ['set server app/s1 health stopping', 'app', 's1', { health: 'stopping' }],
  ['set server app/s1 health down', 'app', 's1', { health: 'down' }],
  ['set server app/s1 weight 3', 'app', 's1', { weight: 3 }],
  ['set server both/a1 agent up', 'both', 'a1', { agent: 'up' }],
  ['set server both/a1 agent down', 'both', 'a1', { agent: 'down' }],
  ['enable agent both/a1', 'both', 'a1', { agent: 'on' }],
  ['disable agent #3/a1', 'both', 'a1', { agent: 'off' }],
  ['enable server app/s1', 'app', 's1', { state: 'ready' }],
  ['disable server app/s1', 'app', 's1', { state: 'maint' }],
  // By their numbers: frontends are numbered first, and `both` is one.
  ['disable server #4/#9', 'app', 'b1', { state: 'maint' }],
  ['disable server #3/a2', 'both', 'a2', { state: 'maint' }],
  ['set weight app/s1 0', 'app', 's1', { weight: 0 }],
  ['set weight app/s1 256', 'app', 's1', { weight: 256 }],
  // Of the configured weight, whatever it is now: s2 has 20 and was set to 5.
  ['set weight app/s2 50%', 'app', 's2', { weight: 10 }],
  ['set weight app/s1 0%', 'app', 's1', { weight: 0 }],
  ['set weight app/s1 99%', 'app', 's1', { weight: 9 }],
  ['set weight app/s1 9000%', 'app', 's1', { weight: 256 }],
])('`%s` changes %s/%s to %j, in the name of whoever said so', async (line, backend, server, change) => {
  expect(await give(line)).toEqual({
    text: '\n',
    hasFailed: false,
    calls: [['change', backend, server, change, 'ann']],
  })
})

const EXPECTS_STATE = "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n"
const EXPECTS_HEALTH = "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n\n"
const RANGE = 'Absolute weight can only be between 0 and 256 inclusive.\n\n'
it.each([
  ['enable server', "Require 'backend/server'.\n\n"],
  ['enable server app', "Require 'backend/server'.\n\n"],
  ['enable server app/', "Require 'backend/server'.\n\n"],
  ['enable server app/s1/x', "Require 'backend/server'.\n\n"],
  // A frontend has no servers.
  ['enable server www/s1', 'No such backend.\n\n'],
  ['enable server none/s1', 'No such backend.\n\n'],
  ['enable server app/a1', 'No such server.\n\n'],
  ['enable server app/#7', 'No such server.\n\n'],
  ['set server none/s1 state ready', 'No such backend.\n\n'],
  ['set server app/s1', 'usage: set server <backend>/<server> addr | agent | health | state | weight\n\n'],
  ...['agent-addr', 'agent-port', 'agent-send', 'check-addr', 'check-port', 'fqdn', 'ssl'].map((what) => [
    `set server app/s1 ${what} 10.0.0.1`,
    `${what} is what the configuration says: change it there, and reload or deploy.\n\n`,
  ]),
  ['set server app/s1 addr', 'set server <b>/<s> addr requires an address and optionally a port.\n\n'],
  ['set server both/a1 agent on', "'set server <srv> agent' expects 'up' or 'down'.\n\n"],
  ['set server app/s1 agent up', 'agent checks are not enabled on this server.\n\n'],
  ['enable agent app/s1', 'Agent was not configured on this server, cannot enable.\n\n'],
  ['enable agent app/zz', 'No such server.\n\n'],
  ['disable agent', "Require 'backend/server'.\n\n"],
  ['set server app/s1 state', EXPECTS_STATE],
  ['set server app/s1 state up', EXPECTS_STATE],
  ['set server app/s1 health', EXPECTS_HEALTH],
  ['set server app/s1 health ready', EXPECTS_HEALTH],
  ['set server app/s1 weight', 'Require <weight> or <weight%>.\n\n'],
  ['set weight app/s1', 'Require <weight> or <weight%>.\n\n'],
  ['set weight none/s1 1', 'No such backend.\n\n'],
  ['set weight app/s1 many', 'Empty weight string empty or preceded by garbage\n'],
  ['set weight app/s1 5x', 'Trailing garbage in weight string\n'],
  ['set weight app/s1 5%x', 'Trailing garbage in weight string\n'],
  ['set weight app/s1 -1', RANGE],
  ['set weight app/s1 257', RANGE],
  ['set weight app/s1 99999999999999999999', RANGE],
  ['set weight app/s1 -1%', 'Relative weight must be positive.\n\n'],
  ['get weight app/none', 'No such server.\n\n'],
])('`%s` is answered %j, and changes nothing', async (line, text) => {
  expect(await give(line)).toEqual({ text, hasFailed: true, calls: [] })
})

it('`get weight` says what it is now, and what it was configured as', async () => {
  expect(await give('get weight app/s2')).toMatchObject({ text: '5 (initial 20)\n\n', hasFailed: false })
  expect((await give('get weight #3/#1')).text).toBe('1 (initial 1)\n\n')
})

it('a server that only this version of the deployment has is told apart from one that there is not', async () => {
  const { text, hasFailed } = await give('disable server app/s1', { change: async () => undefined })
  expect(text).toMatch(/^The Monitor does not know app\/s1: it runs another version of this deployment; /)
  expect(hasFailed).toBe(true)
})

it('the agent of a server can be told nothing while it is turned off, and a server without one has none to turn off', async () => {
  const { operations, calls } = scripted((registry) => void registry.setAgent('both/a1', 'off', 0))
  const say = (line: string) => runCommands(line, operations, { who: 'ann', level: 'admin' })
  expect((await say('set server both/a1 agent up')).text).toBe('agent checks are not enabled on this server.\n\n')
  expect((await say('disable agent app/s1')).text).toBe('\n')
  expect(calls).toEqual([])
})
