// Maps and lists that rules and commands change: at once in the isolate that changes them, through the Monitor everywhere else, and through
// its restart. Each createLimpet is an isolate.

import {
  createExecutionContext,
  evictDurableObject,
  reset,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { LISTS } from './list-config.ts'
import { askedServer } from './servers.ts'

const bindings = testEnv as unknown as Required<Env> & { readonly LISTS: NonNullable<Env['MONITOR']> }
/** What is shared between isolates in a location is left out: each asks the Monitor. */
const env = { ...bindings, MONITOR: bindings.LISTS, SNAPSHOT: undefined } as unknown as Env
const monitor = () => bindings.LISTS.getByName('monitor')

beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => new Response(askedServer(input)))
  vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await reset()
})

function isolate(config: LimpetConfig = LISTS, own: Env = env) {
  const { worker } = createLimpet(config)
  const ask = async (path: string, init: RequestInit = {}) => {
    const ctx = createExecutionContext()
    const request = new Request(`https://www.example${path}`, init) as Request<unknown, IncomingRequestCfProperties>
    const response = await worker.fetch!(request, own, ctx)
    const text = await response.text()
    await waitOnExecutionContext(ctx)
    return response.status === 200 ? text : response.status
  }
  const as = (client: string, path = '/') => ask(path, { headers: { 'x-client': client } })
  const put = (path: '/ban' | '/allow', whom: string) => ask(path, { headers: { 'x-whom': whom } })
  const say = (line: string) =>
    ask('/.limpet/command', { method: 'POST', headers: { authorization: 'Bearer a-token-for-tests' }, body: line })
  return { ask, as, put, say }
}

const stored = () =>
  runInDurableObject(monitor(), async (_, { storage }) => storage.sql.exec('SELECT * FROM lists').toArray())
const logged = () => {
  const lines = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  return () => lines.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>)
}

it('who a rule bans is refused at once there, then everywhere, and after the Monitor was evicted', async () => {
  const [first, second] = [isolate(), isolate()]
  expect([await first.as('192.0.2.1'), await second.as('198.51.100.7')]).toEqual(['s1', 403])
  await first.put('/ban', '192.0.2.1')
  expect(await first.as('192.0.2.1')).toBe(403)
  expect(await stored()).toEqual([
    { name: 'banned.lst', record: '{"entries":[["192.0.2.1","",null]]}', since_ms: null },
  ])
  await evictDurableObject(monitor())
  expect(await isolate().as('192.0.2.1')).toBe(403)
  await isolate().put('/allow', '192.0.2.1')
  expect(await stored()).toEqual([])
  expect(await isolate().as('192.0.2.1')).toBe('s1')
})

it('`set map` sends everybody from blue to green, and `show map` says that it differs', async () => {
  const events = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const operator = isolate()
  expect(await operator.ask('/')).toBe('s1')
  expect(await operator.say('set map release.map shop green')).toBe('\n')
  expect([await operator.ask('/'), await isolate().ask('/')]).toEqual(['s2', 's2'])
  await evictDurableObject(monitor())
  expect(await isolate().ask('/')).toBe('s2')
  expect(await operator.say('show map')).toContain("'release.map' used by map, 1 changed since")
  expect(await isolate().say('show map release.map')).toMatch(/^0x[0-9a-f]{8} shop green\n\n$/)
  expect(await operator.say('set map release.map shop red')).toBe('\n')
  expect(await operator.ask('/')).toBe('s1')
  expect(events.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown)).toEqual(
    Array.from({ length: 2 }, () => ({
      event: 'list-changed',
      list: 'release.map',
      does: 'set',
      who: expect.any(String),
    })),
  )
})

it('a configuration that says something new about a key has the last word; what it does not speak of stays', async () => {
  await isolate().say('set map release.map shop green; add acl banned.lst 192.0.2.1')
  const next: LimpetConfig = { ...LISTS, maps: { 'release.map': { shop: 'blue', more: 'x' } } }
  expect(await isolate(next).as('192.0.2.1')).toBe(403)
  expect(await isolate(next).ask('/')).toBe('s2')
  expect(await isolate({ ...LISTS, maps: { 'release.map': { shop: 'none' } } }).ask('/')).toBe('s1')
})

it('a version that is committed takes the place of a list in all isolates, and after the Monitor was evicted', async () => {
  const [first, second] = [isolate(), isolate()]
  expect(await first.say('add acl banned.lst 192.0.2.1')).toBe('\n')
  expect(await first.say('prepare acl banned.lst')).toBe('New version created: 1\n\n')
  expect(await second.say('add acl @1 banned.lst 192.0.2.2')).toBe('\n')
  expect([await second.as('192.0.2.1'), await second.as('192.0.2.2')]).toEqual([403, 's1'])
  expect(await second.say('commit acl @1 banned.lst')).toBe('\n')
  expect([await isolate().as('192.0.2.1'), await isolate().as('192.0.2.2')]).toEqual(['s1', 403])
  await evictDurableObject(monitor())
  expect([await isolate().as('192.0.2.1'), await isolate().as('192.0.2.2')]).toEqual(['s1', 403])
})

it('a version that was not committed is lost with the Monitor, and the list stays', async () => {
  const one = isolate()
  await one.say('prepare acl banned.lst')
  await evictDurableObject(monitor())
  expect(await one.say('commit acl @1 banned.lst')).toBe('Version number out of range.\n\n')
  expect(await one.say('add acl @1 banned.lst 192.0.2.2')).toContain('Version number in the future')
  expect(await isolate().as('198.51.100.7')).toBe(403)
})

it('lists-not-sent: a ban holds while the Monitor is lost, and arrives when it is back', async () => {
  const lines = logged()
  let isLost = true
  const lost = async () => {
    throw new Error('lost')
  }
  const namespace = {
    idFromName: (name: string) => bindings.LISTS.idFromName(name),
    getByName: (name: string) => (isLost ? { snapshot: lost, changeLists: lost } : bindings.LISTS.getByName(name)),
  }
  const one = isolate(LISTS, { ...env, MONITOR: namespace } as unknown as Env)
  await one.put('/ban', '192.0.2.1')
  await one.put('/ban', '192.0.2.2')
  expect(await one.as('192.0.2.1')).toBe(403)
  expect(lines().filter(({ event }) => event === 'lists-not-sent')).toEqual([
    { event: 'lists-not-sent', error: 'Error: lost' },
  ])
  isLost = false
  await vi.waitUntil(async () => (await one.as('192.0.2.2')) === 403 && (await stored()).length > 0, {
    timeout: 10_000,
    interval: 100,
  })
  expect([await isolate().as('192.0.2.1'), await isolate().as('192.0.2.2')]).toEqual([403, 403])
})

it('lists-full: what the Monitor refuses is logged, and holds nowhere for long', async () => {
  const lines = logged()
  const many = Array.from({ length: 4_000 }, (_, i) => ({
    list: 'banned.lst',
    does: 'add' as const,
    key: `10.0.${i >> 8}.${i & 255}`,
    value: '',
  }))
  const { outcomes } = await monitor().changeLists(many, null)
  expect(new Set(outcomes)).toEqual(new Set(['changed']))
  const late = isolate()
  await late.put('/ban', '192.0.2.1')
  await late.put('/ban', '192.0.2.1')
  expect(lines()).toEqual([
    {
      event: 'lists-full',
      list: 'banned.lst',
      problem: 'more than 4000 entries or 200000 characters would differ from the configuration',
    },
  ])
  expect(await late.as('10.0.15.159')).toBe(403)
  expect(await isolate().say('add acl banned.lst 192.0.2.9')).toContain('Too much differs')
})

it('what belongs to a map that is not configured any more waits a day', async () => {
  await monitor().snapshot()
  const day = 86_400_000
  await runInDurableObject(monitor(), async (_, { storage }) => {
    const insert = 'INSERT INTO lists (name, record, since_ms) VALUES (?, ?, ?)'
    storage.sql.exec(insert, 'new.map', '{"entries":[]}', null)
    storage.sql.exec(insert, 'recent.map', '{"entries":[]}', Date.now() - day / 2)
    storage.sql.exec(insert, 'old.map', '{"entries":[]}', Date.now() - day)
    storage.sql.exec(insert, 'banned.lst', 'no JSON', Date.now() - day)
  })
  await evictDurableObject(monitor())
  const { lists } = await monitor().snapshot()
  expect(Object.keys(JSON.parse(lists!) as object).toSorted()).toEqual(['new.map', 'recent.map'])
  expect((await stored()).map(({ name, since_ms: since }) => [name, typeof since])).toEqual([
    ['banned.lst', 'object'],
    ['new.map', 'number'],
    ['recent.map', 'number'],
  ])
})
