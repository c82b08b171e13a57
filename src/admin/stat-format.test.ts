// Rows as HAProxy writes them.

import { describe, expect, it } from 'vitest'

import { COLUMNS, MODULE_COLUMNS } from './columns.ts'
import { OUTPUT_SCHEMA } from './output-schema.ts'
import { tagsOf, toCsv, toJson, toTyped } from './stat-format.ts'
import type { StatRow } from './stat-rows.ts'

const row = (kind: StatRow['kind'], cells: StatRow['cells'], serverId = 0): StatRow => ({
  kind,
  proxyId: 4,
  serverId,
  shown: 'up',
  isTransitional: false,
  cells,
})
const place = (name: string) => COLUMNS.findIndex((column) => column.name === name)

describe('CSV', () => {
  const cellsOf = (text: string) => text.trimEnd().split('\n')[1]!.split(',')

  it('has a header, a line for each row, and in every line as many columns as in the header', () => {
    const rows = [
      row('Frontend', { pxname: 'www' }),
      row('Server', { pxname: 'app' }),
      row('Backend', { pxname: 'app' }),
    ]
    const lines = toCsv(rows).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatch(/^# pxname,svname,.*,agg_check_status,-,ssl_sess,.*,h1_spliced_bytes_out,$/)
    for (const line of lines.slice(1, 4)) expect(line.split(',')).toHaveLength(lines[0]!.split(',').length)
    expect(lines[4]).toBe('')
  })

  it.each([
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\nb', '"a\nb"'],
    ['plain text', 'plain text'],
    ['', ''],
    [0, '0'],
    [-1, '-1'],
  ])('writes %j as %s', (value, written) => {
    expect(toCsv([row('Server', { pxname: value, svname: 'end' })])).toContain(`\n${written},end,`)
  })

  it('leaves out where servers are, and who has which cookie, unless it is shown', () => {
    const cells = { addr: '192.0.2.1:80', cookie: 'c1', algo: 'random', status: 'UP' }
    const shown = cellsOf(toCsv([row('Server', cells)]))
    expect(['addr', 'cookie', 'algo', 'status'].map((name) => shown[place(name)])).toEqual(Object.values(cells))
    const hidden = cellsOf(toCsv([row('Server', cells)], { hidesAddresses: true }))
    expect(['addr', 'cookie', 'algo', 'status'].map((name) => hidden[place(name)])).toEqual(['', '', '', 'UP'])
    expect(hidden).toHaveLength(shown.length)
  })

  it.each([
    ['Frontend', 24],
    ['Backend', 24],
    ['Server', 3],
  ] as const)('has for a %s %d columns of modules', (kind, count) => {
    const modules = cellsOf(toCsv([row(kind, {})])).slice(COLUMNS.length + 1, -1)
    expect(modules).toHaveLength(MODULE_COLUMNS.length)
    expect(modules.filter((cell) => cell === '0')).toHaveLength(count)
    expect(modules.indexOf('')).toBe(count === 24 ? -1 : 3)
  })
})

describe('typed', () => {
  it('says kind, numbers, column, tags, type and value, one a line, of what there is', () => {
    expect(toTyped([row('Server', { pxname: 'app', act: 1, lastsess: -1 }, 2)])).toBe(
      `S.4.2.0.pxname.1:KNS:str:app\nS.4.2.${place('act')}.act.1:SGP:u32:1\nS.4.2.${place('lastsess')}.lastsess.1:MAP:s32:-1\n`,
    )
  })

  it.each(['act', 'bck', 'rate', 'rate_max'])('calls %s of a backend a gauge, and of others what it is', (name) => {
    const { tags } = COLUMNS[place(name)]!
    expect(tags).not.toBe('MGP')
    expect(toTyped([row('Backend', { [name]: 1 })])).toContain(`.${name}.1:MGP:u32:1\n`)
    expect(toTyped([row('Server', { [name]: 1 })])).toContain(`.${name}.1:${tags}:u32:1\n`)
    expect(toTyped([row('Frontend', { [name]: 1 })])).toContain(`.${name}.1:${tags}:u32:1\n`)
  })

  it('says what it means when it is asked to', () => {
    expect(toTyped([row('Frontend', { stot: 5 })], true)).toBe(
      `F.4.0.${place('stot')}.stot.1:MCP:u64:5:"Requests since the counters were cleared"\n`,
    )
  })
})

it('JSON says the same in objects, with tags in words', () => {
  expect(JSON.parse(toJson([row('Backend', { act: 2 }), row('Server', { pxname: 'a"b' }, 9)]))).toEqual([
    [
      {
        objType: 'Backend',
        proxyId: 4,
        id: 0,
        field: { pos: place('act'), name: 'act' },
        processNum: 1,
        tags: { origin: 'Metric', nature: 'Gauge', scope: 'Process' },
        value: { type: 'u32', value: 2 },
      },
    ],
    [
      {
        objType: 'Server',
        proxyId: 4,
        id: 9,
        field: { pos: 0, name: 'pxname' },
        processNum: 1,
        tags: { origin: 'Key', nature: 'Name', scope: 'Service' },
        value: { type: 'str', value: 'a"b' },
      },
    ],
  ])
})

describe('columns', () => {
  const { origin, nature, scope } = OUTPUT_SCHEMA.definitions.tags.properties as Record<string, { enum: string[] }>

  it.each(COLUMNS.map(({ name, ...rest }) => [name, rest] as const))(
    '%s has tags that the schema knows',
    (_, column) => {
      const tags = tagsOf(column.tags)
      expect(origin!.enum).toContain(tags.origin)
      expect(nature!.enum).toContain(tags.nature)
      expect(scope!.enum).toContain(tags.scope)
      expect(['str', 'u32', 'u64', 's32']).toContain(column.type)
      expect(column.description).not.toBe('')
    },
  )

  it('have names of their own', () => {
    const names = [...COLUMNS, ...MODULE_COLUMNS].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
