// The log line of a request that a counter refused has the key as the table stores it: a hash, where keys are hashed.

import { expect, it, vi } from 'vitest'

import { ARRIVAL, holdBalancer } from '../../src/balancer/testing.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { createCountedShard } from '../../src/counting/shard.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { createIsolateCounters } from '../../src/cloudflare/adapters/counters.ts'

const ADDRESS = '192.0.2.77'

/** The lines of requests of one client; more than `limit` are refused. */
async function linesOf(hashKeys: boolean, limit: number, requests: number) {
  const written = {
    log: 'json',
    frontends: [
      {
        name: 'www',
        stickTable: { type: 'ip', size: 100, expire: '1m', data: ['http_req_cnt'], hashKeys, shards: 1 },
        rules: [
          { do: { trackSc: { sc: 0, key: 'src' } } },
          {
            if: { sample: 'sc_http_req_cnt(0)', match: 'int', values: [`gt ${limit}`] },
            do: { deny: { status: 429 } },
          },
        ],
        defaultBackend: 'app',
      },
    ],
    backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1.example' }] }],
  } as LimpetConfig
  const config = configOrThrow(written, 'cloudflare')
  const rows = { read: () => undefined, write: () => undefined, remove: () => undefined, expire: () => undefined }
  const { stickTable } = config.frontends[0]!
  const shard = createCountedShard(stickTable!, { size: 100, epoch: 'a', limits: new Map(), rows, now: () => 1_000 })
  const told: string[] = []
  const counts = async (_: 'merge', ...[names, changes, by]: Parameters<typeof shard.merge>) => {
    told.push(...changes.map(({ key }) => key))
    return shard.merge(names, structuredClone(changes), by)
  }
  const env = { STICK_TABLE: { getByName: () => ({ counts }) } } as unknown as Env
  const held = await holdBalancer(config, { counters: createIsolateCounters(config, env, 1_000)! })
  const statuses = []
  for (let i = 0; i < requests; i++) {
    const asked = held.handle(new Request('http://www.example/'), { ...ARRIVAL, peerAddress: ADDRESS })
    statuses.push((await asked).status)
    // The object learns the key once its hash is known.
    await vi.waitFor(() => expect(told).not.toEqual([]))
  }
  return { statuses, limits: held.lines.map((line) => line.limit), told }
}

it('with hashKeys the key of the line is the one that the object stores, and not the address', async () => {
  const { statuses, limits, told } = await linesOf(true, 2, 3)
  expect(statuses).toEqual([200, 200, 429])
  expect(limits[2]).toEqual({ table: 'www', key: told[0], counter: 'http_req_cnt', value: 3, limit: 2 })
  expect(JSON.stringify([limits, told])).not.toContain(ADDRESS)
})

it('a line that is written before the hash is known has no key', async () => {
  const { statuses, limits } = await linesOf(true, 0, 1)
  expect(statuses).toEqual([429])
  expect(limits[0]).toMatchObject({ table: 'www', counter: 'http_req_cnt', value: 1, limit: 0 })
  expect(JSON.stringify(limits)).not.toContain(ADDRESS)
})

it('without hashKeys it is the address', async () => {
  const { limits } = await linesOf(false, 2, 3)
  expect(limits[2]).toMatchObject({ key: ADDRESS })
})
