// Releases through commands, time, restarts and other configurations.

import { describe, expect, it } from 'vitest'

import type { ReleasesInput } from '../config/options/releases.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { ReleaseChange } from './release-change.ts'
import { readReleaseRecord } from './release-record.ts'
import { createReleaseRegistry } from './release-registry.ts'
import { createServerRegistry } from './server-registry.ts'

const DAY_MS = 86_400_000
const RELEASES: ReleasesInput = { list: ['r1', 'r2', 'r3'], current: 'r1' }
const ok = (transitions: object) => {
  expect(transitions).not.toHaveProperty('problem')
  return transitions
}

/** Registries of one deployment after another, each with what the one before has stored. Two servers for each release. */
function deployments() {
  let saved = new Map<string, string>()
  return (releases: ReleasesInput = RELEASES, nowMs = 0) => {
    const names = releases.list.map((each) => (typeof each === 'string' ? each : each.name))
    const servers = names.flatMap((release) =>
      ['a', 'b'].map((name) => ({ name: `${release}${name}`, release, url: `http://${release}${name}` })),
    )
    const config = resolveConfig({
      backends: [
        { name: 'app', releases, servers },
        { name: 'other', servers: [] },
      ],
    })
    const health = createServerRegistry(config, new Map(), nowMs)
    const read = [...saved].map(([name, text]) => [name, readReleaseRecord(text)!] as const)
    const registry = createReleaseRegistry(config, new Map(read), health, nowMs)
    const keep = () => (saved = new Map([...registry.records].map(([name, record]) => [name, JSON.stringify(record)])))
    keep()
    const say = (release: string | null, change: Omit<ReleaseChange, 'release'>, atMs = nowMs) => {
      const changed = registry.change('app', { release, ...change }, 'ann', atMs)!
      keep()
      return changed
    }
    const stateOf = () => registry.states()['app']!
    const words = () => Object.fromEntries(registry.views().map(({ release, state }) => [release, state]))
    const down = (release: string) => {
      for (const name of ['a', 'b']) health.setState(`app/${release}${name}`, 'maint', nowMs)
    }
    return { registry, say, stateOf, words, health, down, keep }
  }
}

describe('a canary', () => {
  it('starts with a share, gets another, and is promoted: what was current is kept', () => {
    const { say, stateOf, words, registry } = deployments()()
    expect(stateOf()).toEqual({ current: 'r1', canary: null, states: {}, n: 0 })
    expect(say('r2', { state: 'canary', share: 0.1 })).toEqual([
      { backend: 'app', release: 'r2', from: 'new', to: 'canary 10 %' },
    ])
    expect(stateOf()).toMatchObject({ current: 'r1', canary: { name: 'r2', share: 0.1 }, states: {} })
    expect(say(null, { share: 0.25 })).toEqual([
      { backend: 'app', release: 'r2', from: 'canary 10 %', to: 'canary 25 %' },
    ])
    expect(registry.views().map(({ share }) => share)).toEqual([0.75, 0.25, null])
    expect(say(null, { state: 'current' }, 5)).toEqual([
      { backend: 'app', release: 'r1', from: 'current', to: 'kept' },
      { backend: 'app', release: 'r2', from: 'canary 25 %', to: 'current' },
    ])
    expect(words()).toEqual({ r1: 'kept', r2: 'current', r3: 'new' })
    expect(registry.views()[0]).toEqual({
      backend: 'app',
      release: 'r1',
      state: 'kept',
      share: null,
      servers: 2,
      up: 2,
      sinceMs: 5,
      who: 'ann',
      untilMs: 5 + 7 * DAY_MS,
    })
    expect(stateOf().n).toBe(3)
  })

  it('that is aborted serves on for its pages, and one that is ended does not; both may start again', () => {
    const { say, words } = deployments()()
    for (const left of ['aborted', 'ended'] as const) {
      ok(say('r2', { state: 'canary', share: 0.5 }))
      expect(say(null, { state: left })).toEqual([{ backend: 'app', release: 'r2', from: 'canary 50 %', to: left }])
      expect(words()).toEqual({ r1: 'current', r2: left, r3: 'new' })
    }
    expect(say('r2', { state: 'ended' })).toEqual([])
  })

  it('without a share has none until it gets one', () => {
    const { say, stateOf } = deployments()()
    ok(say('r2', { state: 'canary' }))
    expect(stateOf().canary).toEqual({ name: 'r2', share: 0 })
  })
})

it('a release is promoted without a canary, and the one before, too', () => {
  const { say, words } = deployments()()
  ok(say('r3', { state: 'current' }))
  expect(words()).toEqual({ r1: 'kept', r2: 'new', r3: 'current' })
  ok(say('r1', { state: 'current' }))
  expect(words()).toEqual({ r1: 'current', r2: 'new', r3: 'kept' })
})

describe('a command is refused, and says why', () => {
  const started = () => {
    const deployed = deployments()()
    ok(deployed.say('r2', { state: 'canary', share: 0.1 }))
    return deployed
  }
  it.each([
    ['r22', { state: 'canary' }, "app has no release 'r22'; did you mean 'r2'?"],
    ['r3', { state: 'canary' }, 'app/r2 is the canary: promote or abort it first'],
    ['r3', { state: 'current' }, 'app/r2 is the canary: promote or abort it first'],
    ['r2', { state: 'canary' }, 'app/r2 is the canary already: change its share'],
    ['r1', { state: 'canary' }, 'app/r1 is current: it has all clients already'],
    ['r1', { state: 'current' }, 'app/r1 is current already'],
    ['r1', { state: 'aborted' }, 'app/r1 is current: promote another release instead'],
    ['r1', { state: 'ended' }, 'app/r1 is current and cannot be ended: promote another release first'],
    ['r3', { state: 'aborted' }, 'app/r3 is new: there is nothing to abort'],
    ['r3', { share: 0.1 }, 'app/r3 is new, and only a canary has a share: start it first'],
    ['r2', { share: 1.01 }, 'a share must be from 0 % to 100 %, not 101 %'],
    ['r2', { share: Number.NaN }, 'a share must be from 0 % to 100 %, not NaN %'],
    ['r2', {}, 'app/r2: nothing is asked for: a state, or a share'],
  ] as const)('%s %j', (release, change, problem) => {
    const { say, stateOf } = started()
    const before = stateOf()
    expect(say(release, change)).toEqual({ problem })
    expect(stateOf()).toEqual(before)
  })

  it('where there is no canary to change', () => {
    const { say } = deployments()()
    for (const change of [{ share: 0.1 }, { state: 'current' }, { state: 'aborted' }] as const) {
      expect(say(null, change)).toEqual({ problem: 'app has no canary: start one first' })
    }
  })

  it('where too few servers of the release are up, unless it is forced', () => {
    for (const [release, change] of [
      ['r2', { state: 'canary', share: 0.1 }],
      ['r2', { state: 'current' }],
    ] as const) {
      const { say, down, health } = deployments()()
      down('r2')
      const problem = `0 of 2 servers of app/r2 take new clients, fewer than half of the 2 of r1: wait for its checks, or force it`
      expect(say(release, change)).toEqual({ problem, isForcible: true })
      health.setState('app/r2a', 'ready', 0)
      ok(say(release, change))
    }
    const { say, down } = deployments()()
    down('r2')
    ok(say('r2', { state: 'current', isForced: true }))
  })

  it('of a backend without releases there is nothing to say', () => {
    const { registry } = deployments()()
    for (const name of ['other', 'nobody']) {
      expect(registry.change(name, { release: 'r2', state: 'canary' }, 'ann', 0)).toBeUndefined()
    }
  })
})

describe('a kept release', () => {
  it('ends in time', () => {
    const { registry, say, words } = deployments()({ ...RELEASES, kept: '1h' })
    ok(say('r2', { state: 'current' }, 10))
    expect(registry.nextEndMs()).toBe(3_600_010)
    expect(registry.endKept(3_600_009)).toEqual([])
    expect(registry.endKept(3_600_010)).toEqual([{ backend: 'app', release: 'r1', from: 'kept', to: 'ended' }])
    expect(words()).toMatchObject({ r1: 'ended' })
    expect(registry.nextEndMs()).toBeUndefined()
  })

  it('ends when more were kept since than are to be', () => {
    const { say, words, registry } = deployments()({ ...RELEASES, kept: 1 })
    ok(say('r2', { state: 'current' }, 10))
    expect([words(), registry.nextEndMs()]).toEqual([{ r1: 'kept', r2: 'current', r3: 'new' }, undefined])
    expect(say('r3', { state: 'current' }, 20)).toContainEqual({
      backend: 'app',
      release: 'r1',
      from: 'kept',
      to: 'ended',
    })
    expect(words()).toEqual({ r1: 'ended', r2: 'kept', r3: 'current' })
  })

  it('does not end while it alone has servers for new clients, and is asked for again', () => {
    const { say, words, down, registry, health } = deployments()({ ...RELEASES, kept: '1h' })
    ok(say('r2', { state: 'current' }, 0))
    down('r2')
    expect(registry.endKept(3_600_000)).toEqual([])
    expect(words()).toMatchObject({ r1: 'kept' })
    expect(registry.nextEndMs()).toBe(3_660_000)
    expect(say('r1', { state: 'ended' }, 3_600_001)).toEqual({
      problem: 'app/r1 is the last release with a server for new clients: force it, or bring up others',
      isForcible: true,
    })
    health.setState('app/r2a', 'ready', 0)
    expect(registry.endKept(3_660_000)).toMatchObject([{ release: 'r1', to: 'ended' }])
  })

  it('ends by a command, even as the last if that is forced', () => {
    const { say, words, down } = deployments()()
    ok(say('r2', { state: 'current' }))
    down('r2')
    ok(say('r1', { state: 'ended', isForced: true }))
    expect(words()).toMatchObject({ r1: 'ended' })
  })
})

describe('through restarts and deploys', () => {
  it('what was set stays, and what was kept is kept as long', () => {
    const deploy = deployments()
    const first = deploy()
    ok(first.say('r2', { state: 'current' }, 10))
    ok(first.say('r3', { state: 'canary', share: 0.2 }, 20))
    const second = deploy(RELEASES, 1_000)
    expect(second.stateOf()).toEqual(first.stateOf())
    expect(second.registry.nextEndMs()).toBe(10 + 7 * DAY_MS)
  })

  it('a configuration with another current release has the last word; what was served before is kept', () => {
    const deploy = deployments()
    ok(deploy().say('r2', { state: 'canary', share: 0.2 }, 10))
    const { words, registry } = deploy({ ...RELEASES, current: 'r3' }, 1_000)
    expect(words()).toEqual({ r1: 'kept', r2: 'kept', r3: 'current' })
    expect(registry.views()[1]).toMatchObject({ sinceMs: 1_000, who: null })
    expect(deploy({ ...RELEASES, current: 'r3' }, 2_000).words()).toEqual({ r1: 'kept', r2: 'kept', r3: 'current' })
  })

  it('a canary that the configuration makes current is no canary any more', () => {
    const deploy = deployments()
    ok(deploy().say('r2', { state: 'canary', share: 0.2 }))
    expect(deploy({ ...RELEASES, current: 'r2' }, 1_000).stateOf()).toMatchObject({
      current: 'r2',
      canary: null,
      states: { r1: 'kept' },
    })
  })

  it('what was set waits for a day for the configuration that it was set under, as in a gradual deployment', () => {
    for (const [awayMs, words] of [
      [DAY_MS - 1, { r1: 'kept', r2: 'current', r3: 'kept' }],
      [DAY_MS, { r1: 'current', r2: 'kept', r3: 'kept' }],
    ] as const) {
      const deploy = deployments()
      ok(deploy().say('r2', { state: 'current' }))
      const other = { ...RELEASES, current: 'r3' }
      expect(deploy(other, 1_000).words()).toEqual({ r1: 'kept', r2: 'kept', r3: 'current' })
      // A restart meanwhile does not prolong it.
      deploy(other, 1_000 + awayMs / 2)
      expect(deploy(RELEASES, 1_000 + awayMs).words()).toEqual(words)
    }
  })

  it('a command drops what waits', () => {
    const deploy = deployments()
    ok(deploy().say('r2', { state: 'current' }))
    ok(deploy({ ...RELEASES, current: 'r3' }, 1_000).say('r2', { state: 'ended' }))
    expect(deploy(RELEASES, 2_000).words()).toEqual({ r1: 'current', r2: 'ended', r3: 'kept' })
  })

  it('a release that a version does not know stays for a day, and is forgotten then', () => {
    const old: ReleasesInput = { list: ['r1'], current: 'r1' }
    const deploy = deployments()
    ok(deploy().say('r2', { state: 'canary', share: 0.2 }))
    expect(deploy(old, 1_000).stateOf().canary).toEqual({ name: 'r2', share: 0.2 })
    expect(deploy(RELEASES, 2_000).stateOf().canary).toEqual({ name: 'r2', share: 0.2 })
    deploy(old, 3_000)
    expect(deploy(old, 3_000 + DAY_MS).stateOf()).toMatchObject({ current: 'r1', canary: null, states: {} })
  })

  it('a promoted release that is taken out of the list leaves the configured one current after a day', () => {
    const deploy = deployments()
    ok(deploy().say('r3', { state: 'current' }))
    const without = { ...RELEASES, list: ['r1', 'r2'] }
    expect(deploy(without, 0).stateOf()).toMatchObject({ current: 'r3' })
    expect(deploy(without, DAY_MS).stateOf()).toMatchObject({ current: 'r1', canary: null, states: {} })
  })

  it('a row that cannot be read counts as none, and what is broken of another is left out', () => {
    for (const text of ['', '{', 'null', '[]', '{"configured":"r1"}']) expect(readReleaseRecord(text)).toBeUndefined()
    const broken = { configured: 'r1', current: 'r2', canary: { name: 'r3', share: 2 }, states: { r1: 'lost' }, n: 'x' }
    expect(readReleaseRecord(JSON.stringify({ ...broken, since: { r1: { atMs: 'now' } }, aside: 3 }))).toEqual({
      configured: 'r1',
      current: 'r2',
      canary: null,
      states: {},
      since: {},
      gone: {},
      aside: null,
      n: 0,
    })
  })
})

it('the snapshot has a backend under all of its names', () => {
  const config = resolveConfig({
    backends: [{ name: 'app', formerly: ['web'], releases: { list: ['r1'] }, servers: [] }],
  })
  const registry = createReleaseRegistry(config, new Map(), createServerRegistry(config, new Map(), 0), 0)
  expect(Object.keys(registry.states())).toEqual(['app', 'web'])
})

describe('a backend that follows', () => {
  const two = () => {
    const servers = (prefix: string) =>
      ['r1', 'r2'].map((release) => ({ name: `${prefix}-${release}`, release, url: `http://${prefix}-${release}` }))
    const config = resolveConfig({
      backends: [
        { name: 'api', releases: 'web', servers: servers('api') },
        { name: 'web', releases: { list: ['r1', 'r2'], current: 'r1' }, servers: servers('web') },
      ],
    })
    const health = createServerRegistry(config, new Map(), 0)
    return { health, registry: createReleaseRegistry(config, new Map(), health, 0) }
  }

  it('has no states of its own: commands and views name the backend that has the list', () => {
    const { registry } = two()
    expect(registry.change('api', { release: 'r2', state: 'current' }, 'ann', 0)).toBeUndefined()
    expect(registry.views().map(({ backend, release }) => `${backend}/${release}`)).toEqual(['web/r1', 'web/r2'])
    expect(Object.keys(registry.states())).toEqual(['web'])
  })

  it('counts when a release starts: without its servers half of the application would be down', () => {
    const { registry, health } = two()
    health.setState('api/api-r2', 'maint', 0)
    expect(registry.change('web', { release: 'r2', state: 'current' }, 'ann', 0)).toEqual({
      problem:
        '0 of 1 servers of api/r2 take new clients, fewer than half of the 1 of r1: wait for its checks, or force it',
      isForcible: true,
    })
    health.setState('api/api-r2', 'ready', 0)
    expect(registry.change('web', { release: 'r2', state: 'current' }, 'ann', 0)).toHaveLength(2)
  })

  it('keeps its last release with servers from ending', () => {
    const { registry, health } = two()
    ok(registry.change('web', { release: 'r2', state: 'current' }, 'ann', 0)!)
    health.setState('api/api-r2', 'maint', 0)
    expect(registry.change('web', { release: 'r1', state: 'ended' }, 'ann', 0)).toMatchObject({ isForcible: true })
  })
})

describe('servers', () => {
  it('the last one of a release that clients have pages of: said once, with where they go, and when it is back', () => {
    const { registry, say, down, health } = deployments()()
    expect(registry.judgeServers()).toEqual([])
    say('r2', { state: 'current' })
    expect(registry.judgeServers()).toEqual([])
    health.setState('app/r1a', 'maint', 1)
    expect(registry.judgeServers()).toEqual([])
    down('r1')
    expect(registry.judgeServers()).toEqual([{ backend: 'app', release: 'r1', isEmpty: true, to: 'r2' }])
    expect(registry.judgeServers()).toEqual([])
    down('r2')
    expect(registry.judgeServers()).toEqual([{ backend: 'app', release: 'r2', isEmpty: true, to: null }])
    health.setState('app/r1b', 'ready', 1)
    expect(registry.judgeServers()).toEqual([{ backend: 'app', release: 'r1', isEmpty: false, to: null }])
    health.setState('app/r2a', 'drain', 1)
    expect(registry.judgeServers()).toEqual([])
  })

  it('a current one falls back to the newest that is kept', () => {
    const { registry, say, down } = deployments()()
    say('r2', { state: 'current' })
    say('r3', { state: 'current' })
    expect(registry.judgeServers()).toEqual([])
    down('r3')
    expect(registry.judgeServers()).toEqual([{ backend: 'app', release: 'r3', isEmpty: true, to: 'r2' }])
  })

  it('of a release that nobody has a page of, or that has ended, and what a restart finds, are no news', () => {
    const deploy = deployments()
    const { registry, say, down } = deploy()
    down('r3')
    expect(registry.judgeServers()).toEqual([])
    say('r2', { state: 'current' })
    say('r1', { state: 'ended' })
    down('r1')
    expect(registry.judgeServers()).toEqual([])
    expect(deploy().registry.judgeServers()).toEqual([])
  })
})
