// Events of the log that no other suite provokes (docs/log.md has them all): faults that only the runtime's own parts can have.

import { createExecutionContext, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'

const bindings = testEnv as unknown as Required<Env>

const CONFIG: LimpetConfig = {
  log: 'off',
  backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1.example' }] }],
}

/** `limpet serve`'s: it reports each second, and its Monitor answers what it is told to. */
function serveEnv(monitor: object, more: object = {}): Env {
  const namespace = { idFromName: (name: string) => name, getByName: () => monitor }
  const service = { fetch: async () => new Response('s1') }
  const env = { ...bindings, LIMPET_SERVE: '1', MONITOR: namespace, 'server:app/s1': service, ...more }
  return env as unknown as Env
}
const rejects = async () => {
  throw new Error('out of order')
}

const logged = () => {
  const lines = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  return () => lines.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>)
}
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 60_000, interval: 20 })

afterEach(async () => {
  vi.restoreAllMocks()
  await reset()
})

async function ask(config: LimpetConfig, env: Env): Promise<number> {
  const request = new Request('http://www.example/') as Request<unknown, IncomingRequestCfProperties>
  const response = await createLimpet(config).worker.fetch!(request, env, createExecutionContext())
  await response.text()
  return response.status
}

it('error: what went wrong is told to the log, and the client has the status alone', async () => {
  const lines = logged()
  const { LIMPET_COOKIE_KEYS: _, ...keyless } = bindings
  const [backend] = CONFIG.backends
  const sealed = { ...CONFIG, backends: [{ ...backend!, cookie: { name: 'SRV' } }] }
  expect(await ask(sealed, keyless as Env)).toBe(500)
  expect(lines()).toEqual([
    { event: 'error', code: 'COOKIE_KEY_MISSING', message: expect.stringContaining('LIMPET_COOKIE_KEYS') },
  ])
})

it('stats-unreachable: requests are served, and what was counted is sent again', async () => {
  const lines = logged()
  const snapshot = async () => ({ epoch: 1, n: 1, servers: {} })
  const add = vi.fn(rejects)
  const env = serveEnv({ snapshot }, { STATS: { getByName: () => ({ add }) } })
  expect(await ask(CONFIG, env)).toBe(200)
  await until(() => add.mock.calls.length > 0)
  await until(() => lines().length > 0)
  expect(lines()).toEqual([{ event: 'stats-unreachable', error: 'Error: out of order' }])
})

/** Says it to HAProxy's socket, and returns what that answers. */
async function say(line: string, env: Env, props: object): Promise<string> {
  const { CommandSocket } = createLimpet(CONFIG)
  const socket = new CommandSocket(Object.assign(createExecutionContext(), { props }), env)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const close = async () => writable.close()
  const connection = { readable: new Response(line).body, writable, close } as unknown as Socket
  const [answer] = await Promise.all([new Response(readable).text(), socket.connect!(connection)])
  return answer
}

it('command-failed: whoever asked is told to try again', async () => {
  const lines = logged()
  const answer = await say('show servers state\n', serveEnv({ servers: rejects }), { level: 'admin' })
  expect(answer).toBe('The Monitor cannot be reached now; try again.\n\n')
  expect(lines()).toEqual([{ event: 'command-failed', error: 'Error: out of order' }])
})

it('command-refused: a connection that `limpet serve` gave no level is closed', async () => {
  const lines = logged()
  expect(await say('show info\n', serveEnv({}), {})).toBe('')
  expect(lines()).toEqual([{ event: 'command-refused', problem: 'this socket is not for commands' }])
})

it('check-failed: a result that cannot be kept, and the server is checked on', async () => {
  const lines = logged()
  // Nothing is kept of a server about which nothing has changed.
  let status = 200
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status }))
  const stub = bindings.MONITOR.getByName('log-events')
  await stub.snapshot()
  await runInDurableObject(stub, async (_, { storage }) => void storage.sql.exec('DROP TABLE servers'))
  const failures = () => lines().filter(({ event, server }) => event === 'check-failed' && server === 'app/s1')
  for (const [count, answer] of [500, 200].entries()) {
    status = answer
    await vi.waitUntil(
      async () => {
        await runDurableObjectAlarm(stub)
        return failures().length > count
      },
      { timeout: 60_000, interval: 20 },
    )
  }
  expect(failures()[0]).toEqual({
    event: 'check-failed',
    server: 'app/s1',
    error: expect.stringContaining('no such table: servers'),
  })
})
