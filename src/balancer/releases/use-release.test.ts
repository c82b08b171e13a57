// Testers look at a release that nobody else gets.

import { describe, expect, it, vi } from 'vitest'

import { answers } from '../testing.ts'
import { FETCHES, NAVIGATES, site } from './testing.ts'
import type { Browser } from './testing.ts'

const TESTER = { 'x-tester': '1' }
const withRule = (releases: object = {}) =>
  site({ useRelease: [{ if: { hdr: { name: 'x-tester' } }, release: 'r2' }] }, releases)

describe('useRelease', () => {
  it('gives the release, on one of its servers, to whom the condition holds for', async () => {
    const { browser } = await withRule()
    const client = browser()
    const first = await client.document('/', TESTER)
    expect(first).toMatchObject({ body: expect.stringMatching(/^b/), release: 'r2 by use' })
    expect((await client.part('/api', TESTER)).body).toBe(first.body)
    expect((await browser('192.0.2.2').document()).release).toBe('r1 by draw')
  })

  it('decides before the pin, which names what the client gets without the rule', async () => {
    const { browser } = await withRule()
    const client = browser()
    await client.document()
    const pin = client.jar.get('RELEASE')
    expect(pin).toBeDefined()
    expect((await client.document('/', TESTER)).release).toBe('r2 by use')
    expect(client.jar.get('RELEASE')).toBe(pin)
    expect((await client.document()).release).toBe('r1 by pin')
  })

  it('is passed over while the release has no server for new clients, and when it has ended', async () => {
    const { browser, down, up, set } = await withRule()
    down('b1', 'b2')
    expect((await browser().document('/', TESTER)).release).toBe('r1 by draw')
    up('b1', 'b2')
    set({ states: { r2: 'ended' } })
    expect((await browser().document('/', TESTER)).release).toBe('r1 by draw')
    set({ states: {} })
    expect((await browser().document('/', TESTER)).release).toBe('r2 by use')
  })
})

const RULES = {
  useRelease: [{ if: { hdr: { name: 'x-tester' } }, release: 'r2' }],
} as const
const USES_SERVER = { useServer: [{ if: { hdr: { name: 'x-tester' } }, server: 'b2' }] } as const
const OVERTAKES = { canary: { name: 'r2', share: 0.004 } } as const

describe('when the condition ends', () => {
  // The bucket of none of these clients is the one that the canary gets.
  const ports = { random: () => 0.5 }

  it.each([
    ['a document, own', 'own', 'document', RULES],
    ['a document, current', 'current', 'document', RULES],
    ['a part, own', 'own', 'part', RULES],
    ['a part, current', 'current', 'part', RULES],
    ['a server of its own, own', 'own', 'document', USES_SERVER],
    ['a server of its own, current', 'current', 'part', USES_SERVER],
  ] as const)(
    'a tester who began with %s is of the release that everybody gets',
    async (_, documents, first, rules) => {
      const { browser, set } = await site(rules, { documents }, ports)
      set(OVERTAKES)
      for (const next of ['document', 'part', 'asset'] as const) {
        const client = browser()
        const { body } = await client[first]('/', TESTER)
        expect(body).toMatch(/^b/)
        // The session of the tester stays on its server while the condition holds.
        for (const kind of ['part', 'document'] as const)
          expect(await client[kind]('/', TESTER)).toMatchObject({ body, release: 'r2 by use' })
        expect((await client[next]()).body).toMatch(/^a/)
        expect((await client.document()).body).toMatch(/^a/)
        expect((await client.part()).release).toBe('r1 by pin')
      }
    },
  )

  it.each([
    ['loaded ahead', (client: Browser) => client.ask('/', { ...NAVIGATES, ...TESTER, 'sec-purpose': 'prefetch' })],
    ['live', (client: Browser) => client.ask('/_app/version.json', { ...FETCHES, ...TESTER })],
    ['for everybody', (client: Browser) => client.part('/public', TESTER)],
    ['named by its page', (client: Browser) => client.part('/api?dpl=r2', TESTER)],
  ])('one whose first answer is %s is, too', async (_, begin) => {
    const { browser, set, held } = await site(
      { ...RULES, cookie: { name: 'SRV', format: 'haproxy', skipCacheable: false } },
      { ids: [{ query: 'dpl' }] },
      ports,
    )
    set(OVERTAKES)
    for (const name of ['b1', 'b2'])
      held.servers.set(name, answers(200, { 'cache-control': 'public, max-age=60' }, name))
    const client = browser()
    const { body, sets } = await begin(client)
    expect(body).toMatch(/^b/)
    expect(sets).toHaveProperty('SRV')
    expect((await client.part()).release).toBe('r1 by pin')
    expect((await client.document()).body).toMatch(/^a/)
  })

  it.each([RULES, USES_SERVER])('one whose pin was over is of its arm, parts included', async (rules) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const { browser, set } = await site(rules, {}, ports)
    set(OVERTAKES)
    const client = browser()
    await client.part('/', TESTER)
    vi.setSystemTime(Date.now() + 2 * 3600_000)
    expect((await client.part('/', TESTER)).release).toBe('r2 by use')
    expect((await client.part()).body).toMatch(/^a/)
    vi.useRealTimers()
  })

  it('a client from before the backend had releases is of the release that it came from', async () => {
    const { browser, set } = await site(RULES, {}, ports)
    set({ current: 'r2', states: { r1: 'kept' } })
    const client = browser()
    client.jar.set('SRV', 'a2')
    expect((await client.document('/', TESTER)).release).toBe('r2 by use')
    expect((await client.document()).release).toBe('r1 by pin')
  })

  it('a client without a rule is unchanged', async () => {
    const { browser, set } = await site(RULES, {}, ports)
    set({ current: 'r2', states: { r1: 'kept' } })
    for (const server of ['a2', 'b2']) {
      const client = browser()
      client.jar.set('SRV', server)
      expect(await client.part()).toMatchObject({ body: server, release: expect.stringContaining('by server') })
    }
  })
})

describe('a client that keeps no pin', () => {
  const STICK = {
    ...RULES,
    cookie: undefined,
    stickTable: { type: 'string', size: 100, expire: '1h', hashKeys: false },
    stick: [{ on: 'req.hdr(x-user)' }],
  }
  const ANN = { 'x-user': 'ann' }

  it('and is known by a table has one server while the rule holds, and its own one afterwards', async () => {
    const { browser, set } = await site(STICK)
    set(OVERTAKES)
    const ask = async (headers: Readonly<Record<string, string>>) => (await browser().part('/', headers)).body
    const before = await ask(ANN)
    const others = ['bob', 'cat', 'dan', 'eve'].map((user) => ({ 'x-user': user, ...TESTER }))
    const testers = [{ ...ANN, ...TESTER }, ...others]
    const first = await Promise.all(testers.map(ask))
    expect(new Set(first)).toEqual(new Set(['b1', 'b2']))
    for (let i = 0; i < 3; i++) expect(await Promise.all(testers.map(ask))).toEqual(first)
    for (let i = 0; i < 3; i++) expect(await ask(ANN)).toBe(before)
    expect(await ask({ 'x-user': 'bob' })).toMatch(/^a/)
  })

  it('keeps the session that the release began, by its key', async () => {
    const stick = [{ on: 'req.cook(SID)' }, { storeResponse: 'res.cook(SID)' }]
    const { browser, held } = await site({ ...STICK, stick })
    held.servers.set('b1', answers(200, { 'set-cookie': 'SID=one' }, 'b1'))
    const client = browser()
    expect((await client.part('/', TESTER)).body).toBe('b1')
    for (let i = 0; i < 3; i++) expect((await client.part('/', TESTER)).body).toBe('b1')
  })
})
