import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../../../config/options/root.ts'
import { configOrThrow } from '../../../config/validate.ts'
import type { Target } from './answer.ts'
import { createNames } from './names.ts'
import type { Places } from './names.ts'
import type { Place } from './places.ts'

type Zone = readonly (string | Target)[] | 'nx' | 'timeout' | 'never'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const WEB = { name: 'web', url: 'http://web.test', template: 3, resolvers: 'dns', initAddr: 'last,libc,none' }
const RESOLVERS = { name: 'dns', resolveRetries: 2, timeouts: { resolve: 1000 }, hold: { nx: 2000, timeout: 0 } }

function configOf(server: object = WEB, resolvers: object = RESOLVERS) {
  const servers = [{ name: 'fixed', url: 'http://10.9.9.9' }, server]
  return configOrThrow({ resolvers: [resolvers], backends: [{ name: 'app', servers }] } as LimpetConfig, 'serve')
}

function scripted(zones: Record<string, Zone>, last: Readonly<Record<string, Place>> = {}) {
  const asked: string[] = []
  const lines: string[] = []
  let told = 0
  async function answer<Record>(name: string, records: (zone: readonly (string | Target)[]) => readonly Record[]) {
    asked.push(name)
    const zone = zones[name] ?? 'nx'
    if (zone === 'never') return new Promise<never>(() => {})
    if (typeof zone === 'string') return { failure: zone }
    const found = records(zone)
    return found.length > 0 ? { records: found } : ({ failure: 'other' } as const)
  }
  const names = createNames({
    askOf: () => ({
      addresses: (name, family) =>
        answer(name, (zone) =>
          zone.filter((each) => typeof each === 'string' && each.includes(':') === (family === 6)),
        ) as never,
      targets: (name) => answer(name, (zone) => zone.filter((each) => typeof each !== 'string')),
    }),
    libc: async (name) => (name === 'web.test' ? ['192.0.2.1'] : []),
    last: (key) => last[key],
    moved(_, more) {
      told += 1
      lines.push(...more)
    },
    now: () => Date.now(),
  })
  return { names, zones, asked, lines, told: () => told }
}

function shown(places: Places) {
  return Object.fromEntries([...places].map(([key, { address, port }]) => [key.slice(4), `${address}:${port}`]))
}

async function follow({ names }: ReturnType<typeof scripted>, config = configOf()) {
  const following = names.follow(config)
  await vi.advanceTimersByTimeAsync(5_000)
  await following
}

it('has the first answers when it is told to follow, and tells of each change once', async () => {
  const own = scripted({ 'web.test': ['10.0.0.1', '10.0.0.2'] })
  await follow(own)
  expect(shown(own.names.places())).toEqual({ web1: '10.0.0.1:80', web2: '10.0.0.2:80' })
  expect(own.told()).toBe(0)
  own.zones['web.test'] = ['10.0.0.2', '10.0.0.3', '10.0.0.4']
  await vi.advanceTimersByTimeAsync(3_000)
  expect(shown(own.names.places())).toEqual({ web1: '10.0.0.3:80', web2: '10.0.0.2:80', web3: '10.0.0.4:80' })
  expect([own.told(), own.lines]).toEqual([
    1,
    ['app/web1: is at 10.0.0.3:80 (web.test), was 10.0.0.1:80', 'app/web3: is at 10.0.0.4:80 (web.test)'],
  ])
  own.names.stop()
})

it('a name that no longer exists has its addresses until the hold is over', async () => {
  const own = scripted({ 'web.test': ['10.0.0.1'] })
  await follow(own)
  own.zones['web.test'] = 'nx'
  await vi.advanceTimersByTimeAsync(1_000)
  expect(own.lines).toEqual([])
  await vi.advanceTimersByTimeAsync(3_000)
  expect(own.lines).toEqual(['app/web1: no address (the name does not exist); it gets no requests until it has one'])
  expect(own.names.places().size).toBe(0)
  own.names.stop()
})

it('only silence is asked for again at once, so often as the resolvers say', async () => {
  const own = scripted({ 'web.test': 'timeout' })
  await follow(own, configOf({ ...WEB, resolvePrefer: 'ipv4', initAddr: 'none' }))
  own.asked.length = 0
  await vi.advanceTimersByTimeAsync(1_000)
  expect(own.asked).toHaveLength(2)
  own.names.stop()
})

it('before there is an answer, a server is where it was, or where the system says', async () => {
  const place = { address: '10.0.0.8', port: 80, fqdn: 'web.test', weight: null }
  const own = scripted({ 'web.test': 'never' }, { 'app/web2': place })
  await follow(own)
  expect(Object.values(shown(own.names.places())).toSorted()).toEqual(['10.0.0.8:80', '192.0.2.1:80'])
  expect(shown(own.names.places())['web2']).toBe('10.0.0.8:80')
  own.names.stop()
})

it('a last address that the answer still has stays its server’s', async () => {
  const place = { address: '10.0.0.1', port: 80, fqdn: 'web.test', weight: null }
  const own = scripted({ 'web.test': ['10.0.0.1', '10.0.0.2'] }, { 'app/web3': place })
  await follow(own)
  expect(shown(own.names.places())).toEqual({ web1: '10.0.0.2:80', web3: '10.0.0.1:80' })
  own.names.stop()
})

it('SRV records say host, port and weight', async () => {
  const record = (host: string, port: number, weight: number) => ({ host, port, weight })
  const own = scripted({
    '_http._tcp.web.test': [record('a.test', 81, 300), record('b.test', 82, 0)],
    'a.test': ['10.0.0.1'],
    'b.test': ['10.0.0.1'],
    'c.test': ['10.0.0.3'],
  })
  await follow(own, configOf({ ...WEB, url: 'http://_http._tcp.web.test' }))
  const before = own.names.places()
  expect(shown(before)).toEqual({ web1: '10.0.0.1:81', web2: '10.0.0.1:82' })
  expect([...before.values()].map(({ weight }) => weight)).toEqual([2, 0])
  own.zones['_http._tcp.web.test'] = [record('b.test', 82, 65_535), record('c.test', 83, 1)]
  await vi.advanceTimersByTimeAsync(3_000)
  expect(shown(own.names.places())).toEqual({ web1: '10.0.0.3:83', web2: '10.0.0.1:82' })
  expect(own.lines).toEqual([
    'app/web1: is at 10.0.0.3:83 (c.test), weight 1, was 10.0.0.1:81',
    'app/web2: is at 10.0.0.1:82 (b.test), weight 256, was 10.0.0.1:82',
  ])
  expect(own.told()).toBe(1)
  own.names.stop()
})

it('another configuration’s names are asked for in the place of these; what both have is kept', async () => {
  const own = scripted({ 'web.test': ['10.0.0.1'], 'api.test': ['10.0.0.5'] })
  await follow(own)
  own.zones['web.test'] = 'never'
  await follow(own, configOf({ ...WEB, template: 2 }))
  expect(shown(own.names.places())).toEqual({ web1: '10.0.0.1:80' })
  await follow(own, configOf({ ...WEB, url: 'http://api.test' }))
  expect(shown(own.names.places())).toEqual({ web1: '10.0.0.5:80' })
  own.asked.length = 0
  await vi.advanceTimersByTimeAsync(5_000)
  expect(new Set(own.asked)).toEqual(new Set(['api.test']))
})

it('nothing is asked once it is stopped, nor without names', async () => {
  const own = scripted({ 'web.test': ['10.0.0.1'] })
  await follow(own)
  own.names.stop()
  own.asked.length = 0
  await vi.advanceTimersByTimeAsync(60_000)
  expect(own.asked).toEqual([])
  await follow(own, configOf({ name: 's', url: 'http://web.test' }))
  expect(own.asked).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
