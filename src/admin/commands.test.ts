// What each command of HAProxy's socket shows, and who may give it. What it changes is server-commands.test.ts's and
// table-commands.test.ts's; HAProxy's own words are pinned by test/contract/names.test.ts.

import { describe, expect, it } from 'vitest'

import { runCommands, splitCommands } from './commands.ts'
import { LEVELS, mayDo } from './level.ts'
import type { Level } from './level.ts'
import type { Operations } from './operations.ts'
import { NOW_MS, scripted, tableOf, total } from './testing.ts'

const tables = async () => [tableOf({ k1: 1, k2: 2 })]

async function give(line: string, level: Level, answers: Partial<Operations> = {}) {
  const { operations, calls } = scripted(undefined, { tables, ...answers })
  const answered = await runCommands(line, operations, { who: 'ann', level })
  return { ...answered, calls }
}
const say = async (line: string, answers: Partial<Operations> = {}) => (await give(line, 'admin', answers)).text

describe('levels', () => {
  it.each<[Level, Level, boolean]>([
    ['user', 'user', true],
    ['user', 'operator', false],
    ['user', 'admin', false],
    ['operator', 'user', true],
    ['operator', 'operator', true],
    ['operator', 'admin', false],
    ['admin', 'user', true],
    ['admin', 'operator', true],
    ['admin', 'admin', true],
  ])('%s may do what needs %s: %s', (level, needed, may) => {
    expect(mayDo(level, needed)).toBe(may)
  })

  const NEEDED: readonly (readonly [string, Level])[] = [
    ['help', 'user'],
    ['show info', 'user'],
    ['show cli level', 'user'],
    ['show schema json', 'user'],
    ['show stat', 'user'],
    ['show servers state', 'user'],
    ['show backend', 'user'],
    ['get weight app/s1', 'user'],
    ['show table', 'operator'],
    ['show errors', 'operator'],
    ['show sess', 'operator'],
    ['show events', 'operator'],
    ['show monitor', 'operator'],
    ['clear counters', 'operator'],
    ['clear counters all', 'admin'],
    ['move monitor home', 'admin'],
    ['set weight app/s1 1', 'admin'],
    ['set server app/s1 state ready', 'admin'],
    ['enable server app/s1', 'admin'],
    ['disable server app/s1', 'admin'],
    ['enable agent both/a1', 'admin'],
    ['disable agent both/a1', 'admin'],
    ['set table app key k data.server_id 1', 'admin'],
    ['clear table app', 'admin'],
  ]
  it.each(NEEDED)('`%s` needs %s, and does nothing below', async (line, needed) => {
    for (const level of LEVELS) {
      const { text, hasFailed, calls } = await give(line, level)
      if (LEVELS.indexOf(level) < LEVELS.indexOf(needed)) {
        expect({ text, hasFailed, calls }).toEqual({ text: 'Permission denied\n\n', hasFailed: true, calls: [] })
      } else {
        expect([line, level, text, hasFailed]).toEqual([line, level, expect.not.stringContaining('denied'), false])
      }
    }
  })

  it('are known of every command that help lists', async () => {
    const listed = (await say('help')).match(/^ {2}[a-z]+(?: [a-z]+)*/gm)!.map((usage) => usage.trim())
    // `show resolvers` is refused at every level: its test is below.
    const known = [...NEEDED.map(([line]) => line), 'show resolvers']
    for (const usage of listed) expect(known).toContainEqual(expect.stringMatching(`^${usage}`))
  })

  it.each(LEVELS)('`show cli level` says %s', async (level) => {
    expect((await give('show cli level', level)).text).toBe(`${level}\n\n`)
  })
})

describe('a line of commands', () => {
  it('is split at `;`, unless that is written `\\;`', () => {
    expect(splitCommands('show info; show stat ;;')).toEqual(['show info', 'show stat'])
    expect(splitCommands(String.raw`show table app key a\;b;help`)).toEqual(['show table app key a;b', 'help'])
    expect(splitCommands(' ')).toEqual([])
  })

  it('is answered in order, and has failed when any of them has', async () => {
    const good = await give('show cli level;show backend', 'user')
    expect([good.text, good.hasFailed]).toEqual(['user\n\n# name\napp\nboth\n\n', false])
    const half = await give('disable server app/s1;show cli level', 'user')
    expect([half.text, half.hasFailed]).toEqual(['Permission denied\n\nuser\n\n', true])
    expect((await give('', 'user')).text).toBe('')
  })

  it('with an unknown command is told which there are, and its escapes are not run', async () => {
    const { text, hasFailed, calls } = await give('show \u001b[2Jthings and more', 'admin')
    expect(text).toMatch(/^Unknown command: 'show \\x1b\[2Jthings'\. Those that there are:\n {2}help +: this list\n/)
    expect([hasFailed, calls]).toEqual([true, []])
    // What every object has is no command.
    expect(await say('constructor')).toMatch(/^Unknown command/)
  })
})

it.each(['show resolvers', 'show resolvers mydns'])('`%s` says where to look', async (line) => {
  const { text, hasFailed } = await give(line, 'user')
  expect(hasFailed).toBe(true)
  expect(text).toMatch(/^show resolvers: questions to name servers are not counted; 'show servers state' has .*\n\n$/)
})

describe('`show stat`', () => {
  const shown = async (line: string) => {
    const { operations } = scripted((registry) => {
      registry.setHealth('app/s1', 'down', 1)
      registry.setHealth('app/b1', 'stopping', 1)
      registry.setState('both/a1', 'maint', 1)
    })
    const { text } = await runCommands(line, operations, { who: 'ann', level: 'user' })
    return text
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',').slice(0, 2).join('/'))
  }
  const ALL = 'www/FRONTEND both/FRONTEND both/a1 both/a2 both/BACKEND app/s1 app/s2 app/b1 app/BACKEND'

  it.each([
    ['show stat', ALL],
    // All three words or none.
    ['show stat app', ALL],
    ['show stat app 4', ALL],
    ['show stat app -1 -1', 'app/s1 app/s2 app/b1 app/BACKEND'],
    ['show stat #4 -1 -1', 'app/s1 app/s2 app/b1 app/BACKEND'],
    ['show stat 4 -1 -1', 'app/s1 app/s2 app/b1 app/BACKEND'],
    ['show stat -1 1 -1', 'www/FRONTEND both/FRONTEND'],
    ['show stat -1 2 -1', 'both/BACKEND app/BACKEND'],
    ['show stat both 4 -1', 'both/a1 both/a2'],
    ['show stat both 3 -1', 'both/FRONTEND both/BACKEND'],
    ['show stat -1 4 1', 'both/a1 app/s1'],
    ['show stat app 4 9', 'app/b1'],
    ['show stat up', 'www/FRONTEND both/FRONTEND app/s2 app/b1'],
    ['show stat no-maint', 'www/FRONTEND both/FRONTEND both/a2 both/BACKEND app/s1 app/s2 app/b1 app/BACKEND'],
    ['show stat app 4 -1 up', 'app/s2 app/b1'],
  ])('%s: %s', async (line, rows) => {
    expect((await shown(line)).join(' ')).toBe(rows)
  })

  // 0 is no proxy's number, and -1 stands for all.
  it.each(['show stat none -1 -1', 'show stat #9 -1 -1', 'show stat 0 -1 -1'])('%s is a problem', async (line) => {
    expect(await give(line, 'user')).toMatchObject({ text: 'No such proxy.\n\n', hasFailed: true })
  })

  it('is CSV, typed or JSON, as it is asked for', async () => {
    expect(await say('show stat')).toMatch(/^# pxname,svname,/)
    expect(await say('show stat typed')).toMatch(/^F\.2\.0\.0\.pxname\.1:KNS:str:www\n/)
    expect(await say('show stat typed desc')).toMatch(/^F\.2\.0\.0\.pxname\.1:KNS:str:www:"Name of the proxy"\n/)
    expect(JSON.parse(await say('show stat json'))).toHaveLength(9)
    expect(JSON.parse(await say('show stat app 4 9 json'))).toHaveLength(1)
  })

  it('counts what the counters say', async () => {
    const counters = async () => ({ sinceMs: 0, isolates: [], totals: { 'server:app/s1': total({ stot: 42 }) } })
    expect(await say('show stat app 4 1 typed', { counters })).toContain('.stot.1:MCP:u64:42\n')
  })
})

it('`show info` is text, typed or JSON, with meanings when they are asked for', async () => {
  expect(await say('show info')).toMatch(/^Name: Limpet\nVersion: /)
  expect(await say('show info desc')).toMatch(/^Name: Limpet:"Product name"\n/)
  expect(await say('show info typed')).toMatch(/^0\.Name\.1:POS:str:Limpet\n/)
  expect(await say('show info typed desc')).toMatch(/^0\.Name\.1:POS:str:Limpet:"Product name"\n/)
  expect(JSON.parse(await say('show info json'))[0]).toMatchObject({ value: { value: 'Limpet' } })
})

it('`show servers state` is of all backends or one', async () => {
  const names = async (line: string) => [...(await say(line)).matchAll(/^\d+ \S+ \d+ (\S+) /gm)].map(([, name]) => name)
  expect(await names('show servers state')).toEqual(['a1', 'a2', 's1', 's2', 'b1'])
  expect(await names('show servers state both')).toEqual(['a1', 'a2'])
  expect(await give('show servers state none', 'user')).toMatchObject({
    text: "Can't find backend.\n\n",
    hasFailed: true,
  })
  expect(await give('show servers conn', 'user')).toMatchObject({ hasFailed: true })
})

it('`show errors` has none, on a clock', async () => {
  expect(await say('show errors')).toBe('Total events captured on [01/Jan/1970:00:01:40.000] : 0\n\n')
})

it('`show sess` says what each isolate has in progress, and how old that is', async () => {
  const isolates = [
    { isolate: 'i1', atMs: NOW_MS - 2_600, current: 3, queued: 1 },
    { isolate: 'i2', atMs: NOW_MS + 5_000, current: 0, queued: 0 },
  ]
  expect(await say('show sess', { counters: async () => ({ sinceMs: 0, isolates, totals: {} }) })).toBe(
    'i1: current=3 queued=1 age=3s\ni2: current=0 queued=0 age=0s\n\n',
  )
})

describe('`show events`', () => {
  const EVENT = { atMs: 1_000, server: 'app/s1', from: 'UP', to: 'DOWN', reason: 'no\nanswer', who: null }
  const asked: number[] = []
  const events = async (most: number) => {
    asked.push(most)
    return [EVENT, { ...EVENT, who: 'a\u202enn' }]
  }

  it('tells of each in one line, with who did it', async () => {
    expect(await say('show events', { events })).toBe(
      '1970-01-01T00:00:01.000Z app/s1 UP -> DOWN (no\\x0aanswer)\n' +
        '1970-01-01T00:00:01.000Z app/s1 UP -> DOWN (no\\x0aanswer, by a\\u202enn)\n\n',
    )
  })

  it.each([
    ['show events', 1_000],
    ['show events 7', 7],
    ['show events 5000', 1_000],
    ['show events json', 1_000],
    ['show events many', 1_000],
  ])('%s asks for %d', async (line, most) => {
    await say(line, { events })
    expect(asked.at(-1)).toBe(most)
  })

  it.each(['show events json', 'show events 2 json'])('%s is JSON', async (line) => {
    const { atMs: _, ...rest } = EVENT
    expect(JSON.parse(await say(line, { events }))[0]).toEqual({ time: '1970-01-01T00:00:01.000Z', ...rest })
  })
})

it('`clear counters` forgets the most, or with `all` everything', async () => {
  expect(await give('clear counters', 'operator')).toEqual({
    text: '\n',
    hasFailed: false,
    calls: [['clearCounters', false]],
  })
  expect((await give('clear counters all', 'admin')).calls).toEqual([['clearCounters', true]])
})
