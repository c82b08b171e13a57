// What commands show and change of stick tables, and what they refuse.

import { describe, expect, it } from 'vitest'

import { runCommands } from './commands.ts'
import type { Operations, TableView } from './operations.ts'
import { NOW_MS, scripted, tableOf } from './testing.ts'

const TABLE = tableOf({ ann: 1, bob: 2, cat: 9 })
const UNLISTED: TableView = { ...TABLE, name: 'both', count: undefined, entries: [] }

async function give(line: string, answers: Partial<Operations> = {}) {
  const asked: number[] = []
  const tables = async (most: number) => {
    asked.push(most)
    return [TABLE, UNLISTED]
  }
  const { operations, calls } = scripted(undefined, { tables, ...answers })
  return { ...(await runCommands(line, operations, { who: 'ann', level: 'admin' })), calls, asked }
}
const HEAD = '# table: app, type: string, size:100, used:3\n'

describe('`show table`', () => {
  it('lists tables without their entries, also one whose store cannot be listed', async () => {
    expect(await give('show table')).toMatchObject({
      text: `${HEAD}# table: both, type: string, size:100, used:unknown\n\n`,
      asked: [0],
    })
    expect(JSON.parse((await give('show table json')).text)).toEqual([
      { table: 'app', type: 'string', size: 100, used: 3 },
      { table: 'both', type: 'string', size: 100, used: null },
    ])
  })

  it('lists the entries of one, numbered, with the time that they have left', async () => {
    expect(await give('show table app')).toMatchObject({
      text:
        `${HEAD}0x1: key=ann use=0 exp=60000 server_id=1 server_key=s1\n` +
        '0x2: key=bob use=0 exp=60000 server_id=2 server_key=s2\n' +
        '0x3: key=cat use=0 exp=60000 server_id=9 server_key=b1\n\n',
      asked: [10_000],
    })
  })

  it('shows no more time than `expire`, and 0 for what never ends; in JSON null', async () => {
    const [first] = TABLE.entries
    const table = {
      ...TABLE,
      entries: [
        { ...first!, key: 'kept longer\n', untilMs: NOW_MS + 3_600_000 },
        { ...first!, key: 'for ever', untilMs: Number.MAX_SAFE_INTEGER },
      ],
    }
    const answers = { tables: async () => [table] }
    expect((await give('show table app', answers)).text).toContain(
      '0x1: key=kept\\ longer\\n use=0 exp=1800000 server_id=1 server_key=s1\n' +
        '0x2: key=for\\ ever use=0 exp=0 server_id=1 server_key=s1\n',
    )
    const { entries } = JSON.parse((await give('show table app json', answers)).text)
    expect(entries).toEqual([
      { key: 'kept longer\n', expiresMs: 1_800_000, server: 's1', serverId: 1 },
      { key: 'for ever', expiresMs: null, server: 's1', serverId: 1 },
    ])
  })

  it.each([
    ['data.server_id eq 2', 'bob'],
    ['data.server_id ne 2', 'ann cat'],
    ['data.server_id lt 2', 'ann'],
    ['data.server_id le 2', 'ann bob'],
    ['data.server_id gt 2', 'cat'],
    ['data.server_id ge 2', 'bob cat'],
    ['data.server_id gt 1 data.server_id lt 9', 'bob'],
    ['key bob', 'bob'],
    ['key nobody', ''],
  ])('chooses by %s: %s', async (filter, keys) => {
    const { text } = await give(`show table app ${filter}`)
    expect([...text.matchAll(/key=(\S+) use/g)].map(([, key]) => key).join(' ')).toBe(keys)
    const { entries } = JSON.parse((await give(`show table app ${filter} json`)).text)
    expect(entries.map(({ key }: { key: string }) => key).join(' ')).toBe(keys)
  })

  it('finds a key as the table has it, or as it was shown', async () => {
    const answers = { tableKey: async (_: string, key: string) => (key === 'Ann' ? 'ann' : `hash-of-${key}`) }
    expect((await give('show table app key Ann', answers)).text).toContain('key=ann ')
    expect((await give('show table app key bob', answers)).text).toContain('key=bob ')
  })

  it('takes a key that is called json', async () => {
    const { text } = await give('show table app key json', { tables: async () => [tableOf({ json: 1 })] })
    expect(text).toContain('0x1: key=json ')
  })
})

const OPERATORS = 'Filter entry #1: Require and operator among "eq", "ne", "le", "ge", "lt", "gt"\n\n'
const INTEGER = 'Filter entry #1: Require a valid integer value to compare against\n\n'
const many = (count: number) => Array.from({ length: count }, () => 'data.server_id ge 1').join(' ')
const BAD_FILTERS: readonly (readonly [string, string])[] = [
  ['none', 'No such table\n\n'],
  ['app key', 'Key value expected\n\n'],
  ['app data.gpc0 gt 1', 'Filter entry #1: Data type not stored in this table\n\n'],
  ['app data.server_id', OPERATORS],
  ['app data.server_id is 1', OPERATORS],
  ['app data.server_id constructor 1', OPERATORS],
  ['app data.server_id eq', INTEGER],
  ['app data.server_id eq one', INTEGER],
  ['app data.server_id eq 1x', INTEGER],
  ['app data.server_id eq 1 server_id eq 1', 'Filter entry #2: Unknown data type\n\n'],
  ['app data.server_id eq 1 data.server_id', OPERATORS.replace('#1', '#2')],
  [`app ${many(5)}`, "Detected extra data in filter, 16th word of input, after '1'\n\n"],
]

it.each(BAD_FILTERS)('`show table %s` and `clear table` answer %j, and change nothing', async (filter, text) => {
  for (const command of ['show', 'clear']) {
    expect(await give(`${command} table ${filter}`)).toMatchObject({ text, hasFailed: true, calls: [] })
  }
})

it('a filter that is neither a key nor of data is answered with what is allowed', async () => {
  expect((await give('show table app gpc0 gt 1')).text).toBe(
    'Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>\n\n',
  )
  expect(await give('clear table app gpc0 gt 1')).toMatchObject({
    text: 'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n\n',
    calls: [],
  })
})

it('a negative number is compared, too', async () => {
  expect((await give('show table app data.server_id gt -1')).text).toContain('key=cat')
})

it('four filters are not too many', async () => {
  expect((await give(`show table app ${many(4)}`)).text).toContain('key=ann')
})

it.each(['show table app key k', 'clear table app key k', 'set table app key k data.server_id 1'])(
  '`%s` refuses a key that is none of the table’s type',
  async (line) => {
    expect(await give(line, { tableKey: async () => undefined })).toMatchObject({
      text: 'Invalid key\n\n',
      hasFailed: true,
      calls: [],
    })
  },
)

const USAGE = 'Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n\n'

describe('`set table`', () => {
  it('writes an entry under the key as the table has it', async () => {
    const answers = { tableKey: async (table: string, key: string) => `${table}:${key}` }
    expect(await give('set table app key k data.server_id 9', answers)).toMatchObject({
      text: '\n',
      hasFailed: false,
      calls: [['storeEntry', 'app', 'app:k', { server: 'b1', id: 9 }]],
    })
  })

  it.each([
    ['', USAGE],
    ['none key k data.server_id 1', 'No such table\n\n'],
    ['app', USAGE],
    ['app data.server_id 1', USAGE],
    ['app key', 'Key value expected\n\n'],
    ['app key k', 'Data type expected: data.server_id <id>\n\n'],
    ['app key k data.gpc0 1', 'Data type not stored in this table\n\n'],
    ['app key k server_id 1', '"data.<type>" followed by a value expected\n\n'],
    ['app key k data.server_id', 'Require a valid integer value to store\n\n'],
    ['app key k data.server_id s1', 'Require a valid integer value to store\n\n'],
    ['app key k data.server_id 3', 'Backend app has no server of this id\n\n'],
    ['both key k data.server_id 1', 'This table cannot be written from here: its store has no operator\n\n'],
  ])('%s is answered %j, and writes nothing', async (rest, text) => {
    expect(await give(`set table ${rest}`)).toMatchObject({ text, hasFailed: true, calls: [] })
  })
})

describe('`clear table`', () => {
  it.each([
    ['app', ['ann', 'bob', 'cat']],
    ['app data.server_id gt 1', ['bob', 'cat']],
    ['app key bob', ['bob']],
    ['app key nobody', []],
  ])('%s removes %j', async (rest, keys) => {
    expect(await give(`clear table ${rest}`)).toMatchObject({
      text: '\n',
      hasFailed: false,
      calls: keys.map((key) => ['removeEntry', 'app', key]),
    })
  })

  it('without a table says what is missing', async () => {
    expect(await give('clear table')).toMatchObject({
      text: 'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n\n',
      hasFailed: true,
    })
  })

  it('goes on until a table that is longer than a list is empty', async () => {
    const [entry] = TABLE.entries
    const left = Array.from({ length: 10_003 }, (_, i) => ({ ...entry!, key: `k${i}` }))
    const answers = {
      tables: async (most: number) => [{ ...TABLE, entries: left.slice(0, most) }],
      async removeEntry() {
        left.shift()
        return true
      },
    }
    expect((await give('clear table app', answers)).text).toBe('\n')
    expect(left).toEqual([])
  })
})
