// A gradual deployment: isolates of two versions, each with a configuration of its own, and one Monitor object that runs one of
// them at a time. Here the same storage is opened by one version after the other, as each new deployment may have it.

import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import { createMonitorClass } from './release-objects.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import * as before from './release-0.1/objects.js'

const bindings = testEnv as unknown as Required<Env> & { readonly BARE: DurableObjectNamespace }
type Monitor = InstanceType<ReturnType<typeof createMonitorClass>>
type Release = Pick<typeof before, 'createMonitorClass' | 'configOrThrow'>
type ServerInput = LimpetConfig['backends'][number]['servers'][number]

const TOKEN = 'a-token-for-tests'
const DAY_MS = 86_400_000
const server = (name: string, more: Partial<ServerInput> = {}): ServerInput => ({
  name,
  url: `https://${name}.example`,
  ...more,
})
const configOf = (...servers: ServerInput[]): LimpetConfig => ({
  log: 'off',
  counters: false,
  backends: [{ name: 'app', servers }],
})
const A = configOf(server('s1'), server('s2'))
const B = configOf(server('s1'), server('s2'), server('s3'))

let nowMs = 0
beforeEach(() => {
  nowMs = 4_000_000_000_000
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

let names = 0
/** `run`: starts the Monitor with a version, of this release unless another is given. */
const deployed = (work: (run: (version: LimpetConfig, release?: Release) => Monitor) => Promise<void>) =>
  runInDurableObject(bindings.BARE.getByName(`versions-${names++}`), (_, state) =>
    work((version, release = { createMonitorClass, configOrThrow }) => {
      const Class = release.createMonitorClass(() => release.configOrThrow(version, 'either'))
      return new Class(state, {} as Env)
    }),
  )

/** What a new isolate of a version answers, with this Monitor. */
async function ask(version: LimpetConfig, monitor: Monitor, path = '/', body?: string): Promise<Response> {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    return new Response(new URL(input instanceof Request ? input.url : input).hostname.split('.')[0])
  })
  const MONITOR = { idFromName: () => 'monitor', getByName: () => monitor }
  const env = { ...bindings, LIMPET_ADMIN_TOKEN: TOKEN, MONITOR, SNAPSHOT: undefined } as unknown as Env
  const headers = { authorization: `Bearer ${TOKEN}` }
  const method = path.endsWith('/command') ? 'POST' : 'PATCH'
  const init = body === undefined ? {} : { method, body, headers }
  // A host of its own: the cache of another test holds another snapshot.
  const request = new Request(`https://app${names}.example${path}`, init)
  const ctx = createExecutionContext()
  const limpet = createLimpet(version)
  const answers: string[] = []
  for (let i = 0; i < (body === undefined ? 12 : 1); i++) {
    const each = request.clone() as Request<unknown, IncomingRequestCfProperties>
    answers.push(await (await limpet.worker.fetch!(each, env, ctx)).text())
  }
  await waitOnExecutionContext(ctx)
  return new Response([...new Set(answers)].toSorted().join(' '))
}
const serve = async (version: LimpetConfig, monitor: Monitor) => (await ask(version, monitor)).text()
const command = async (version: LimpetConfig, monitor: Monitor, line: string) =>
  (await ask(version, monitor, '/.limpet/command', line)).text()

const stateOf = async (monitor: Monitor, name: string) => {
  const { state, weight } = (await monitor.servers()).find((each) => each.server === name)!
  return { state, weight }
}

it('a server that only the new version knows is served as configured while the old one runs the Monitor', () =>
  deployed(async (run) => {
    const monitor = run(A)
    await monitor.change('app/s1', { state: 'maint' }, 'ann')
    expect(await serve(B, monitor)).toBe('s2 s3')
    expect(await serve(A, monitor)).toBe('s2')
  }))

it('a server that the new version has left out is served by isolates of the old one, as configured', () =>
  deployed(async (run) => {
    const monitor = run(A)
    await monitor.change('app/s1', { state: 'maint' }, 'ann')
    expect(await serve(B, monitor)).toBe('s2 s3')
    expect(await serve(configOf(server('s2')), monitor)).toBe('s2')
  }))

it('what an operator has set lasts through every change of the version, for servers that one of them does not know, too', () =>
  deployed(async (run) => {
    await run(B).change('app/s3', { state: 'drain' }, 'ann')
    await run(A).change('app/s1', { state: 'maint', weight: 7 }, 'bob')
    const b = run(B)
    expect(await stateOf(b, 's1')).toEqual({ state: 'maint', weight: 7 })
    expect(await stateOf(b, 's3')).toEqual({ state: 'drain', weight: 1 })
    await b.change('app/s1', { state: 'ready' }, 'ann')
    expect(await stateOf(run(A), 's1')).toEqual({ state: 'ready', weight: 7 })
    nowMs += DAY_MS - 1
    expect(await stateOf(run(B), 's3')).toEqual({ state: 'drain', weight: 1 })
  }))

it('a server that no version knows for a day is forgotten', () =>
  deployed(async (run) => {
    await run(B).change('app/s3', { state: 'drain' }, 'ann')
    run(A)
    nowMs += DAY_MS
    run(A)
    expect(await stateOf(run(B), 's3')).toEqual({ state: 'ready', weight: 1 })
  }))

it('a version with another configured value puts what was set under the first aside, for a day', () =>
  deployed(async (run) => {
    const changed = configOf(server('s1', { state: 'maint', weight: 3 }), server('s2'))
    await run(A).change('app/s1', { state: 'drain', weight: 7 }, 'ann')
    expect(await stateOf(run(changed), 's1')).toEqual({ state: 'maint', weight: 3 })
    expect(await stateOf(run(A), 's1')).toEqual({ state: 'drain', weight: 7 })
    expect(await stateOf(run(changed), 's1')).toEqual({ state: 'maint', weight: 3 })
    nowMs += DAY_MS
    expect(await stateOf(run(A), 's1')).toEqual({ state: 'ready', weight: 1 })
    expect(await stateOf(run(A), 's1')).toEqual({ state: 'ready', weight: 1 })
  }))

it('a command under the new value ends what was put aside', () =>
  deployed(async (run) => {
    const changed = configOf(server('s1', { state: 'maint' }), server('s2'))
    await run(A).change('app/s1', { state: 'drain' }, 'ann')
    await run(changed).change('app/s1', { state: 'maint' }, 'bob')
    expect(await stateOf(run(A), 's1')).toEqual({ state: 'ready', weight: 1 })
  }))

it('of a server that one version has renamed, the latest command counts, whichever version was at work', () =>
  deployed(async (run) => {
    const renamed = configOf(server('new', { formerly: ['s1'], url: 'https://s1.example' }), server('s2'))
    await run(renamed).change('app/new', { state: 'drain' }, 'ann')
    await run(A).change('app/s1', { state: 'maint' }, 'bob')
    expect(await stateOf(run(renamed), 'new')).toEqual({ state: 'maint', weight: 1 })
    // Nor is the older one found by the next start.
    expect(await stateOf(run(renamed), 'new')).toEqual({ state: 'maint', weight: 1 })
  }))

it('an operator sees the servers of the version that answers, and is told when the Monitor cannot do it', () =>
  deployed(async (run) => {
    const monitor = run(A)
    await monitor.change('app/s1', { state: 'maint' }, 'ann')
    const states = await command(B, monitor, 'show stat')
    const rows = states.split('\n').map((line) => line.split(',').slice(0, 2).join('/') + line.split(',')[17])
    expect(rows).toEqual(expect.arrayContaining(['app/s1MAINT', 'app/s2no check', 'app/s3no check']))
    expect(await command(B, monitor, 'get weight app/s3')).toBe('1 (initial 1)\n\n')
    expect(await command(B, monitor, 'disable server app/s3')).toContain(
      'The Monitor does not know app/s3: it runs another version of this deployment;',
    )
    const patched = await ask(B, monitor, '/.limpet/servers/app/s3', '{"state":"maint"}')
    expect(await patched.text()).toContain('The Monitor does not know app/s3')
    const unknown = await ask(B, monitor, '/.limpet/servers/app/s9', '{"state":"maint"}')
    expect(await unknown.text()).toContain('there is no server app/s9')
    // By its name of today, whatever the Monitor calls it.
    const renamed = configOf(server('new', { formerly: ['s1'], url: 'https://s1.example' }), server('s2'))
    expect(await command(A, run(renamed), 'show servers state')).toMatch(/ app 1 s1 - 0 1 /)
  }))

it('states that a Monitor of release 0.1 tells are shown as its own are', () =>
  deployed(async (run) => {
    const checked = configOf(...['s1', 's2', 's3', 's4'].map((name) => server(name, { check: true })))
    const shownOf = async (monitor: Monitor) => ({
      up: (await command(checked, monitor, 'show stat up')).match(/^app,s\d/gm),
      states: (await command(checked, monitor, 'show servers state')).match(/(?<= s\d - )\d \d(?= 1 )/g),
    })
    const old = run(checked, before)
    await old.change('app/s1', { health: 'stopping' }, 'ann')
    await old.change('app/s2', { health: 'down' }, 'ann')
    await old.change('app/s3', { state: 'drain' }, 'ann')
    expect((await old.servers())[0]).not.toHaveProperty('healthState')
    const shown = await shownOf(old)
    expect(shown).toMatchObject({ up: ['app,s1', 'app,s3', 'app,s4'], states: ['3 0', '0 0', '2 8', '2 0'] })
    const own = run(checked)
    // No check has found it down, so the start counts it as up.
    await own.change('app/s2', { health: 'down' }, 'ann')
    expect(await shownOf(own)).toEqual(shown)
  }))

it('what is set of releases lasts through a version that has none, and one that does not know a release', () =>
  deployed(async (run) => {
    const version = (list?: readonly string[]): LimpetConfig => ({
      ...configOf(...['r1', 'r2'].map((name) => server(name, list?.includes(name) ? { release: name } : {}))),
      ...(list ? { backends: [releasing(list)] } : {}),
    })
    const releasing = (list: readonly string[]) => ({
      name: 'app',
      releases: { list: [...list], current: 'r1' },
      servers: list.map((name) => server(name, { release: name })),
    })
    const [both, one, none] = [version(['r1', 'r2']), version(['r1']), version()]
    const states = async (monitor: Monitor) => (await monitor.snapshot()).releases?.['app']
    await run(both).changeRelease('app', { release: 'r2', state: 'canary', share: 0.25 }, 'ann')
    const canary = { name: 'r2', share: 0.25 }
    expect(await states(run(none))).toBeUndefined()
    expect(await states(run(both))).toMatchObject({ current: 'r1', canary })
    expect(await states(run(one))).toMatchObject({ current: 'r1', canary })
    expect(await run(none).changeRelease('app', { release: 'r2', state: 'current' }, 'ann')).toBeUndefined()
    // The release before stores nothing of them, and leaves what is stored.
    expect(await states(run(none, before))).toBeUndefined()
    nowMs += DAY_MS - 1
    const last = run(both)
    expect(await states(last)).toMatchObject({ current: 'r1', canary })
    expect(await command(both, last, 'show releases')).toContain('app r2 canary 25% 1 1')
    expect(await command(both, run(one), 'set release app/r2 state current')).toContain("app has no release 'r2'")
    run(none)
    nowMs += DAY_MS
    run(none)
    expect(await states(run(both))).toMatchObject({ current: 'r1', canary: null })
  }))
