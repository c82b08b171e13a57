// What an operator and the log see of the keys of tables that count, over the objects that have them.

import { expect, it, vi } from 'vitest'

import type { StickTableInput } from '../../src/config/options/stick.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { createCountedShard } from '../../src/counting/shard.ts'
import type { CountedShard } from '../../src/counting/shard.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import type { CountsCall } from '../../src/cloudflare/rpc.ts'
import { createIsolateCounters } from '../../src/cloudflare/adapters/counters.ts'

function isolateWith(table: Partial<StickTableInput>) {
  const config = configOrThrow(
    {
      frontends: [
        {
          name: 'www',
          stickTable: { type: 'string', size: 1_000, expire: '1m', data: ['http_req_cnt', 'gpc0'], ...table },
          rules: [
            { do: { trackSc: { sc: 0, key: 'req.hdr(x-key)' } } },
            { if: { sample: 'sc_http_req_cnt(0)', match: 'int', values: ['gt 50'] }, do: { deny: { status: 429 } } },
          ],
          defaultBackend: 'app',
        },
      ],
      backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }] }],
    },
    'cloudflare',
  )
  const { stickTable } = config.frontends[0]!
  const shards = new Map<string, CountedShard>()
  const rows = { read: () => undefined, write: () => undefined, remove: () => undefined, expire: () => undefined }
  const STICK_TABLE = {
    getByName(name: string) {
      const made = createCountedShard(stickTable!, {
        size: 1_000,
        epoch: name,
        limits: new Map(),
        rows,
        now: () => Date.now(),
      })
      const shard = shards.get(name) ?? shards.set(name, made).get(name)!
      return {
        counts: async (method: CountsCall[0], ...given: unknown[]) =>
          (shard[method] as (...all: readonly unknown[]) => unknown)(...given),
      }
    },
  }
  const counters = createIsolateCounters(config, { STICK_TABLE } as unknown as Env, 10_000)!
  const view = { name: 'www', config: stickTable!, count: undefined, entries: [], servers: {} }
  return { counters, view, shards }
}

it('the highest of a table are the highest of all its objects, with what rules compare them with', async () => {
  const { counters, view, shards } = isolateWith({ shards: 4, hashKeys: false })
  const table = counters.table('www')!
  for (let i = 0; i < 40; i++) table.add(table.open(`key ${i}`)!, table.layout.slotOf('http_req_cnt')!, i)
  const { count, entries, limits } = await counters.withCounts(view, 5, true)
  expect(shards.size).toBe(4)
  expect([count, limits]).toEqual([40, new Map([['http_req_cnt', 50]])])
  expect(entries.map(({ key }) => key)).toEqual(['key 39', 'key 38', 'key 37', 'key 36', 'key 35'])
  expect(await counters.withCounts(view, 0, true)).toMatchObject({ count: 40, entries: [] })
})

it('a key that may be a secret is shown by its hash alone', async () => {
  const { counters, view } = isolateWith({})
  const table = counters.table('www')!
  table.open('Bearer secret')
  expect(table.shownKey('Bearer secret')).toBeUndefined()
  const { entries } = await counters.withCounts(view, 5, true)
  expect(entries.map(({ key }) => key)).toEqual([expect.stringMatching(/^[\w-]{22}$/)])
  expect(table.shownKey('Bearer secret')).toBe(entries[0]!.key)
})

it('an object whose answer is lost, and the others of the same merge, count once', async () => {
  const { counters, shards } = isolateWith({ shards: 4 })
  const table = counters.table('www')!
  const countAll = () => {
    for (let i = 0; i < 40; i++) table.add(table.open(`key ${i}`)!, table.layout.slotOf('gpc0')!, 1)
  }
  const inObjects = () =>
    [...shards.values()]
      .flatMap((shard) => shard.list(100).entries)
      .map(({ data }) => data.find(([type]) => type === 'gpc0')![2])
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  countAll()
  await counters.flush()
  const [losing] = [...shards.values()] as { -readonly [Name in keyof CountedShard]: CountedShard[Name] }[]
  const { merge } = losing!
  losing!.merge = (...given) => {
    merge(...given)
    losing!.merge = merge
    throw new Error('lost')
  }
  countAll()
  await counters.flush()
  await counters.flush()
  expect(inObjects()).toEqual(Array.from({ length: 40 }, () => 2))
})
