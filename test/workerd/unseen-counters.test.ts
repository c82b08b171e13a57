// Are requests counted where nobody can look? Who could look: docs/design/counters.md.

import { createExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { expect, it } from 'vitest'

import type { BalancedWorker } from '../../src/cloudflare/balanced-worker.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'

const CONFIG: LimpetConfig = {
  log: 'off',
  backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1.example' }] }],
}

const { LIMPET_ADMIN_TOKEN: _, ...BINDINGS } = testEnv as unknown as Env

it.each<[string, object, number]>([
  ['nobody can look', {}, 0],
  ['there is a token', { LIMPET_ADMIN_TOKEN: 'a-token-for-this-test-alone' }, 1],
  ['there is a socket for commands', { LIMPET_STATS_SOCKET: '1' }, 1],
])('where %s', async (__, more, counted) => {
  const server = { fetch: async () => new Response('s1') }
  const env = { ...BINDINGS, LIMPET_SERVE: '1', 'server:app/s1': server, ...more } as unknown as Env
  const limpet = createLimpet(structuredClone(CONFIG)) as BalancedWorker
  const request = new Request('http://www.example/') as Request<unknown, IncomingRequestCfProperties>
  const response = await limpet.worker.fetch!(request, env, createExecutionContext())
  expect(await response.text()).toBe('s1')
  const { tallies } = (await limpet.runtimeOf(env)).balancer
  expect(tallies.get('backend:app')!.counts.hrsp_2xx).toBe(counted)
})
