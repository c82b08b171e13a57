import { describe, expect, it } from 'vitest'

import type { Target } from '../issue.ts'
import { SERVER, told, toldOf } from './testing.ts'

const TABLE = { type: 'string', size: 100 }

describe('a rule of a stick table', () => {
  it.each([
    ['two actions', { on: 'src', match: 'path' }],
    ['none', { table: 'app' }],
  ])('has one action: %s', (_, rule) => {
    expect(toldOf({ stickTable: TABLE, stick: [rule] })).toEqual([
      `error: backends[0].stick[0]: needs exactly one of on, match, storeRequest, storeResponse (found ${JSON.stringify(rule)})`,
    ])
  })

  it('asks a response for what it stores, and nothing else', () => {
    const stick = [{ storeResponse: 'res.cook(id)' }, { match: 'res.cook(id)' }]
    expect(toldOf({ stickTable: TABLE, stick })).toEqual([
      'error: backends[0].stick[1].match: is known in storeResponse only (found "res.cook(id)")',
    ])
    const condition = { sample: 'status', values: '200' }
    const conditions = [
      { storeResponse: 'res.cook(id)', if: condition },
      { on: 'src', if: condition },
    ]
    expect(toldOf({ stickTable: TABLE, stick: conditions })).toEqual([
      'error: backends[0].stick[1].if.sample: is known in responseRules only (found "status")',
    ])
  })

  it('names a table that is there', () => {
    const [on] = [{ on: 'src' }]
    expect(toldOf({ stick: [on] })).toEqual([
      "error: backends[0].stick[0]: there is no stickTable 'app'; no backend has one",
    ])
    const backends = [
      { name: 'app', servers: [SERVER], stick: [{ ...on, table: 'sessions' }, { ...on, table: 'session' }, on] },
      { name: 'sessions', servers: [], stickTable: TABLE },
    ]
    const frontends = [{ name: 'www', defaultBackend: 'app' }]
    expect(told({ frontends, backends })).toEqual([
      "error: backends[0].stick[1].table: there is no stickTable 'session'; these backends have one: sessions",
      "error: backends[0].stick[2]: there is no stickTable 'app'; these backends have one: sessions",
    ])
  })
})

const KV_WARNING =
  'warning: backends[0].stickTable.store: KV takes up to a minute to tell other locations: parallel first requests may part (found "kv")'
const needless = (option: string, value: unknown) =>
  `error: backends[0].stickTable.${option}: means nothing for KV, which has no bounds (found ${JSON.stringify(value)})`

describe('a stick table', () => {
  it.each<[string, Target, object, readonly string[]]>([
    ['in KV', 'cloudflare', { store: 'kv' }, [KV_WARNING]],
    ['in KV for a minute', 'cloudflare', { store: 'kv', expire: '1m' }, [KV_WARNING]],
    [
      'in KV for less',
      'cloudflare',
      { store: 'kv', expire: '59s' },
      [KV_WARNING, 'error: backends[0].stickTable.expire: KV keeps entries for a minute at least (found "59s")'],
    ],
    [
      'in KV under serve',
      'serve',
      { store: 'kv' },
      [
        "error: backends[0].stickTable.store: is there on Cloudflare only: under serve take 'durable-object' or 'memory' (found \"kv\")",
        KV_WARNING,
      ],
    ],
    [
      'in KV with bounds',
      'cloudflare',
      {
        store: 'kv',
        expire: '1h',
        nopurge: false,
        issuedDisplaces: true,
        sourceShare: 1,
        shards: 2,
        previousShards: 1,
      },
      [
        KV_WARNING,
        needless('nopurge', false),
        needless('issuedDisplaces', true),
        needless('sourceShare', 1),
        needless('shards', 2),
        needless('previousShards', 1),
      ],
    ],
    ['in memory', 'serve', { store: 'memory' }, []],
    [
      'in memory on Cloudflare',
      'cloudflare',
      { store: 'memory' },
      [
        'error: backends[0].stickTable.store: isolates on Cloudflare come and go, each with its own memory: take \'durable-object\' (found "memory")',
      ],
    ],
    ['of a shard for each entry', 'serve', { size: 8, shards: 8 }, []],
    [
      'of more shards than entries',
      'serve',
      { size: 8, shards: 9 },
      ['error: backends[0].stickTable.size: is less than one entry for each of the 9 shards (found 8)'],
    ],
    ['that had another number of shards', 'serve', { shards: 2, previousShards: 4, expire: '1h' }, []],
    [
      'that never forgets, and had another number of shards',
      'serve',
      { shards: 2, previousShards: 4 },
      ['error: backends[0].stickTable.previousShards: is read for one expire, and there is none (found 4)'],
    ],
    [
      'that had the same number of shards',
      'serve',
      { shards: 2, previousShards: 2, expire: '1h' },
      ['error: backends[0].stickTable.previousShards: is the same as shards (found 2)'],
    ],
    [
      'that had the same number of shards, unwritten',
      'serve',
      { previousShards: 1, expire: '1h' },
      ['error: backends[0].stickTable.previousShards: is the same as shards (found 1)'],
    ],
  ])('%s, %s', (_, target, more, issues) => {
    expect(toldOf({ stickTable: { ...TABLE, ...more } }, target)).toEqual(issues)
  })
})
