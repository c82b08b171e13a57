// Workers built without a part: one whose configuration needs it does not start, and objects that have no use for it keep what they
// stored.

import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { expect, it, vi } from 'vitest'

import { ALL_PARTS } from '../../src/cloudflare/all-parts.ts'
import { createBalancedWorker } from '../../src/cloudflare/balanced-worker.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { createStickTableClass as followingClass } from '../../src/cloudflare/objects/stick-table.ts'
import { KNOWN_PARTS } from '../../src/cloudflare/parts.ts'
import { validated } from '../../src/cloudflare/no-validator.ts'
import { needsOf } from '../../src/config/parts.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { createSlotsClass, createStickTableClass } from './release-objects.ts'

const env = testEnv as unknown as Required<Env> & { readonly BARE: DurableObjectNamespace }

const SERVERS = { name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }] }
const TABLE: LimpetConfig = {
  backends: [{ ...SERVERS, stickTable: { type: 'string', size: 10 }, stick: [{ on: 'req.hdr(x-key)' }] }],
}
const DENIES: LimpetConfig = {
  frontends: [{ name: 'www', rules: [{ do: { deny: { status: 403 } } }], defaultBackend: 'app' }],
  backends: [SERVERS],
}

it.each([
  ['rules', "'rules', which 'www'"],
  ['policies', "'policies/roundrobin', which 'app'"],
  ['patterns', undefined],
  ['nothing', undefined],
] as const)('a Worker that keeps people out and was built without %s lets nobody in', async (left, missing) => {
  const origin = vi.spyOn(globalThis, 'fetch')
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const config = configOrThrow(DENIES, 'either')
  const parts = { ...ALL_PARTS }
  delete (parts as Record<string, unknown>)[left]
  const { worker } = createBalancedWorker({ configOf: () => config, parts, needs: needsOf(config), knows: KNOWN_PARTS })
  const request = new Request('https://www.example.com/') as Request<unknown, IncomingRequestCfProperties>
  const { status } = await worker.fetch!(request, env, createExecutionContext())
  expect([status, origin.mock.calls.length]).toEqual([missing ? 500 : 403, 0])
  const logged = log.mock.calls.map(([line]) => JSON.parse(String(line)) as object)
  const problem = {
    event: 'error',
    code: 'CONFIG_INVALID',
    message: `built without ${missing} needs: run limpet build again`,
  }
  expect(logged).toEqual(missing ? [problem] : [])
})

it('nor does any other way into it: a route of an application, the cron trigger, its objects and their alarms', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const config = configOrThrow(DENIES, 'either')
  const { rules: _left, ...parts } = ALL_PARTS
  const limpet = createBalancedWorker({ configOf: () => config, parts, needs: needsOf(config), knows: KNOWN_PARTS })
  const problem = "built without 'rules', which 'www' needs: run limpet build again"
  for (const mount of [{}, { backend: 'app' }, { backend: 'none' }]) {
    const request = new Request('https://www.example.com/.limpet/servers')
    expect((await limpet.mount(mount)(request, env, createExecutionContext()))?.status).toBe(500)
  }
  await expect(limpet.scheduled(undefined, env)).rejects.toThrow(problem)
  for (const name of ['Monitor', 'StickTable', 'Slots'] as const) {
    await runInDurableObject(env.BARE.getByName(`without rules/${name}`), (_, state) => {
      expect(() => new limpet[name](state, env)).toThrow(problem)
    })
  }
})

it('a module that another version wrote, which knew other parts, lets nobody in', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const config = configOrThrow({ backends: [SERVERS] }, 'either')
  const knows = KNOWN_PARTS.replace(' agents', '')
  const { worker } = createBalancedWorker({ configOf: () => config, parts: ALL_PARTS, needs: needsOf(config), knows })
  const request = new Request('https://www.example.com/') as Request<unknown, IncomingRequestCfProperties>
  expect((await worker.fetch!(request, env, createExecutionContext())).status).toBe(500)
  expect(log.mock.calls.flat().join()).toContain('built by another version of Limpet: run limpet build again')
})

it('a Worker whose validator is left out does not start with a configuration that was not built', () => {
  expect(() => validated(TABLE)).toThrow('write on the left in [alias] what your code imports it by')
})

it('a shard of a table that is not configured keeps its entries for when it is again', async () => {
  await runInDurableObject(env.BARE.getByName('app/1/0'), async (_, state) => {
    const shardOf = (config: LimpetConfig) => {
      const StickTable = createStickTableClass(() => configOrThrow(config, 'either'))
      return new StickTable(state, env)
    }
    await shardOf(TABLE).store('a', { server: 's1', id: 1 }, 'request')
    const idle = shardOf({ backends: [SERVERS] })
    await expect(idle.match('a')).rejects.toThrow('the configuration has no stick table for app/1/0')
    await idle.alarm!()
    expect(await shardOf(TABLE).match('a')).toMatchObject({ server: 's1' })
  })
})

it('an object of a limit that is not configured keeps its leases for when it is again, and grants none', async () => {
  await runInDurableObject(env.BARE.getByName('["server","app","s1"]'), async (_, state) => {
    const limited = { backends: [{ name: 'app', servers: [{ ...SERVERS.servers[0]!, maxconn: 4 }] }] }
    const slotsOf = (config: LimpetConfig) => new (createSlotsClass(() => configOrThrow(config, 'either')))(state, env)
    const need = (inUse: number) => ({ keeps: inUse, share: 0, inUse, waiting: 0 })
    await slotsOf(limited).ask('one', need(3), false)
    await expect(slotsOf({ backends: [SERVERS] }).ask('two', need(1), false)).rejects.toThrow('built without a part')
    expect((await slotsOf(limited).ask('two', need(0), false)).elsewhere).toBe(3)
  })
})

it('a shard whose configuration is replaced goes on counting, and keeps what is on disk through a change of its table', async () => {
  await runInDurableObject(env.BARE.getByName('app/1/0'), async (_, state) => {
    const counting = (data: string[]) =>
      configOrThrow({ backends: [{ ...SERVERS, stickTable: { type: 'string', size: 10, data } }] }, 'either')
    let today = counting(['gpc0', 'http_req_cnt'])
    const shard = new (followingClass(() => today, ALL_PARTS))(state, env)
    const shown = async () => {
      const listed = (await shard.counts('list', 10)) as unknown as { entries: { data: [string, string, number][] }[] }
      return listed.entries.flatMap(({ data }) => data.map(([type, , n]) => [type, n]))
    }
    await shard.counts('set', 'a', [
      ['gpc0', 7],
      ['http_req_cnt', 3],
    ])
    today = counting(['gpc0', 'http_req_cnt'])
    expect(Object.fromEntries(await shown())).toEqual({ gpc0: 7, http_req_cnt: 3 })
    today = counting(['gpc0', 'gpc1'])
    await shard.counts('set', 'a', [['gpc1', 1]])
    expect(Object.fromEntries(await shown())).toEqual({ gpc0: 7, gpc1: 1 })
    today = counting([])
    expect(await shard.counts('list', 10)).toBeUndefined()
  })
})
