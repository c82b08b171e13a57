// What `limpet explain` says of releases.

import { expect, it } from 'vitest'

import { createPinCodec } from '../releases/pin.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import { COOKIE_KEY } from '../balancer/testing.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { AT_MS, explained, said } from './testing.ts'

const servers = [
  { name: 'a1', release: 'r1', url: 'https://a1.example.com' },
  { name: 'b1', release: 'r2', url: 'https://b1.example.com' },
  { name: 'b2', release: 'r2', url: 'https://b2.example.com' },
]
const app = (releases: object = {}, more: object = {}) =>
  ({
    frontends: [{ name: 'www', defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        cookie: { name: 'SRV', format: 'haproxy' },
        servers,
        releases: { list: ['r1', 'r2'], current: 'r2', ...releases },
        ...more,
      },
    ],
  }) as unknown as LimpetConfig
const NAVIGATES = { 'sec-fetch-dest': 'document' }

async function pinOf(release: string) {
  const codec = await createPinCodec(await importCookieKeys(COOKIE_KEY), ['app'], 'RELEASE', ['r1', 'r2'])
  const nowS = AT_MS / 1000
  return `RELEASE=${await codec.encode(release, 7, { lastS: nowS, firstS: nowS })}`
}

it('a new client gets the current release', async () => {
  expect(await said('Release', app(), { headers: NAVIGATES })).toEqual([
    'The request is a document, which is loaded into a tab. It brings no pin.',
    'r2: nothing else names one, and new documents of the client come from it.',
    'Releases: r1 is new, r2 is current (100 % of the clients).',
  ])
  const { release, servers: read, choice } = await explained(app(), { headers: NAVIGATES })
  expect(release).toEqual({
    kind: 'document',
    pin: 'none',
    name: 'r2',
    by: 'draw',
    arm: 'r2',
    states: [
      { release: 'r1', state: 'new', share: null },
      { release: 'r2', state: 'current', share: 1 },
    ],
  })
  expect(read.map((each) => [each.server, each.release, each.leftOut])).toEqual([
    ['a1', 'r1', 'release'],
    ['b1', 'r2', null],
    ['b2', 'r2', null],
  ])
  expect(choice).toMatchObject({ by: 'balance', among: ['b1', 'b2'] })
})

it('what an operator has set since counts, not the configuration', async () => {
  const list = { list: ['r0', 'r1', 'r2', 'r3'] }
  const set = {
    app: { current: 'r1', canary: { name: 'r2', share: 0.1 }, states: { r0: 'kept', r3: 'aborted' } },
  } as const
  const asked = { headers: { ...NAVIGATES, cookie: await pinOf('r1') } }
  const { release, choice } = await explained(app(list), asked, { releases: set })
  expect(release).toMatchObject({
    states: [
      { release: 'r0', state: 'kept', share: null },
      { release: 'r1', state: 'current', share: 0.9 },
      { release: 'r2', state: 'canary', share: 0.1 },
      { release: 'r3', state: 'aborted', share: null },
    ],
  })
  expect(await said('Release', app(list), asked, { releases: set })).toContain(
    'Releases: r0 is kept, r1 is current (90 % of the clients), r2 is the canary (10 % of the clients), r3 is aborted.',
  )
  const all = { app: { current: 'r1', canary: null, states: {} } } as const
  const drawn = await explained(app(), { headers: NAVIGATES }, { releases: all })
  expect(drawn.release).toMatchObject({ name: 'r1', by: 'draw' })
  expect(drawn.choice).toMatchObject({ server: 'a1' })
  expect(choice).toMatchObject({ server: 'a1' })
  // A pin of a release that has ended is worth nothing.
  const ended = { app: { current: 'r2', canary: null, states: { r1: 'ended' } } } as const
  expect((await explained(app(), asked, { releases: ended })).release).toMatchObject({ pin: 'void', name: 'r2' })
})

it('states under a former name of the backend count', async () => {
  const set = { old: { current: 'r1', canary: null, states: {} } } as const
  const renamed = await explained(app({}, { formerly: 'old' }), { headers: NAVIGATES }, { releases: set })
  expect(renamed.release).toMatchObject({ name: 'r1', states: [{ state: 'current' }, { state: 'new' }] })
})

it('a pin decides, and a server of another release is nobody’s', async () => {
  const cookie = `${await pinOf('r1')}; SRV=b1`
  const asked = { headers: { cookie } }
  expect(await said('Release', app(), asked)).toEqual([
    'The request is a part of a page, or no page. Its pin is valid.',
    'r1: the pin names it.',
    'Releases: r1 is new, r2 is current (100 % of the clients).',
  ])
  const { choice, cookie: read, answer } = await explained(app(), asked)
  expect(choice).toMatchObject({ server: 'a1', by: 'balance' })
  expect(read?.verdict).toBe('unused')
  expect(answer.verdict).toBe('UI')
  expect(await said('Servers', app(), asked)).toContain(
    'b1: UP, weight 1: no new clients, because it runs another release.',
  )
})

it('the server of a client from before decides', async () => {
  const { release, choice } = await explained(app(), { headers: { ...NAVIGATES, cookie: 'SRV=a1' } })
  expect(release).toMatchObject({ name: 'r1', by: 'server' })
  expect(choice).toMatchObject({ server: 'a1', by: 'cookie' })
})

it('a rule decides', async () => {
  const { release, choice } = await explained(app({}, { useServer: [{ server: 'a1' }] }))
  expect(release).toMatchObject({ name: 'r1', by: 'use' })
  expect(choice).toMatchObject({ server: 'a1', by: 'use-server' })
})

it('a useRelease rule whose release has no server is passed over', async () => {
  const config = app({}, { useRelease: [{ if: { hdr: { name: 'x-tester' } }, release: 'r1' }] })
  const asked = { headers: { ...NAVIGATES, 'x-tester': '1' } }
  const used = await explained(config, asked)
  expect(used.release).toMatchObject({ name: 'r1', by: 'use' })
  expect(used.rules.map(({ kind, changes }) => [kind, changes])).toEqual([['use-release', []]])
  const states = { 'app/a1': { admin: 'maint', health: 'up', weight: 1 } } as const
  const { release, rules } = await explained(config, asked, { states })
  expect(release).toMatchObject({ name: 'r2', by: 'draw' })
  expect(rules.map(({ changes }) => changes)).toEqual([
    ['is passed over: r1 has no server for new clients, or has ended'],
  ])
})

it('a release without servers', async () => {
  const states = {
    'app/b1': { admin: 'ready', health: 'down', weight: 1 },
    'app/b2': { admin: 'ready', health: 'down', weight: 1 },
  } as const
  expect(await said('Release', app(), { headers: NAVIGATES }, { states })).toEqual([
    'The request is a document, which is loaded into a tab. It brings no pin.',
    "r1: no server of the client's release can be used.",
    'Releases: r1 is new, r2 is current (100 % of the clients).',
  ])
})

it('without a key nobody can tell what a pin is worth, and what is written is not shown', async () => {
  const facts = { cookieKeys: [] }
  const { release, answer } = await explained(app(), { headers: { ...NAVIGATES, cookie: await pinOf('r1') } }, facts)
  expect(release?.pin).toBe('no-key')
  expect(answer.headers).toContainEqual(['set-cookie', expect.stringContaining('RELEASE=(sealed);')])
})

it('of a backend without them it says nothing', async () => {
  const { release } = await explained(
    app({}, { releases: undefined, servers: servers.map((server) => ({ ...server, release: undefined })) }),
  )
  expect(release).toBeNull()
})

it.each([
  [0.9, 0.1],
  [0.28, 0.72],
])('a canary with %d of the clients leaves %d', async (share, rest) => {
  const set = { app: { current: 'r1', canary: { name: 'r2', share }, states: {} } } as const
  const { release } = await explained(app(), { headers: NAVIGATES }, { releases: set })
  expect(release!.states).toEqual([
    { release: 'r1', state: 'current', share: rest },
    { release: 'r2', state: 'canary', share },
  ])
})
