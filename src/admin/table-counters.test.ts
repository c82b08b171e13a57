// What commands show and change of a table that counts: texts as HAProxy 2.6 gave them.

import { describe, expect, it } from 'vitest'

import { resolveStickTable } from '../config/options/stick.ts'
import { runCommands } from './commands.ts'
import type { TableView } from './operations.ts'
import { NOW_MS, scripted } from './testing.ts'

const config = (data: readonly string[]) =>
  resolveStickTable({ type: 'string', size: 2, expire: '30s', data: [...data] }, [], 'haproxy')
const COUNTED: TableView = {
  name: 'st2',
  config: config(['gpc(1)', 'gpt(2)', 'gpc_rate(1,4s)', 'http_req_rate(10s)', 'http_req_cnt']),
  count: 2,
  servers: {},
  entries: [
    {
      key: '/k2',
      untilMs: NOW_MS + 29_954,
      data: [
        ['http_req_cnt', 'http_req_cnt', 1],
        ['http_req_rate', 'http_req_rate(10000)', 1],
        ['gpt', 'gpt0', 0],
        ['gpt', 'gpt1', 8],
        ['gpc', 'gpc0', 9],
        ['gpc_rate', 'gpc0_rate(4000)', 0],
      ],
    },
    {
      key: '/kinc',
      untilMs: NOW_MS + 29_939,
      server: 's1',
      id: 1,
      data: [
        ['http_req_cnt', 'http_req_cnt', 2],
        ['http_req_rate', 'http_req_rate(10000)', 2],
        ['gpt', 'gpt0', 0],
        ['gpt', 'gpt1', 8],
        ['gpc', 'gpc0', 2],
        ['gpc_rate', 'gpc0_rate(4000)', 2],
      ],
    },
  ],
}

async function give(line: string, table = COUNTED) {
  const { operations, calls } = scripted(undefined, { tables: async () => [table] })
  return { ...(await runCommands(line, operations, { who: 'ann', level: 'admin' })), calls }
}

describe('a table that counts', () => {
  it('is shown with its data in HAProxy’s order', async () => {
    expect((await give('show table st2')).text).toBe(
      '# table: st2, type: string, size:2, used:2\n' +
        '0x1: key=/k2 use=0 exp=29954 server_id=0 http_req_cnt=1 http_req_rate(10000)=1 server_key=- gpt0=0 gpt1=8 gpc0=9 gpc0_rate(4000)=0\n' +
        '0x2: key=/kinc use=0 exp=29939 server_id=1 http_req_cnt=2 http_req_rate(10000)=2 server_key=s1 gpt0=0 gpt1=8 gpc0=2 gpc0_rate(4000)=2\n\n',
    )
    const { entries } = JSON.parse((await give('show table st2 json')).text)
    expect(entries[0]).toEqual({
      key: '/k2',
      expiresMs: 29_954,
      data: { http_req_cnt: 1, 'http_req_rate(10000)': 1, gpt0: 0, gpt1: 8, gpc0: 9, 'gpc0_rate(4000)': 0 },
    })
  })

  it('that stores no servers shows none', async () => {
    const [first] = COUNTED.entries
    const { text } = await give('show table st2', {
      ...COUNTED,
      config: config(['gpc0']),
      entries: [{ ...first!, data: [['gpc0', 'gpc0', 9]] }],
    })
    expect(text).toContain('exp=29954 gpc0=9\n')
  })

  it.each([
    ['data.gpc gt 2', '/k2'],
    ['data.http_req_rate ge 1 data.http_req_cnt lt 2', '/k2'],
    ['data.gpc_rate eq 2', '/kinc'],
    ['data.server_id gt 0', '/kinc'],
  ])('is filtered by %s', async (filter, key) => {
    const { text } = await give(`show table st2 ${filter}`)
    expect([...text.matchAll(/: key=(\S+)/g)].map(([, found]) => found)).toEqual([key])
    expect((await give(`clear table st2 ${filter}`)).calls).toEqual([['removeEntry', 'st2', key]])
  })

  it.each([
    ['show table st2 data.gpc1 gt 1', 'Filter entry #1: Data type not stored in this table\n'],
    [
      'show table st2 data.gpc xx 1',
      'Filter entry #1: Require and operator among "eq", "ne", "le", "ge", "lt", "gt"\n',
    ],
    ['set table st2 key /k data.gpc1 9', 'Data type not stored in this table\n'],
    ['set table st2 key /k foo 9', '"data.<type>" followed by a value expected\n'],
    ['set table st2 key /k data.foo 9', 'Unknown data type\n'],
    ['set table st2 key /k data.gpc', 'Require a valid integer value to store\n'],
  ])('%s is refused', async (line, text) => {
    expect(await give(line)).toMatchObject({ text: `${text}\n`, hasFailed: true, calls: [] })
  })

  it.each([
    [
      'set table st2 key /k data.gpc 7 data.http_req_rate 9',
      [
        ['gpc', 7],
        ['http_req_rate', 9],
      ],
    ],
    ['set table st2 key /k', []],
  ])('%s writes', async (line, values) => {
    expect(await give(line)).toMatchObject({ text: '\n', calls: [['setCounts', 'st2', '/k', values]] })
  })
})
