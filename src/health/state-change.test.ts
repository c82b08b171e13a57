import { describe, expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import { createServerRegistry } from './server-registry.ts'
import { readServerRecord } from './server-record.ts'
import { changeProblem, MAX_DRAIN_MS } from './state-change.ts'
import type { StateChange } from './state-change.ts'

const NOW_MS = Date.UTC(2026, 10, 25)

describe('a change of a server', () => {
  it.each([
    [{ state: 'maint' }, undefined],
    [{ state: 'drain', drainForMs: MAX_DRAIN_MS }, undefined],
    [{ weight: 256 }, undefined],
    [{ state: 'drain', drainForMs: MAX_DRAIN_MS + 1 }, 'from 1 ms to 365 days'],
    [{ state: 'drain', drainForMs: 99_999_999 * 86_400_000 }, 'from 1 ms to 365 days'],
    [{ state: 'drain', drainForMs: Number.POSITIVE_INFINITY }, 'from 1 ms to 365 days'],
    [{ state: 'drain', drainForMs: 0 }, 'from 1 ms to 365 days'],
    [{ weight: Number.NaN }, 'from 0 to 256'],
    [{ weight: 1.5 }, 'from 0 to 256'],
    [{ weight: 257 }, 'from 0 to 256'],
    [{ weight: -1 }, 'from 0 to 256'],
    [{ weight: 0 }, undefined],
    [{ state: 'drain', drainForMs: 1 }, undefined],
    [{ state: 'drain', drainForMs: 1.5 }, 'from 1 ms to 365 days'],
    [{ health: 'stopping' }, undefined],
    [{}, undefined],
    [{ state: 'constructor' }, 'ready, drain or maint'],
    [{ health: 'toString' }, 'up, stopping or down'],
  ])('%j: %s', (change, problem) => {
    const found = changeProblem(change as StateChange)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(problem)
  })
})

describe('a saved record', () => {
  const good = {
    stateOverride: { value: 'drain', configured: 'ready', untilMs: NOW_MS + 1000 },
    weightOverride: { value: 7, configured: 1 },
    health: 3,
    lastCheck: { code: 'L7OK', status: 200, durationMs: 3 },
    lastChangeMs: NOW_MS - 5,
    ofALaterRelease: true,
  }

  it('is read as it was written, with what a later release added', () => {
    expect(readServerRecord(JSON.stringify(good), NOW_MS)).toEqual(good)
  })

  it('is read with as little as there may be in it', () => {
    const least = { stateOverride: null, weightOverride: null, health: 0, lastCheck: null, lastChangeMs: 0 }
    expect(readServerRecord(JSON.stringify(least), NOW_MS)).toEqual(least)
    expect(readServerRecord('{"health":1}', NOW_MS)).toEqual({ ...least, health: 1, lastChangeMs: NOW_MS })
    const stateOverride = { value: 'drain', configured: 'ready' }
    const endless = readServerRecord(JSON.stringify({ ...least, stateOverride }), NOW_MS)
    expect(endless?.stateOverride).toStrictEqual(stateOverride)
  })

  it('loses what no clock or balance can have, and keeps the rest', () => {
    const read = (change: object) => readServerRecord(JSON.stringify({ ...good, ...change }), NOW_MS)!
    for (const untilMs of [8.64e18, null]) {
      const { stateOverride } = read({ stateOverride: { ...good.stateOverride, untilMs } })
      expect(stateOverride).toEqual({ value: 'drain', configured: 'ready', untilMs: NOW_MS + MAX_DRAIN_MS })
    }
    expect(read({ stateOverride: { value: 'gone', configured: 'ready' } }).stateOverride).toBeNull()
    expect(read({ weightOverride: { value: null, configured: 1 } })).toEqual({ ...good, weightOverride: null })
    expect(read({ lastCheck: { code: 'constructor' } }).lastCheck).toBeNull()
    expect(read({ lastChangeMs: null }).lastChangeMs).toBe(NOW_MS)
  })

  it('keeps what waits for its configuration, as far as it can be read', () => {
    const state = { value: 'drain', configured: 'ready', untilMs: NOW_MS + 1000 }
    const weight = { value: 7, configured: 1 }
    const read = (aside: unknown) => readServerRecord(JSON.stringify({ ...good, aside }), NOW_MS)!.aside
    expect(read({ state, weight, sinceMs: 5 })).toEqual({ state, weight, sinceMs: 5 })
    expect(read({ state: { ...state, value: 'gone' }, weight, sinceMs: 5 })).toEqual({
      state: null,
      weight,
      sinceMs: 5,
    })
    expect(read({ state, weight: { ...weight, value: 257 }, sinceMs: 5 })).toEqual({ state, weight: null, sinceMs: 5 })
    expect(read({ state: null, weight: null, sinceMs: 5 })).toEqual({ state: null, weight: null, sinceMs: 5 })
    for (const sinceMs of [null, 'now', -1]) expect(read({ state, weight, sinceMs })).toBeUndefined()
    expect(read(null)).toBeUndefined()
  })

  it('loses an unknown word for its trial by fetch', () => {
    const read = (fetchTrial: unknown) => readServerRecord(JSON.stringify({ ...good, fetchTrial }), NOW_MS)!.fetchTrial
    expect(['over', 2, 'soon', -1].map(read)).toEqual(['over', 2, undefined, undefined])
  })

  it('that cannot be read makes its server new, and harms no other', () => {
    for (const text of ['', '{', 'null', '[]', '"x"', '{"health":"many"}', '{"health":-1}', '5']) {
      expect(readServerRecord(text, NOW_MS)).toBeUndefined()
    }
    const { config } = validateConfig(
      {
        backends: [
          {
            name: 'app',
            servers: [
              { name: 's1', url: 'http://10.0.0.1' },
              { name: 's2', url: 'http://10.0.0.2' },
            ],
          },
        ],
      },
      'serve',
    )
    const saved = new Map([
      ['app/s1', readServerRecord('{', NOW_MS)],
      ['app/s2', readServerRecord(JSON.stringify(good), NOW_MS)],
    ])
    const registry = createServerRegistry(config!, saved, NOW_MS)
    const views = [...registry.entries.values()].map((entry) => registry.view(entry))
    expect(views.map(({ server, state, weight }) => [server, state, weight])).toEqual([
      ['s1', 'ready', 1],
      ['s2', 'drain', 7],
    ])
    expect(registry.nextDrainEndMs()).toBe(NOW_MS + 1000)
  })
})
