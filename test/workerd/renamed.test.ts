// The Monitor whose servers got other names, and the objects that keep the first of them.

import { runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createMonitorClass } from './release-objects.ts'
import { serverLimitName } from '../../src/cloudflare/limit-name.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'

const { BARE } = testEnv as unknown as { readonly BARE: DurableObjectNamespace }
const URL = 'https://s1.example'

const BEFORE: LimpetConfig['backends'][number] = { name: 'shop', servers: [{ name: 'web1', url: URL }] }
const AFTER: LimpetConfig['backends'][number] = {
  name: 'app',
  formerly: ['shop'],
  servers: [{ name: 'app1', url: URL, formerly: ['web1'] }],
}

afterEach(() => vi.restoreAllMocks())

function open(state: DurableObjectState, backend: LimpetConfig['backends'][number]) {
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const Monitor = createMonitorClass(() => configOrThrow({ backends: [backend] }, 'either'))
  return new Monitor(state, {} as Env)
}

it('what was set before a rename is in force after it, and after the way back', () =>
  runInDurableObject(BARE.getByName('renamed'), async (_, state) => {
    const before = open(state, BEFORE)
    await before.change('shop/web1', { state: 'drain' }, 'ann')
    const [down] = await before.backends()
    expect(down).toMatchObject({ isDown: true, downs: 1 })

    const after = open(state, AFTER)
    expect(await after.backends()).toEqual([{ ...down, backend: 'app' }])
    expect(await after.events(10)).toMatchObject([{ server: 'app/app1', to: 'DRAIN', who: 'ann' }])
    // Isolates of the configuration before ask for the name that they know.
    const drained = { admin: 'drain', health: 'up', weight: 1 }
    expect((await after.snapshot()).servers).toEqual({
      'app/app1': drained,
      'app/web1': drained,
      'shop/app1': drained,
      'shop/web1': drained,
    })
    await after.change('shop/web1', { state: 'maint', weight: 5 }, 'bob')

    const back = open(state, BEFORE)
    expect(await back.servers()).toMatchObject([{ server: 'web1', state: 'maint', weight: 5, configuredWeight: 1 }])
    expect(await back.backends()).toMatchObject([{ backend: 'shop', isDown: true, downs: 1 }])
    // The other names wait a day for a version that knows them.
    const dayLaterMs = Date.now() + 86_400_000
    vi.spyOn(Date, 'now').mockImplementation(() => dayLaterMs)
    open(state, BEFORE)
    expect(state.storage.sql.exec('SELECT key FROM servers').toArray()).toEqual([{ key: 'shop/web1' }])
    expect(state.storage.sql.exec('SELECT name FROM backends').toArray()).toEqual([{ name: 'shop' }])
  }))

it('a limit stays with the object of its first names', () => {
  const [backend] = configOrThrow({ backends: [AFTER] }, 'either').backends
  expect(serverLimitName(backend!, backend!.servers[0]!)).toBe('server:shop/web1')
})
