// Stick tables that must be kept in a jurisdiction: which objects are asked. workerd has no jurisdictions, so Cloudflare's namespace
// is the test's, as its documentation has it: a sub-namespace whose names lead to other objects.

import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import { createStickTableClass } from './release-objects.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'

const env = testEnv as unknown as Required<Env> & { readonly BARE: DurableObjectNamespace }
const TOKEN = 'a-token-for-tests'

const CONFIG: LimpetConfig = {
  log: 'off',
  counters: false,
  backends: [
    {
      name: 'minute',
      stickTable: { type: 'string', size: 10_000, shards: 2, previousShards: 1, expire: '1m', jurisdiction: 'eu' },
      stick: [{ on: 'req.hdr(x-key)' }],
      servers: [{ name: 's1', url: 'https://s1.example' }],
    },
  ],
}

/** Which objects are asked, `JURISDICTION NAME METHOD`. */
function cloudflare() {
  const asked: string[] = []
  const namespace = (place: string) => ({
    jurisdiction: (jurisdiction: string) => namespace(jurisdiction),
    getByName: (name: string) => {
      const answering = (method: string, answer: unknown) => async () => {
        asked.push(`${place} ${name} ${method}`)
        return answer
      }
      return {
        match: answering('match', undefined),
        claim: answering('claim', { entry: { server: 's1', id: 1 }, isNew: true }),
        store: answering('store', undefined),
        list: answering('list', { count: 0, entries: [], servers: {} }),
      }
    },
  })
  return { asked, STICK_TABLE: namespace('anywhere') as unknown as Env['STICK_TABLE'] }
}

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('served'))
})
afterEach(() => vi.restoreAllMocks())

async function ask(STICK_TABLE: Env['STICK_TABLE'], request: Request, token = ''): Promise<Response> {
  const MONITOR = { idFromName: () => 'monitor', getByName: () => ({ snapshot: async () => undefined }) }
  const own = { ...env, LIMPET_ADMIN_TOKEN: token, MONITOR, STICK_TABLE } as unknown as Env
  const ctx = createExecutionContext()
  const limpet = createLimpet(CONFIG)
  const response = await limpet.worker.fetch!(request as Request<unknown, IncomingRequestCfProperties>, own, ctx)
  await waitOnExecutionContext(ctx)
  return response
}

const visit = (STICK_TABLE: Env['STICK_TABLE']) =>
  ask(STICK_TABLE, new Request('https://app.example/', { headers: { 'x-key': 'a' } }))

it('a request asks the objects of the jurisdiction', async () => {
  const { asked, STICK_TABLE } = cloudflare()
  expect((await visit(STICK_TABLE)).status).toBe(200)
  expect(asked).toEqual([expect.stringMatching(/^eu minute\/2\/[01] claim$/)])
})

it('so do the operator’s commands', async () => {
  const { asked, STICK_TABLE } = cloudflare()
  const body = 'show table minute;set table minute key a data.server_id 1'
  const headers = { authorization: `Bearer ${TOKEN}` }
  const request = new Request('https://app.example/.limpet/command', { method: 'POST', headers, body })
  expect((await ask(STICK_TABLE, request, TOKEN)).status).toBe(200)
  expect(asked.map((line) => line.replace(/minute\/2\/[01] /, ''))).toEqual(
    expect.arrayContaining(['eu list', 'eu store']),
  )
  expect(asked.filter((line) => !line.startsWith('eu '))).toEqual([])
})

it('so does a shard that takes over the keys of the former ones', async () => {
  const { asked, STICK_TABLE } = cloudflare()
  await runInDurableObject(env.BARE.getByName('minute/2/0'), async (_, state) => {
    const StickTable = createStickTableClass(() => configOrThrow(CONFIG, 'either'))
    const shard = new StickTable(state, { STICK_TABLE } as unknown as Env)
    await shard.match('a')
  })
  expect(asked).toEqual(['eu minute/1/0 match'])
})

it('where the runtime has none, as under `wrangler dev`, the table is kept all the same', async () => {
  expect(() => env.STICK_TABLE.jurisdiction('eu')).toThrow('not implemented in workerd')
  expect((await visit(env.STICK_TABLE)).status).toBe(200)
})

it('one that Cloudflare refuses is answered with 500, and nothing is written elsewhere', async () => {
  const { asked, STICK_TABLE } = cloudflare()
  const refusing = {
    ...STICK_TABLE,
    jurisdiction: () => {
      throw new Error('this account has no jurisdiction eu')
    },
  } as unknown as Env['STICK_TABLE']
  expect((await visit(refusing)).status).toBe(500)
  expect(asked).toEqual([])
})
