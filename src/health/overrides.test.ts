// What is kept of a server's states through changes of the configuration, and what is counted of them.

import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { createServerRegistry } from './server-registry.ts'

const DAY_MS = 86_400_000
const ok = { code: 'L7OK', status: 200, durationMs: 1 } as const
const bad = { code: 'L4CON', status: null, durationMs: 1 } as const

type ServerInput = Partial<LimpetConfig['backends'][number]['servers'][number]>

/** Ledgers of one deployment after another, each with what the one before has kept. */
function deployments() {
  let saved: Parameters<typeof createServerRegistry>[1] = new Map()
  return (server: ServerInput, nowMs: number) => {
    const servers = [{ name: 's1', url: 'http://s1', ...server }]
    const config = resolveConfig({ backends: [{ name: 'app', check: true, servers }] })
    const registry = createServerRegistry(config, saved, nowMs)
    const entry = registry.entries.get('app/s1')!
    const keep = () => (saved = new Map([['app/s1', entry.record]]))
    keep()
    return { registry, keep, view: () => registry.view(entry) }
  }
}

describe('an override', () => {
  it('waits while another configuration is in force, for a day, and is in force again with its own', () => {
    for (const [awayMs, state, weight] of [
      [DAY_MS - 1, 'drain', 7],
      [DAY_MS, 'ready', 1],
    ] as const) {
      const deploy = deployments()
      const first = deploy({}, 0)
      first.registry.setState('app/s1', 'drain', 0)
      first.registry.setWeight('app/s1', 7)
      first.keep()
      const other = { state: 'maint', weight: 2 } as const
      expect(deploy(other, 1_000).view()).toMatchObject({ state: 'maint', weight: 2 })
      // A restart meanwhile does not prolong it.
      expect(deploy(other, 1_000 + awayMs / 2).view()).toMatchObject({ state: 'maint', weight: 2 })
      expect(deploy({}, 1_000 + awayMs).view()).toMatchObject({ state, weight })
    }
  })

  it('waits for a day from the change that put it aside, however often it was restarted before', () => {
    const deploy = deployments()
    const first = deploy({}, 0)
    first.registry.setState('app/s1', 'drain', 0)
    first.keep()
    deploy({}, 1_000)
    deploy({ state: 'maint' }, DAY_MS)
    expect(deploy({}, DAY_MS + 2_000).view()).toMatchObject({ state: 'drain' })
  })

  it('that waits is dropped by a command about the same thing', () => {
    const deploy = deployments()
    const first = deploy({}, 0)
    first.registry.setState('app/s1', 'drain', 0)
    first.registry.setWeight('app/s1', 7)
    first.keep()
    const second = deploy({ state: 'maint', weight: 2 }, 1_000)
    second.registry.setState('app/s1', 'ready', 2_000)
    second.keep()
    const third = deploy({}, 3_000)
    expect(third.view()).toMatchObject({ state: 'ready', weight: 7 })
    third.keep()
    const fourth = deploy({ state: 'maint', weight: 2 }, 4_000)
    expect(fourth.view()).toMatchObject({ state: 'ready', weight: 2 })
    fourth.registry.setWeight('app/s1', 3)
    fourth.keep()
    expect(deploy({}, 5_000).view()).toMatchObject({ weight: 1 })
  })

  it('of the state waits on when a command is about the weight, and the other way round', () => {
    for (const [command, state, weight] of [
      ['weight', 'drain', 1],
      ['state', 'ready', 7],
    ] as const) {
      const deploy = deployments()
      const first = deploy({}, 0)
      first.registry.setState('app/s1', 'drain', 0)
      first.registry.setWeight('app/s1', 7)
      first.keep()
      const second = deploy({ state: 'maint', weight: 2 }, 1_000)
      if (command === 'weight') second.registry.setWeight('app/s1', 3)
      else second.registry.setState('app/s1', 'ready', 1_000)
      second.keep()
      expect(deploy({}, 2_000).view()).toMatchObject({ state, weight })
    }
  })

  it('of the state is kept apart from one of the weight', () => {
    const deploy = deployments()
    const first = deploy({}, 0)
    first.registry.setWeight('app/s1', 7)
    first.keep()
    expect(deploy({ weight: 2 }, 1_000).view()).toMatchObject({ state: 'ready', weight: 2, configuredState: null })
    expect(deploy({}, 2_000).view()).toMatchObject({ state: 'ready', weight: 7, configuredWeight: 1 })
  })

  it('is none when it sets what is configured, unless it has an end', () => {
    const { registry, view } = deployments()({ state: 'drain' }, 0)
    registry.setState('app/s1', 'drain', 0)
    expect(view()).toMatchObject({ state: 'drain', configuredState: null })
    registry.setState('app/s1', 'drain', 0, 1_000)
    expect(view()).toMatchObject({ state: 'drain', configuredState: 'drain', drainUntilMs: 1_000 })
    registry.setState('app/s1', 'maint', 0, 1_000)
    expect(view()).toMatchObject({ state: 'maint', drainUntilMs: null })
  })
})

describe('what is counted of a server', () => {
  it('is each failed check while it was up, each time it went down, and how long it was out', () => {
    const { registry, view } = deployments()({}, 0)
    expect(view()).toMatchObject({ checksFailed: 0, downs: 0, downtimeMs: 0, checkHealth: 2 })
    const check = (result: typeof ok | typeof bad, atMs: number) => void registry.recordCheck('app/s1', result, atMs)
    for (const atMs of [10, 20]) check(bad, atMs)
    expect(view()).toMatchObject({ checksFailed: 1, downs: 1, downtimeMs: 0, lastChangeMs: 10, health: 'down' })
    for (const atMs of [50, 60]) check(ok, atMs)
    expect(view()).toMatchObject({ checksFailed: 1, downs: 1, downtimeMs: 50, lastChangeMs: 60, health: 'up' })
    registry.setState('app/s1', 'maint', 100)
    registry.setState('app/s1', 'drain', 130)
    expect(view()).toMatchObject({ downs: 1, downtimeMs: 80 })
    registry.setState('app/s1', 'ready', 200)
    expect(view()).toMatchObject({ downs: 1, downtimeMs: 80 })
  })

  it('goes on behind a restart, with a counter that was brought into range', () => {
    const deploy = deployments()
    const first = deploy({}, 0)
    for (const atMs of [10, 20]) first.registry.recordCheck('app/s1', bad, atMs)
    first.keep()
    expect(deploy({}, 30).view()).toMatchObject({ status: 'DOWN', checksFailed: 1, downs: 1, lastChangeMs: 10 })
  })
})

describe('a server without checks', () => {
  it('is up, whatever is said of its health, and says that nobody looks', () => {
    const servers = [{ name: 's1', url: 'http://s1' }]
    const registry = createServerRegistry(resolveConfig({ backends: [{ name: 'app', servers }] }), new Map(), 0)
    const view = () => registry.view(registry.entries.get('app/s1')!)
    expect(view()).toMatchObject({ health: 'up', status: 'no check', lastCheck: null })
    for (const health of ['down', 'up'] as const) expect(registry.setHealth('app/s1', health, 1)).toBeUndefined()
    expect(registry.recordCheck('app/s1', bad, 1)).toBeUndefined()
    expect(registry.recordObserved('app/s1', 1)).toBeUndefined()
    expect(view()).toMatchObject({ health: 'up', status: 'no check', lastCheck: null })
    registry.setState('app/s1', 'drain', 2)
    expect(view().status).toBe('DRAIN')
  })

  it('is not known under any other name', () => {
    const { registry } = deployments()({}, 0)
    expect(registry.recordCheck('app/s9', bad, 1)).toBeUndefined()
    expect(registry.recordObserved('app/s9', 1)).toBeUndefined()
  })
})

describe('a health that an operator sets', () => {
  it('is as if checks had said so, until they say otherwise', () => {
    const { registry, view } = deployments()({}, 0)
    registry.setHealth('app/s1', 'down', 10)
    expect(view()).toMatchObject({ status: 'DOWN', health: 'down', isCandidate: false, lastChangeMs: 10 })
    registry.setHealth('app/s1', 'up', 20)
    expect(view()).toMatchObject({ status: 'UP', health: 'up', isCandidate: true })
    registry.setHealth('app/s1', 'stopping', 30)
    expect(view()).toMatchObject({ status: 'NOLB', health: 'up', isCandidate: false })
    registry.recordCheck('app/s1', ok, 40)
    expect(view()).toMatchObject({ status: 'UP', isCandidate: true })
  })
})

it('a server of weight 0, in drain or in maint gets no new clients', () => {
  const { registry, view } = deployments()({}, 0)
  expect(view().isCandidate).toBe(true)
  registry.setWeight('app/s1', 0)
  expect(view().isCandidate).toBe(false)
  registry.setWeight('app/s1', 1)
  for (const state of ['drain', 'maint'] as const) {
    registry.setState('app/s1', state, 10)
    expect(view().isCandidate).toBe(false)
  }
})

it('a server is told its weight among those that are ready', () => {
  const servers = ['s1', 's2', 's3'].map((name, i) => ({ name, url: 'http://s', weight: i + 2 }))
  const registry = createServerRegistry(
    resolveConfig({ backends: [{ name: 'app', check: true, servers }] }),
    new Map(),
    0,
  )
  expect(registry.stateText('app/s1')).toContain('; weight=2/9')
  registry.setState('app/s3', 'drain', 10)
  expect(registry.stateText('app/s1')).toContain('; weight=2/5')
})

it('observed errors are kept as a check would have put them', () => {
  for (const [observe, code] of [
    ['layer4', 'L4CON'],
    ['layer7', 'L7RSP'],
  ] as const) {
    const { registry, view } = deployments()({ observe, onError: 'mark-down' }, 0)
    registry.recordObserved('app/s1', 10)
    expect(view()).toMatchObject({ health: 'down', lastCheck: { code, status: null, durationMs: 0 } })
  }
})
