import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/schema.ts'
import { wordOf } from '../server/states.ts'
import { createLedger } from './server-registry.ts'
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

function ledgerOf(config = configOf(), saved: ReadonlyMap<string, ServerRecord> = new Map()) {
  const ledger = createLedger(config, saved, 0)
  const entry = ledger.entries.get('app/s1')!
  return { ledger, entry, view: () => ledger.view(entry), saved: () => new Map([['app/s1', entry.record]]) }
}

function told(transition: Transition | undefined): string | undefined {
  return transition && `${transition.key}: ${wordOf(transition.from)} -> ${wordOf(transition.to)}`
}

describe('observed errors', () => {
  const observing = (onError: 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down') => {
    const made = ledgerOf(configOf({ observe: 'layer7', onError }))
    for (let i = 0; i < 3; i++) made.ledger.recordCheck('app/s1', ok, 0)
    return made
  }
  it.each([
    ['fastinter', ['UP', 'UP', 'UP']],
    ['fail-check', ['UP 2/3', 'UP 1/3', 'DOWN']],
    ['sudden-death', ['UP 1/3', 'DOWN', 'DOWN']],
    ['mark-down', ['DOWN', 'DOWN', 'DOWN']],
  ] as const)('on-error %s: %j', (onError, statuses) => {
    const { ledger, view } = observing(onError)
    const seen = statuses.map((_, i) => (ledger.recordObserved('app/s1', i), view().status))
    expect(seen).toEqual(statuses)
  })
})

describe('a server that was renamed', () => {
  const renamed = resolveConfig({
    backends: [
      { name: 'shop', formerly: ['app'], check: true, servers: [{ ...server, name: 'x1', formerly: ['www1', 's1'] }] },
    ],
  })

  it('has what was known of it under any of its names, its own first', () => {
    const { ledger: before, saved } = ledgerOf()
    before.setState('app/s1', 'maint', 5)
    before.setWeight('app/s1', 7)
    const ledger = createLedger(renamed, saved(), 10)
    const entry = ledger.entries.get('shop/x1')!
    expect(ledger.view(entry)).toMatchObject({
      backend: 'shop',
      server: 'x1',
      state: 'maint',
      weight: 7,
      lastChangeMs: 5,
    })
    const later = { ...entry.record, weightOverride: null }
    const both = createLedger(renamed, new Map([...saved(), ['shop/x1', later]]), 10)
    expect(both.stateOf(both.entries.get('shop/x1')!)).toMatchObject({ admin: 'maint', weight: 1 })
  })

  it('is found by the keys of all its names', () => {
    const ledger = createLedger(renamed, new Map(), 0)
    const { keys } = ledger.entries.get('shop/x1')!
    expect(keys).toEqual(['shop/x1', 'shop/www1', 'shop/s1', 'app/x1', 'app/www1', 'app/s1'])
    expect(new Set(keys.map(ledger.currentKey))).toEqual(new Set(['shop/x1']))
    expect(ledger.currentKey('app/other')).toBe('app/other')
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
    const ledger = createLedger(config, new Map(), 0)
    const entry = ledger.entries.get('ws/t')!
    expect(ledger.isChecked(entry)).toBe(false)
    for (let i = 0; i < 3; i++) ledger.recordCheck('app/s1', bad, 10)
    expect([ledger.stateOf(entry).health, ledger.view(entry).status]).toEqual(['down', 'DOWN'])
    ledger.recordCheck('app/s1', ok, 20)
    ledger.recordCheck('app/s1', ok, 30)
    expect(ledger.stateOf(entry).health).toBe('up')
    ledger.setState('app/s1', 'drain', 40)
    expect(ledger.stateOf(entry)).toMatchObject({ admin: 'drain', health: 'up' })
    ledger.setState('app/s1', 'maint', 50)
    expect(ledger.view(entry)).toMatchObject({ state: 'maint', status: 'MAINT' })
    ledger.setState('app/s1', 'ready', 60)
    ledger.setState('ws/t', 'drain', 70)
    expect([ledger.stateOf(entry).admin, ledger.stateOf(ledger.entries.get('app/s1')!).admin]).toEqual([
      'drain',
      'ready',
    ])
  })
})

describe('a drain with an end', () => {
  it('becomes maint, and not before', () => {
    const { ledger, view, saved } = ledgerOf()
    expect(told(ledger.setState('app/s1', 'drain', 1000, 60_000))).toBe('app/s1: UP -> DRAIN')
    expect(view()).toMatchObject({ state: 'drain', drainUntilMs: 61_000 })
    expect([ledger.nextDrainEndMs(), ledger.endDrains(60_999)]).toEqual([61_000, []])
    // A restart keeps it.
    const again = ledgerOf(configOf(), saved())
    const ended = again.ledger.endDrains(61_000)
    expect(ended.map(({ key, transition }) => [key, told(transition)])).toEqual([['app/s1', 'app/s1: DRAIN -> MAINT']])
    expect(again.view()).toMatchObject({ state: 'maint', configuredState: 'ready', drainUntilMs: null })
    expect(again.ledger.nextDrainEndMs()).toBeUndefined()
  })

  it('is forgotten when the state is set again', () => {
    const { ledger, view } = ledgerOf()
    ledger.setState('app/s1', 'drain', 0, 1000)
    ledger.setState('app/s1', 'ready', 500)
    expect(ledger.endDrains(5000)).toEqual([])
    ledger.setState('app/s1', 'drain', 6000)
    expect(view().drainUntilMs).toBeNull()
  })
})

describe('checks', () => {
  it('make a transition only when the state changes, with its time', () => {
    const { ledger, view } = ledgerOf()
    expect(ledger.recordCheck('app/s1', ok, 10)).toBeUndefined()
    expect(view()).toMatchObject({ status: 'UP', lastChangeMs: 0, lastCheck: ok })
    expect(ledger.recordCheck('app/s1', bad, 20)).toBeUndefined()
    expect(view().status).toBe('UP 2/3')
    ledger.recordCheck('app/s1', bad, 30)
    expect(told(ledger.recordCheck('app/s1', bad, 40))).toBe('app/s1: UP -> DOWN')
    expect(view()).toMatchObject({ status: 'DOWN', health: 'down', lastChangeMs: 40 })
  })

  it('that answer 404 make a server that is up leave, and no other come', () => {
    const { ledger, entry, view } = ledgerOf()
    const leave = { code: 'L7OKC', status: 404, durationMs: 1 } as const
    expect(told(ledger.recordCheck('app/s1', leave, 10))).toBe('app/s1: UP -> NOLB')
    expect(ledger.stateOf(entry).health).toBe('nolb')
    expect(view().status).toBe('NOLB')
    ledger.recordCheck('app/s1', bad, 20)
    expect(view().status).toBe('NOLB 2/3')
    expect(told(ledger.recordCheck('app/s1', ok, 30))).toBe('app/s1: NOLB -> UP')
    for (let i = 0; i < 3; i++) ledger.recordCheck('app/s1', bad, 40)
    expect(ledger.recordCheck('app/s1', leave, 50)).toBeUndefined()
    expect(view().status).toBe('DOWN')
  })

  it('that bring a server up let it start slowly, where that is wanted', () => {
    for (const [slowstart, health] of [
      ['10s', 'starting'],
      [undefined, 'up'],
    ] as const) {
      const { ledger, entry } = ledgerOf(configOf(slowstart ? { slowstart } : {}))
      expect(ledger.stateOf(entry).health).toBe('up')
      for (let i = 0; i < 3; i++) ledger.recordCheck('app/s1', bad, 10)
      ledger.recordCheck('app/s1', ok, 20)
      expect(told(ledger.recordCheck('app/s1', ok, 30))).toBe('app/s1: DOWN -> UP')
      expect(ledger.stateOf(entry)).toMatchObject({ health, ...(slowstart ? { startedMs: 30 } : {}) })
    }
  })

  it('tell a server what is known of it', () => {
    const { ledger } = ledgerOf(configOf({ weight: 3 }))
    ledger.recordCheck('app/s1', ok, 10)
    ledger.recordCheck('app/s1', bad, 20)
    expect(ledger.stateText('app/s1')).toBe('UP 2/3; name=app/s1; node=limpet; weight=3/3')
  })

  it('of a server in maint count for nothing, even when they were under way', () => {
    const { ledger, view } = ledgerOf()
    ledger.setState('app/s1', 'maint', 10)
    for (let i = 0; i < 9; i++) expect(ledger.recordCheck('app/s1', bad, 20)).toBeUndefined()
    expect(view()).toMatchObject({ status: 'MAINT', lastCheck: null })
  })
})

describe("the operator's will", () => {
  it('shows as an override and ends as one when the configured state is set again', () => {
    const { ledger, view } = ledgerOf()
    expect(told(ledger.setState('app/s1', 'drain', 10))).toBe('app/s1: UP -> DRAIN')
    expect(view()).toMatchObject({ state: 'drain', configuredState: 'ready', status: 'DRAIN 1/3' })
    ledger.setState('app/s1', 'ready', 20)
    expect(view()).toMatchObject({ state: 'ready', configuredState: null })
    expect(ledger.setWeight('app/s1', 5)).toBe(true)
    expect(ledger.setWeight('app/s1', 5)).toBe(false)
    expect(view()).toMatchObject({ weight: 5, configuredWeight: 1 })
  })

  it('brings a server back from maint as up, one failure from down', () => {
    const { ledger, view } = ledgerOf()
    for (let i = 0; i < 3; i++) ledger.recordCheck('app/s1', bad, 10)
    ledger.setState('app/s1', 'maint', 20)
    expect(told(ledger.setState('app/s1', 'ready', 30))).toBe('app/s1: MAINT (DOWN) -> UP')
    expect(view().status).toBe('UP 1/3')
    expect(told(ledger.recordCheck('app/s1', bad, 40))).toBe('app/s1: UP -> DOWN')
  })

  it('survives a restart, and is dropped when what it overrode has changed in the configuration', () => {
    const first = ledgerOf()
    first.ledger.setState('app/s1', 'drain', 10)
    first.ledger.setWeight('app/s1', 9)
    expect(ledgerOf(configOf(), first.saved()).view()).toMatchObject({ state: 'drain', weight: 9 })
    expect(ledgerOf(configOf({ weight: 2 }), first.saved()).view()).toMatchObject({
      state: 'drain',
      weight: 2,
      configuredWeight: null,
    })
    expect(ledgerOf(configOf({ state: 'maint' }), first.saved()).view()).toMatchObject({
      state: 'maint',
      weight: 9,
      configuredState: null,
    })
  })
})

describe('a restart', () => {
  it('goes on with the counter, in the range of the new rise and fall', () => {
    const { ledger, saved } = ledgerOf()
    for (let i = 0; i < 3; i++) ledger.recordCheck('app/s1', bad, 10)
    expect(ledgerOf(configOf(), saved()).view().status).toBe('DOWN')
    ledger.recordCheck('app/s1', ok, 20)
    ledger.recordCheck('app/s1', ok, 20)
    expect(ledgerOf(configOf({}, { rise: 1, fall: 1 }), saved()).view().status).toBe('UP')
  })

  it('without checks forgets that a server was down', () => {
    const { ledger, saved } = ledgerOf()
    for (let i = 0; i < 3; i++) ledger.recordCheck('app/s1', bad, 10)
    expect(ledgerOf(configOf({}, false), saved()).view()).toMatchObject({ status: 'no check', health: 'up' })
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
