// What a deployment's storage is found by: the names of classes, bindings, objects and keys, written out. Nothing is imported to
// be compared with itself. The rest is test/contract/names.test.ts.

import { createExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { Limpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import * as deployed from '../../src/worker.ts'

afterEach(() => vi.restoreAllMocks())

it('the Worker exports these classes', () => {
  expect(Object.keys(deployed)).toEqual(
    expect.arrayContaining(['Isolate', 'Monitor', 'Slots', 'Stats', 'StickTable', 'default']),
  )
})

/** The same bindings; `asked` says which object or key of which. */
function watched(env: Record<string, unknown>): { env: Env; asked: Set<string> } {
  const asked = new Set<string>()
  const methods = new Set(['getByName', 'idFromName', 'get', 'put'])
  const bindings = Object.entries(env).map(([binding, target]) => {
    if (typeof target !== 'object' || target === null) return [binding, target] as const
    const proxy = new Proxy(target, {
      get(object, method) {
        const value: unknown = Reflect.get(object, method)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (methods.has(String(method))) asked.add(`${binding} ${String(args[0])}`)
          return Reflect.apply(value, object, args) as unknown
        }
      },
    })
    return [binding, proxy] as const
  })
  return { env: Object.fromEntries(bindings) as unknown as Env, asked }
}

it('objects and keys have these names', async () => {
  const key = { type: 'string', size: 10_000, hashKeys: false } as const
  const config: LimpetConfig = {
    log: 'off',
    counters: false,
    frontends: [
      {
        name: 'www',
        maxconn: 100,
        rules: [{ if: { path: '/kv' }, do: { useBackend: 'kept' } }],
        defaultBackend: 'shop',
      },
    ],
    backends: [
      {
        name: 'shop',
        stickTable: key,
        stick: [{ on: 'req.hdr(x-key)' }],
        servers: [{ name: 's1', url: 'https://s1.example', maxconn: 10 }],
      },
      {
        name: 'kept',
        stickTable: { ...key, store: 'kv' },
        stick: [{ on: 'req.hdr(x-key)' }],
        servers: [{ name: 's2', url: 'https://s2.example' }],
      },
    ],
  }
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('served'))
  // Objects that answer something, so that nothing goes on behind the suite.
  const answering = (answers: Record<string, unknown>) => ({
    idFromName: (name: string) => name,
    getByName: () =>
      Object.fromEntries(Object.entries(answers).map(([method, answer]) => [method, async () => answer])),
  })
  const objects = {
    MONITOR: answering({ snapshot: { epoch: 1, n: 1, servers: {} }, servers: [], backends: [] }),
    SLOTS: answering({ ask: { slots: 10, share: 10, elsewhere: 0, waitingElsewhere: 0 } }),
    STATS: answering({ add: undefined, locations: ['CDG'], view: { sinceMs: 0, isolates: [], totals: {} } }),
    STICK_TABLE: answering({ claim: { entry: undefined, isNew: false }, list: { count: 0, entries: [], servers: {} } }),
  }
  const { env, asked } = watched({ ...(testEnv as object), ...objects })
  const ask = async (limpet: Limpet, path: string, headers: Record<string, string>, own: Env) => {
    const ctx = createExecutionContext()
    const request = new Request(`https://www.example${path}`, { headers })
    const response = await limpet.worker.fetch!(request as Request<unknown, IncomingRequestCfProperties>, own, ctx)
    await response.text()
    return response.status
  }
  // Nobody is counted whom nobody can see.
  const closed = { ...env, LIMPET_ADMIN_TOKEN: '' }
  const limpet = createLimpet(config)
  for (const path of ['/', '/kv']) {
    expect(await ask(limpet, path, { 'x-key': 'a' }, closed)).toBe(200)
  }
  // With the operator's secret, the window is there, and counters are asked for.
  const headers = { authorization: `Bearer ${env.LIMPET_ADMIN_TOKEN}` }
  expect(await ask(createLimpet(config), '/.limpet/stats;csv', headers, env)).toBe(200)
  expect([...asked].toSorted()).toEqual([
    'MONITOR monitor',
    'SLOTS frontend:www',
    'SLOTS server:shop/s1',
    'SNAPSHOT limpet-snapshot',
    'STATS CDG',
    'STATS here',
    'STATS root',
    'STICK_KV stick/kept/a',
    'STICK_TABLE shop/4/2',
  ])
})
