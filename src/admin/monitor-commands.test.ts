import { expect, it } from 'vitest'

import { runCommands } from './commands.ts'
import type { Level } from './level.ts'
import type { Operations } from './operations.ts'

function say(line: string, level: Level = 'admin') {
  const moves: unknown[] = []
  const operations = {
    monitor: async () => ({ name: 'monitor/1/weur', near: 'weur', bornMs: 0, colo: null }),
    moveMonitor: async (...args: unknown[]) => {
      moves.push(args)
      return { to: 'monitor/2/enam' }
    },
  } as unknown as Operations
  return runCommands(line, operations, { who: 'ann', level }).then((answered) => ({ ...answered, moves }))
}

it('`show monitor` says where it lives', async () => {
  expect((await say('show monitor', 'operator')).text).toBe(
    'object: monitor/1/weur\nnear: weur\nmade: 1970-01-01T00:00:00.000Z\ncolo: not known\n\n',
  )
  expect((await say('show monitor json')).text).toBe(
    '{"object":"monitor/1/weur","near":"weur","made":"1970-01-01T00:00:00.000Z","colo":null}\n\n',
  )
})

it('`move monitor` moves it, for an admin, to a place that there is', async () => {
  expect(await say('move monitor enam')).toEqual({
    text: 'The Monitor is now monitor/2/enam.\n\n',
    hasFailed: false,
    moves: [['enam', 'ann']],
  })
  expect((await say('move monitor home')).moves).toEqual([[null, 'ann']])
  expect(await say('move monitor enam', 'operator')).toEqual({
    text: 'Permission denied\n\n',
    hasFailed: true,
    moves: [],
  })
  const places = 'wnam, enam, sam, weur, eeur, apac, apac-ne, apac-se, oc, afr, me, or home, its first object'
  for (const to of ['', 'weurr', 'WEUR', 'mars\u001b']) {
    const { text, hasFailed, moves } = await say(`move monitor ${to}`)
    expect(text).toContain(`; use one of ${places}\n`)
    expect(text).not.toContain('\u001b')
    expect([hasFailed, moves]).toEqual([true, []])
  }
})

it('a Monitor that has not moved says why', async () => {
  const operations = { moveMonitor: async () => ({ problem: 'it is there already' }) } as unknown as Operations
  expect(await runCommands('move monitor enam', operations, { who: 'ann', level: 'admin' })).toEqual({
    text: 'The Monitor has not moved: it is there already.\n\n',
    hasFailed: true,
  })
})
