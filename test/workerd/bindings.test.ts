// A deployment that lacks a binding which its configuration needs: nothing that was asked for is silently absent.

import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { SERVERS } from './servers.ts'

const server = { name: 's1', url: SERVERS.s1 }
const APP = { name: 'app', servers: [server] }

/** What a request gets of a deployment that has none of these, and what its log says. */
async function ask(missing: readonly string[], config: LimpetConfig) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('served'))
  const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const without = { ...env, ...Object.fromEntries(missing.map((name) => [name, undefined])) } as unknown as Env
  const request = new Request('https://app.example/') as Request<unknown, IncomingRequestCfProperties>
  const { worker } = createLimpet(config)
  const { status } = await worker.fetch!(request, without, createExecutionContext())
  return { status, log: errors.mock.calls.map(([line]) => String(line)) }
}

it.each<[string, LimpetConfig, string]>([
  ['MONITOR', { maxPassages: false, backends: [{ ...APP, check: true }] }, 'the check of app/s1'],
  ['MONITOR', { backends: [APP] }, 'maxPassages'],
  ['STICK_TABLE', { backends: [{ ...APP, stickTable: { type: 'ip', size: 10 } }] }, "the stick table of 'app'"],
  [
    'STICK_KV',
    { backends: [{ ...APP, stickTable: { type: 'ip', size: 10, store: 'kv' } }] },
    "the stick table of 'app'",
  ],
  ['SLOTS', { backends: [{ ...APP, servers: [{ ...server, maxconn: 1 }] }] }, "the maxconn of 's1'"],
])('without %s a request that %j needs it for is a 500, and the log names it', async (name, config, feature) => {
  const { status, log } = await ask([name], config)
  expect(status).toBe(500)
  expect(log).toHaveLength(1)
  expect(log[0]).toContain(`the binding ${name} is missing, needed by ${feature}: without it`)
})

it('names all that are missing in one line', async () => {
  const { log } = await ask(['MONITOR', 'SLOTS'], { backends: [{ ...APP, servers: [{ ...server, maxconn: 1 }] }] })
  expect(log).toHaveLength(1)
  expect(log[0]).toMatch(/MONITOR is missing.*SLOTS is missing/)
})

it('serves without the binding for mail, and says so once', async () => {
  const mail = { from: 'a@example.com', to: 'b@example.com' }
  const { status, log } = await ask(['EMAIL'], { alerts: [{ mail }], backends: [APP] })
  expect(status).toBe(200)
  expect(log).toEqual([expect.stringContaining('"event":"binding-missing","binding":"EMAIL"')])
})

it.each(['STATS', 'SNAPSHOT', 'STICK_TABLE', 'STICK_KV', 'SLOTS'])(
  'serves without %s where nothing needs it',
  async (name) => {
    const { status, log } = await ask([name], { maxPassages: false, backends: [APP] })
    expect({ status, log }).toEqual({ status: 200, log: [] })
  },
)

it('serves without MONITOR where only a token asks for states, and the log says what is missing', async () => {
  const { status, log } = await ask(['MONITOR'], { maxPassages: false, backends: [APP] })
  expect(status).toBe(200)
  expect(log).toEqual([expect.stringContaining('the binding MONITOR is missing')])
})
