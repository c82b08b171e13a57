// Releases as the Monitor keeps them: commands in one isolate hold in the other, through a restart, and until the alarm ends what was kept.
// Each createLimpet is an isolate.

import {
  createExecutionContext,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { RELEASES } from './release-config.ts'

const bindings = testEnv as unknown as Required<Env> & { readonly RELEASES: NonNullable<Env['MONITOR']> }
/** What is shared between isolates in a location is left out: each asks the Monitor. */
const env = { ...bindings, MONITOR: bindings.RELEASES, SNAPSHOT: undefined } as unknown as Env
const monitor = () => bindings.RELEASES.getByName('monitor')

let alerts: string[] = []
let lines: Record<string, unknown>[] = []
beforeEach(() => {
  alerts = []
  lines = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input)
    if (hostname === 'hooks.example') alerts.push(String(init?.body))
    return new Response('')
  })
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(JSON.parse(String(line))))
  vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await reset()
})

function isolate(config: LimpetConfig = RELEASES) {
  const { worker } = createLimpet(config)
  return async (line: string) => {
    const ctx = createExecutionContext()
    const init = { method: 'POST', headers: { authorization: 'Bearer a-token-for-tests' }, body: line }
    const request = new Request('https://www.example/.limpet/command', init)
    const response = await worker.fetch!(request as Request<unknown, IncomingRequestCfProperties>, env, ctx)
    const text = await response.text()
    await waitOnExecutionContext(ctx)
    return text.trim()
  }
}
const stored = () =>
  runInDurableObject(monitor(), async (_, { storage }) =>
    storage.sql.exec<{ name: string; record: string }>('SELECT name, record FROM releases').toArray(),
  )
const states = async () => (await monitor().snapshot()).releases?.['app']

it('a change is stored, told and shown, in every isolate and through a restart', async () => {
  const [one, other] = [isolate(), isolate()]
  expect(await one('set release app/r2 state canary share 10%')).toBe('')
  expect(await states()).toEqual({ current: 'r1', canary: { name: 'r2', share: 0.1 }, states: {}, n: 1 })
  expect(await one('set release app share 25%; set release app/r2 state current')).toBe('')
  await evictDurableObject(monitor())
  expect(await states()).toEqual({ current: 'r2', canary: null, states: { r1: 'kept' }, n: 3 })
  expect(await other('show releases')).toMatch(/\napp r1 kept - 1 1 0 -1 [^ ]+ admin [^ ]+\napp r2 current 100% 1 1 /)
  expect((await other('show events')).split('\n').map((line) => line.slice(25))).toEqual([
    'release app/r2 canary 25 % -> current (set by the operator, by admin)',
    'release app/r1 current -> kept (set by the operator, by admin)',
    'release app/r2 canary 10 % -> canary 25 % (set by the operator, by admin)',
    'release app/r2 new -> canary 10 % (set by the operator, by admin)',
  ])
  expect(lines[0]).toEqual({
    event: 'release-state',
    backend: 'app',
    release: 'r2',
    from: 'new',
    to: 'canary 10 %',
    reason: 'set by the operator',
    who: 'admin',
  })
  await vi.waitUntil(async () => {
    await runDurableObjectAlarm(monitor())
    return alerts.join('').includes('Release app/r2 is current (was canary 25 %).')
  })
  expect(await stored()).toMatchObject([{ name: 'app' }])
})

it('the alarm ends what was kept long enough', async () => {
  const say = isolate()
  await say('set release app/r2 state current')
  expect(await states()).toMatchObject({ states: { r1: 'kept' } })
  const nowMs = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs + 3_600_001)
  await runDurableObjectAlarm(monitor())
  expect(await states()).toMatchObject({ current: 'r2', states: { r1: 'ended' } })
  expect(lines.at(-1)).toMatchObject({ release: 'r1', to: 'ended', reason: 'it was kept long enough', who: null })
})

it('a release that has lost its last server is told once, with where its clients go, and when it has one again', async () => {
  const say = isolate()
  await say('set release app/r2 state current')
  const [r1] = RELEASES.backends[0]!.servers!.filter(({ release }) => release === 'r1')
  await say(`set server app/${r1!.name} state maint`)
  await evictDurableObject(monitor())
  // The Monitor looks at all servers again: what it finds is no news.
  await say(`set server app/${r1!.name} weight 2`)
  await say(`set server app/${r1!.name} state ready`)
  expect(lines.filter(({ event }) => event === 'release-servers')).toEqual([
    { event: 'release-servers', backend: 'app', release: 'r1', is: 'empty', to: 'r2' },
    { event: 'release-servers', backend: 'app', release: 'r1', is: 'back', to: null },
  ])
})

it('a refusal changes and writes nothing', async () => {
  const say = isolate()
  await say('show releases')
  const before = await stored()
  expect(await say('set release app share 10%')).toBe('app has no canary: start one first')
  expect(await say('set release app/r1 state ended')).toContain('cannot be ended')
  expect(await stored()).toEqual(before)
  expect(lines).toEqual([])
})
