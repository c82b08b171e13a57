import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { wordOf } from '../server/states.ts'
import { createServerRegistry } from './server-registry.ts'
import type { Transition } from './server-registry.ts'
import type { ServerRecord } from './server-record.ts'
import { isNewer } from './snapshot.ts'

const server = { name: 's1', url: 'http://s1' }
const configOf = (
  more: Partial<LimpetConfig['backends'][number]['servers'][number]> = {},
  check: LimpetConfig['backends'][number]['check'] = true,
) => resolveConfig({ backends: [{ name: 'app', check, servers: [{ ...server, ...more }] }] })
const ok = { code: 'L7OK', status: 200, durationMs: 1 } as const
const bad = { code: 'L4CON', status: null, durationMs: 1 } as const

function registryOf(config = configOf(), saved: ReadonlyMap<string, ServerRecord> = new Map()) {
  const registry = createServerRegistry(config, saved, 0)
  const entry = registry.entries.get('app/s1')!
  return { registry, entry, view: () => registry.view(entry), saved: () => new Map([['app/s1', entry.record]]) }
}

function told(transition: Transition | undefined): string | undefined {
  return transition && `${transition.key}: ${wordOf(transition.from)} -> ${wordOf(transition.to)}`
}

describe('observed errors', () => {
  const observing = (onError: 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down') => {
    const made = registryOf(configOf({ observe: 'layer7', onError }))
    for (let i = 0; i < 3; i++) made.registry.recordCheck('app/s1', ok, 0)
    return made
  }
  it.each([
    ['fastinter', ['UP', 'UP', 'UP']],
    ['fail-check', ['UP 2/3', 'UP 1/3', 'DOWN']],
    ['sudden-death', ['UP 1/3', 'DOWN', 'DOWN']],
    ['mark-down', ['DOWN', 'DOWN', 'DOWN']],
  ] as const)('on-error %s: %j', (onError, statuses) => {
    const { registry, view } = observing(onError)
    const seen = statuses.map((_, i) => (registry.recordObserved('app/s1', i), view().status))
    expect(seen).toEqual(statuses)
  })

  it('do nothing to a server that is checked and not observed', () => {
    const { registry, view } = registryOf()
    expect(registry.recordObserved('app/s1', 10)).toBeUndefined()
    expect(view()).toMatchObject({ status: 'UP 1/3', lastCheck: null })
  })
})

describe('a server that was renamed', () => {
  const renamed = resolveConfig({
    backends: [
      { name: 'shop', formerly: ['app'], check: true, servers: [{ ...server, name: 'x1', formerly: ['www1', 's1'] }] },
    ],
  })

  it('has what was known of it under any of its names, its own first', () => {
    const { registry: before, saved } = registryOf()
    before.setState('app/s1', 'maint', 5)
    before.setWeight('app/s1', 7)
    const registry = createServerRegistry(renamed, saved(), 10)
    const entry = registry.entries.get('shop/x1')!
    expect(registry.view(entry)).toMatchObject({
      backend: 'shop',
      server: 'x1',
      state: 'maint',
      weight: 7,
      lastChangeMs: 5,
    })
    const later = { ...entry.record, weightOverride: null }
    const both = createServerRegistry(renamed, new Map([...saved(), ['shop/x1', later]]), 10)
    expect(both.stateOf(both.entries.get('shop/x1')!)).toMatchObject({ admin: 'maint', weight: 1 })
  })

  it('is found by the keys of all its names', () => {
    const registry = createServerRegistry(renamed, new Map(), 0)
    const { keys } = registry.entries.get('shop/x1')!
    expect(keys).toEqual(['shop/x1', 'shop/www1', 'shop/s1', 'app/x1', 'app/www1', 'app/s1'])
    expect(new Set(keys.map(registry.currentKey))).toEqual(new Set(['shop/x1']))
    expect(registry.currentKey('app/other')).toBe('app/other')
    registry.setState('shop/x1', 'drain', 5)
    const state = { admin: 'drain', health: 'up', weight: 1 }
    expect(registry.states()).toEqual(Object.fromEntries(keys.map((key) => [key, state])))
  })
})

describe('a server that tracks another', () => {
  it('shares its health, its drain and its maint', () => {
    const config = resolveConfig({
      backends: [
        { name: 'app', check: true, servers: [server] },
        { name: 'ws', servers: [{ name: 't', url: 'http://s1:81', track: 'app/s1' }] },
      ],
    })
    const registry = createServerRegistry(config, new Map(), 0)
    const entry = registry.entries.get('ws/t')!
    expect(registry.isChecked(entry)).toBe(false)
    for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 10)
    expect([registry.stateOf(entry).health, registry.view(entry).status]).toEqual(['down', 'DOWN'])
    registry.recordCheck('app/s1', ok, 20)
    registry.recordCheck('app/s1', ok, 30)
    expect(registry.stateOf(entry).health).toBe('up')
    registry.setState('app/s1', 'drain', 40)
    expect(registry.stateOf(entry)).toMatchObject({ admin: 'drain', health: 'up' })
    registry.setState('app/s1', 'maint', 50)
    expect(registry.view(entry)).toMatchObject({ state: 'maint', status: 'MAINT' })
    registry.setState('app/s1', 'ready', 60)
    registry.setState('ws/t', 'drain', 70)
    expect([registry.stateOf(entry).admin, registry.stateOf(registry.entries.get('app/s1')!).admin]).toEqual([
      'drain',
      'ready',
    ])
  })
})

describe('a drain with an end', () => {
  it('becomes maint, and not before', () => {
    const { registry, view, saved } = registryOf()
    expect(told(registry.setState('app/s1', 'drain', 1000, 60_000))).toBe('app/s1: UP -> DRAIN')
    expect(view()).toMatchObject({ state: 'drain', drainUntilMs: 61_000 })
    expect([registry.nextDrainEndMs(), registry.endDrains(60_999)]).toEqual([61_000, []])
    // A restart keeps it.
    const again = registryOf(configOf(), saved())
    const ended = again.registry.endDrains(61_000)
    expect(ended.map(({ key, transition }) => [key, told(transition)])).toEqual([['app/s1', 'app/s1: DRAIN -> MAINT']])
    expect(again.view()).toMatchObject({ state: 'maint', configuredState: 'ready', drainUntilMs: null })
    expect(again.registry.nextDrainEndMs()).toBeUndefined()
  })

  it('is awaited, of several the first', () => {
    const servers = ['s1', 's2'].map((name) => ({ name, url: 'http://s' }))
    const registry = createServerRegistry(resolveConfig({ backends: [{ name: 'app', servers }] }), new Map(), 0)
    registry.setState('app/s1', 'drain', 0, 2_000)
    registry.setState('app/s2', 'drain', 0, 1_000)
    expect(registry.nextDrainEndMs()).toBe(1_000)
    expect(registry.endDrains(1_500).map(({ key }) => key)).toEqual(['app/s2'])
    expect(registry.nextDrainEndMs()).toBe(2_000)
  })

  it('is forgotten when the state is set again', () => {
    const { registry, view } = registryOf()
    registry.setState('app/s1', 'drain', 0, 1000)
    registry.setState('app/s1', 'ready', 500)
    expect(registry.endDrains(5000)).toEqual([])
    registry.setState('app/s1', 'drain', 6000)
    expect(view().drainUntilMs).toBeNull()
  })
})

describe('checks', () => {
  it('make a transition only when the state changes, with its time', () => {
    const { registry, view } = registryOf()
    expect(registry.recordCheck('app/s1', ok, 10)).toBeUndefined()
    expect(view()).toMatchObject({ status: 'UP', lastChangeMs: 0, lastCheck: ok })
    expect(registry.recordCheck('app/s1', bad, 20)).toBeUndefined()
    expect(view().status).toBe('UP 2/3')
    registry.recordCheck('app/s1', bad, 30)
    expect(told(registry.recordCheck('app/s1', bad, 40))).toBe('app/s1: UP -> DOWN')
    expect(view()).toMatchObject({ status: 'DOWN', health: 'down', lastChangeMs: 40 })
  })

  it('that answer 404 make a server that is up leave, and no other come', () => {
    const { registry, entry, view } = registryOf()
    const leave = { code: 'L7OKC', status: 404, durationMs: 1 } as const
    expect(told(registry.recordCheck('app/s1', leave, 10))).toBe('app/s1: UP -> NOLB')
    expect(registry.stateOf(entry).health).toBe('nolb')
    expect(view().status).toBe('NOLB')
    registry.recordCheck('app/s1', bad, 20)
    expect(view().status).toBe('NOLB 2/3')
    expect(told(registry.recordCheck('app/s1', ok, 30))).toBe('app/s1: NOLB -> UP')
    for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 40)
    expect(registry.recordCheck('app/s1', leave, 50)).toBeUndefined()
    expect(view().status).toBe('DOWN')
  })

  it('that bring a server up let it start slowly, where that is wanted', () => {
    for (const [slowstart, health] of [
      ['10s', 'starting'],
      [undefined, 'up'],
    ] as const) {
      const { registry, entry } = registryOf(configOf(slowstart ? { slowstart } : {}))
      expect(registry.stateOf(entry).health).toBe('up')
      for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 10)
      registry.recordCheck('app/s1', ok, 20)
      expect(told(registry.recordCheck('app/s1', ok, 30))).toBe('app/s1: DOWN -> UP')
      expect(registry.stateOf(entry)).toMatchObject({ health, ...(slowstart ? { startedMs: 30 } : {}) })
      registry.recordCheck('app/s1', ok, 40)
      expect(registry.stateOf(entry)).toMatchObject({ health, ...(slowstart ? { startedMs: 30 } : {}) })
    }
  })

  it('that find a server as it was let it start at once', () => {
    const { registry, entry } = registryOf(configOf({ slowstart: '10s' }))
    for (const result of [ok, bad, ok]) registry.recordCheck('app/s1', result, 10)
    expect(registry.stateOf(entry)).toEqual({ admin: 'ready', health: 'up', weight: 1 })
  })

  it('tell a server what is known of it', () => {
    const { registry } = registryOf(configOf({ weight: 3 }))
    registry.recordCheck('app/s1', ok, 10)
    registry.recordCheck('app/s1', bad, 20)
    expect(registry.stateText('app/s1')).toBe('UP 2/3; name=app/s1; node=limpet; weight=3/3')
  })

  it('of a server in maint count for nothing, even when they were under way', () => {
    const { registry, view } = registryOf()
    registry.setState('app/s1', 'maint', 10)
    for (let i = 0; i < 9; i++) expect(registry.recordCheck('app/s1', bad, 20)).toBeUndefined()
    expect(view()).toMatchObject({ status: 'MAINT', lastCheck: null })
  })
})

describe("the operator's will", () => {
  it('shows as an override and ends as one when the configured state is set again', () => {
    const { registry, view } = registryOf()
    expect(told(registry.setState('app/s1', 'drain', 10))).toBe('app/s1: UP -> DRAIN')
    expect(view()).toMatchObject({ state: 'drain', configuredState: 'ready', status: 'DRAIN 1/3' })
    registry.setState('app/s1', 'ready', 20)
    expect(view()).toMatchObject({ state: 'ready', configuredState: null })
    expect(registry.setWeight('app/s1', 5)).toBe(true)
    expect(registry.setWeight('app/s1', 5)).toBe(false)
    expect(view()).toMatchObject({ weight: 5, configuredWeight: 1 })
  })

  it('brings a server back from maint as up, one failure from down', () => {
    const { registry, view } = registryOf()
    for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 10)
    registry.setState('app/s1', 'maint', 20)
    expect(told(registry.setState('app/s1', 'ready', 30))).toBe('app/s1: MAINT (DOWN) -> UP')
    expect(view().status).toBe('UP 1/3')
    expect(told(registry.recordCheck('app/s1', bad, 40))).toBe('app/s1: UP -> DOWN')
  })

  it('makes no server well: what is down stays down in drain, and in maint said twice', () => {
    const { registry, view } = registryOf()
    for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 10)
    for (const state of ['drain', 'ready', 'maint', 'maint'] as const) {
      registry.setState('app/s1', state, 20)
      expect(view()).toMatchObject({ state, health: 'down', downs: 1 })
    }
  })

  it('about a weight ends when the configured one is set again', () => {
    const { registry, view } = registryOf()
    registry.setWeight('app/s1', 5)
    expect(registry.setWeight('app/s1', 1)).toBe(true)
    expect(view()).toMatchObject({ weight: 1, configuredWeight: null })
  })

  it('survives a restart, and is dropped when what it overrode has changed in the configuration', () => {
    const first = registryOf()
    first.registry.setState('app/s1', 'drain', 10)
    first.registry.setWeight('app/s1', 9)
    expect(registryOf(configOf(), first.saved()).view()).toMatchObject({ state: 'drain', weight: 9 })
    expect(registryOf(configOf({ weight: 2 }), first.saved()).view()).toMatchObject({
      state: 'drain',
      weight: 2,
      configuredWeight: null,
    })
    expect(registryOf(configOf({ state: 'maint' }), first.saved()).view()).toMatchObject({
      state: 'maint',
      weight: 9,
      configuredState: null,
    })
  })
})

describe('a restart', () => {
  it('goes on with the counter, in the range of the new rise and fall', () => {
    const { registry, saved } = registryOf()
    for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 10)
    expect(registryOf(configOf(), saved()).view().status).toBe('DOWN')
    registry.recordCheck('app/s1', ok, 20)
    registry.recordCheck('app/s1', ok, 20)
    expect(registryOf(configOf({}, { rise: 1, fall: 1 }), saved()).view().status).toBe('UP')
  })

  it('without checks forgets that a server was down', () => {
    const { registry, saved } = registryOf()
    for (let i = 0; i < 3; i++) registry.recordCheck('app/s1', bad, 10)
    expect(registryOf(configOf({}, false), saved()).view()).toMatchObject({ status: 'no check', health: 'up' })
  })
})

it('a snapshot replaces one with a lower epoch or number only', () => {
  const snapshot = (epoch: number, n: number) => ({ epoch, n, servers: {} })
  expect(isNewer(snapshot(1, 1), undefined)).toBe(true)
  expect(isNewer(snapshot(1, 2), snapshot(1, 1))).toBe(true)
  expect(isNewer(snapshot(1, 1), snapshot(1, 1))).toBe(false)
  expect(isNewer(snapshot(1, 9), snapshot(2, 1))).toBe(false)
  expect(isNewer(snapshot(2, 1), snapshot(1, 9))).toBe(true)
})

it('a snapshot that does not say whose it is replaces one of the same count only', () => {
  const own = (epoch: number, n: number) => ({ epoch, n, servers: {}, monitor: 'own' })
  const unnamed = (epoch: number, n: number) => ({ epoch, n, servers: {} })
  expect(isNewer(unnamed(1, 2), own(1, 1))).toBe(true)
  expect(isNewer(unnamed(2, 1), own(1, 1))).toBe(false)
  expect(isNewer(own(1, 1), unnamed(2, 9))).toBe(true)
  expect(isNewer(own(1, 1), unnamed(1, 2))).toBe(false)
})
