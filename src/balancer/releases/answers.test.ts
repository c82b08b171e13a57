// What becomes of an answer: the pin, what caches may do with it, and files that another release has.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { answers } from '../testing.ts'
import { FETCHES, LOADS, NAVIGATES, SERVERS, server, site } from './testing.ts'

const START_MS = 1_800_000_000_000
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: START_MS }))
afterEach(() => void vi.useRealTimers())
const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

const R2 = { current: 'r2', states: { r1: 'kept' } } as const
const PUBLIC = { 'cache-control': 'public, max-age=3600' }
const IMMUTABLE = { 'cache-control': 'public, max-age=31536000, immutable' }
const POST = { method: 'POST' }

describe('a pin is written', () => {
  it('with the first document, whatever its status, and then when it changes', async () => {
    const { browser, set, held } = await site({ cookie: undefined }, { documents: 'current' })
    const client = browser()
    for (const status of [200, 304, 404, 500, 302]) {
      for (const name of ['a1', 'a2']) held.servers.set(name, answers(status, { location: '/x' }))
      const got = await browser().document()
      expect([got.status, got.sets['RELEASE']?.length]).toEqual([status, 35])
    }
    await client.document()
    for (let i = 0; i < 3; i++) {
      wait(3600)
      expect((await client.document()).sets).toEqual({})
    }
    set(R2)
    expect((await client.document()).sets['RELEASE']).toHaveLength(35)
    expect((await client.document()).sets).toEqual({})
  })

  it("under 'own' again with each eighth of maxidle, by documents and parts", async () => {
    const { browser } = await site({ cookie: undefined })
    const client = browser()
    await client.document()
    expect((await client.document()).sets).toEqual({})
    expect((await client.part()).sets).toEqual({})
    wait(225)
    const first = (await client.part()).sets['RELEASE']
    expect(first).toHaveLength(46)
    expect((await client.part()).sets).toEqual({})
    wait(225)
    const second = (await client.document()).sets['RELEASE']
    expect(second).toHaveLength(46)
    expect(second).not.toBe(first)
  })

  it('with attributes that no script and no other site need', async () => {
    const lineOf = async (cookie: object) => {
      const { held } = await site({ cookie: undefined }, { cookie })
      const request = new Request('http://www.example.com/', { headers: NAVIGATES })
      const response = await held.handle(request, {
        peerAddress: '192.0.2.1',
        peerPort: () => 1,
        socket: { port: undefined, frontends: undefined },
        onCloudflare: false,
        lifetime: { waitUntil: () => undefined },
      })
      return response.headers.getSetCookie()[0]!.replace(/=[^;]*/, '=VALUE')
    }
    expect(await lineOf({})).toBe('RELEASE=VALUE; path=/; HttpOnly; SameSite=Lax')
    expect(await lineOf({ name: 'R', domain: '.example.com', secure: true, attr: ['Priority=High'] })).toBe(
      'R=VALUE; path=/; domain=.example.com; HttpOnly; Secure; Priority=High',
    )
  })

  it('once for a client that never asks for a document, and not with what caches hand to everybody', async () => {
    const { browser, held } = await site({ cookie: undefined })
    for (const name of ['a1', 'a2']) held.servers.set(name, answers(200, PUBLIC, 'x'))
    const client = browser()
    expect((await client.part()).sets).toEqual({})
    expect((await client.part('/api', { cookie: 'session=1' })).sets['RELEASE']).toHaveLength(46)
    expect((await client.part()).sets).toEqual({})
    for (const name of ['a1', 'a2']) held.servers.set(name, answers(200, { ...PUBLIC, 'set-cookie': 'session=1' }))
    const got = await browser().part()
    expect(Object.keys(got.sets)).toEqual(['session', 'RELEASE'])
  })

  it.each([
    ['ahead', '/b', { ...NAVIGATES, 'sec-purpose': 'prefetch' }],
    ['live', '/_app/version.json', FETCHES],
    ['an asset', '/assets/a.js', LOADS],
  ])('never with %s', async (_, path, headers) => {
    const { browser } = await site({ cookie: undefined })
    expect((await browser().ask(path, headers)).sets).toEqual({})
  })

  it('and the server’s cookie is not set on an asset either, unless that is the application’s own', async () => {
    const { browser } = await site()
    expect((await browser().asset()).sets).toEqual({})
    const prefixed = await site({ cookie: { name: 'SID', mode: 'prefix', format: 'haproxy' } })
    prefixed.held.servers.set('a1', answers(200, { 'set-cookie': 'SID=1' }))
    expect((await prefixed.browser().asset()).sets).toEqual({ SID: 'a1~1' })
  })

  it('in place of one of its name that the application sets', async () => {
    const { browser, held } = await site({ cookie: undefined })
    held.servers.set('a1', answers(200, { 'set-cookie': 'RELEASE=mine' }))
    held.servers.set('a2', answers(200, { 'set-cookie': 'RELEASE=mine' }))
    const client = browser()
    const { sets } = await client.document()
    expect(sets['RELEASE']).toHaveLength(46)
    expect((await client.document()).sets).toEqual({})
    expect((await client.asset()).sets).toEqual({})
  })
})

describe('what a server sees', () => {
  it('no pin, but its id and the other cookies', async () => {
    const { browser, held } = await site({}, { ids: [{ query: 'dpl' }] })
    const client = browser()
    client.jar.set('a', '1')
    await client.document()
    await client.part('/x?dpl=r1')
    expect(held.sent.at(-1)!.headers.get('cookie')).toBe('a=1')
    expect(held.sent.at(-1)!.url.search).toBe('?dpl=r1')
  })

  const CONDITIONS = {
    'if-none-match': '"x"',
    'if-modified-since': 'Tue, 01 Jan 2030 00:00:00 GMT',
    'if-range': '"x"',
  }
  const conditionsOf = (headers: Headers) => Object.keys(CONDITIONS).filter((name) => headers.has(name))

  it('no condition of a document that changes its release: a 304 would bring the old one back', async () => {
    const { browser, set, held } = await site({}, { documents: 'current' })
    const client = browser()
    await client.document('/', CONDITIONS)
    expect(conditionsOf(held.sent.at(-1)!.headers)).toEqual([])
    await client.document('/', CONDITIONS)
    expect(conditionsOf(held.sent.at(-1)!.headers)).toEqual(Object.keys(CONDITIONS))
    set(R2)
    await client.part('/api', CONDITIONS)
    expect(conditionsOf(held.sent.at(-1)!.headers)).toEqual(Object.keys(CONDITIONS))
    await client.document('/', CONDITIONS)
    expect(conditionsOf(held.sent.at(-1)!.headers)).toEqual([])
    await client.document('/', CONDITIONS)
    expect(conditionsOf(held.sent.at(-1)!.headers)).toEqual(Object.keys(CONDITIONS))
  })

  it('nor of one that another release serves because its own is gone', async () => {
    const { browser, set, held, down } = await site()
    const client = browser()
    await client.document()
    set(R2)
    down('a1', 'a2')
    await client.document('/', CONDITIONS)
    expect(conditionsOf(held.sent.at(-1)!.headers)).toEqual([])
  })
})

describe('caches', () => {
  const cacheControl = async (
    kind: 'document' | 'part' | 'asset',
    states: object = {},
    headers: Record<string, string> = PUBLIC,
  ) => {
    const { browser, held, set } = await site({ cookie: undefined })
    for (const name of ['a1', 'a2', 'b1', 'b2']) held.servers.set(name, answers(200, headers, 'x'))
    const client = browser()
    await client.document()
    set(states)
    return (await client[kind]()).headers.get('cache-control')
  }

  it.each(['document', 'part'] as const)('shared ones keep no %s while two releases have one URL', async (kind) => {
    expect(await cacheControl(kind)).toBe('public, max-age=3600, private')
    expect(await cacheControl(kind, {}, { 'cache-control': 'no-store' })).toBe('no-store')
    expect(await cacheControl(kind, { states: { r2: 'ended' } })).toBe('public, max-age=3600')
  })

  it('they keep assets, whose names are their content', async () => {
    expect(await cacheControl('asset', {}, IMMUTABLE)).toBe(IMMUTABLE['cache-control'])
  })

  it('`private` is written once', async () => {
    const { browser, held } = await site()
    for (const name of ['a1', 'a2']) held.servers.set(name, answers(200, { etag: '"x"' }, 'x'))
    expect((await browser().document()).headers.get('cache-control')).toBe('private')
  })
})

describe('rescue', () => {
  const HTML = { 'content-type': 'text/html; charset=utf-8' }
  const SCRIPT = { ...IMMUTABLE, 'content-type': 'text/javascript' }

  async function rescuing(releases: object = {}, app: object = {}) {
    const made = await site({ cookie: undefined, ...app }, releases)
    made.set(R2)
    for (const name of ['b1', 'b2']) made.held.servers.set(name, answers(404, {}, 'none'))
    for (const name of ['a1', 'a2']) made.held.servers.set(name, answers(200, SCRIPT, 'old file'))
    return { ...made, client: made.browser() }
  }
  const sentFor = async (made: Awaited<ReturnType<typeof rescuing>>, ask: () => Promise<unknown>) => {
    const before = made.held.sent.length
    await ask()
    return made.held.sent
      .slice(before)
      .map((one) => one.server)
      .join(' ')
  }

  it.each([
    ['404', 404, {}],
    ['410', 410, {}],
    ['a page in place of a script', 200, HTML],
  ])('%s: the file of the release that has it, as it is', async (_, status, headers) => {
    const made = await rescuing()
    for (const name of ['b1', 'b2']) made.held.servers.set(name, answers(status, headers, 'none'))
    const got = await made.client.asset()
    expect([got.status, got.body, got.headers.get('cache-control'), got.sets]).toEqual([
      200,
      'old file',
      IMMUTABLE['cache-control'],
      {},
    ])
    expect(made.held.lines.at(-1)).toMatchObject({ release: 'r2', rescuedFrom: 'r1', server: 'a1' })
  })

  it('a file by its ending, where the browser does not say what it loads', async () => {
    const made = await rescuing()
    for (const name of ['b1', 'b2']) made.held.servers.set(name, answers(200, HTML, 'page'))
    expect((await made.client.ask('/assets/a.css', {})).body).toBe('old file')
    expect((await made.client.ask('/assets/a.pdf', {})).body).toBe('page')
  })

  it('the first answer, where no release has the file', async () => {
    const made = await rescuing()
    for (const name of ['a1', 'a2']) made.held.servers.set(name, answers(404, {}, 'none either'))
    expect(await sentFor(made, () => made.client.asset())).toBe('b1 a1')
    expect(await made.client.asset()).toMatchObject({ status: 404, body: 'none' })
    for (const name of ['a1', 'a2']) made.held.servers.set(name, answers(200, HTML, 'page'))
    wait(11)
    expect(await made.client.asset()).toMatchObject({ status: 404, body: 'none' })
  })

  it('a part, a document, a POST are not asked for elsewhere', async () => {
    const made = await rescuing()
    expect((await made.client.part()).status).toBe(404)
    expect((await made.client.document()).status).toBe(404)
    expect((await made.client.part('/assets/a.js', LOADS, POST)).status).toBe(404)
    expect(made.held.sent.map((one) => one.server).join(' ')).not.toContain('a')
  })

  it('what was found is found at once, what was missed is not looked for again for a while', async () => {
    const made = await rescuing({ list: ['r0', 'r1', 'r2'] }, { servers: [...SERVERS, server('z1', 'r0')] })
    made.held.servers.set('z1', answers(404))
    made.set({ current: 'r2', states: { r0: 'kept', r1: 'kept' } })
    made.held.servers.set('a1', answers(404))
    made.held.servers.set('a2', answers(404))
    expect(await sentFor(made, () => made.client.asset('/assets/z.js'))).toBe('b1 a1 z1')
    expect(await sentFor(made, () => made.client.asset('/assets/z.js'))).toBe('b2')
    made.held.servers.set('z1', answers(200, SCRIPT, 'oldest'))
    wait(11)
    expect(await sentFor(made, () => made.client.asset('/assets/z.js'))).toBe('b1 a2 z1')
    expect(await sentFor(made, () => made.client.asset('/assets/z.js'))).toBe('b2 z1')
  })

  it('looking for files that never were costs servers a tenth more', async () => {
    const made = await rescuing()
    for (const name of ['a1', 'a2']) made.held.servers.set(name, answers(404))
    const asked = 2000
    for (let i = 0; i < asked; i++) await made.client.asset(`/assets/${i}.js`)
    const burst = 100
    expect(made.held.sent.length).toBeLessThanOrEqual(asked * 1.1 + burst)
    expect(made.held.sent.length).toBeGreaterThan(asked * 1.05)
  })

  it('no ended release, no more than four, and one that fails is passed by', async () => {
    const names = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']
    const servers = names.map((name) => server(`s-${name}`, name))
    const made = await rescuing({ list: names }, { servers })
    for (const { name } of servers) made.held.servers.set(name, answers(404))
    made.set({ current: 'r2', states: { r6: 'ended' } })
    expect(await sentFor(made, () => made.client.asset('/assets/1.js'))).toBe('s-r2 s-r5 s-r4 s-r3 s-r1')
    made.held.servers.set('s-r5', () => Promise.reject(new Error('reset')))
    made.held.servers.set('s-r4', answers(200, SCRIPT, 'there'))
    expect((await made.client.asset('/assets/2.js')).body).toBe('there')
  })

  it('a server without a free slot is not waited for', async () => {
    const servers = SERVERS.map((each) => ({ ...each, maxconn: 1 }))
    const made = await rescuing({}, { servers })
    expect((await made.client.asset('/assets/1.js')).body).toBe('old file')
    const hang = new Promise<never>(() => undefined)
    for (const name of ['a1', 'a2']) made.held.servers.set(name, () => hang)
    const old = made.browser('192.0.2.7')
    made.set({ current: 'r1' })
    void old.part()
    void old.part()
    await new Promise((resolve) => setTimeout(resolve, 5))
    made.set({ current: 'r2' })
    expect((await made.client.asset('/assets/2.js')).status).toBe(404)
  })

  it('is off when it is off', async () => {
    const made = await rescuing({ rescue: false })
    expect((await made.client.asset()).status).toBe(404)
  })

  it('counts what it sends at the server that was asked', async () => {
    const made = await rescuing()
    await made.client.asset()
    const { counts } = made.held.tallies.get('server:app/a1')!
    expect([counts.stot, counts.lbtot]).toEqual([1, 1])
  })
})

describe('the sample `release`', () => {
  it('may be set as a header, for the application’s statistics', async () => {
    const responseRules = [{ do: { setHeader: { name: 'x-release', value: '%[release]' } } }]
    const { browser, set, down } = await site({ responseRules })
    const client = browser()
    expect((await client.document()).headers.get('x-release')).toBe('r1')
    set(R2)
    expect((await browser().document()).headers.get('x-release')).toBe('r2')
    down('a1', 'a2', 'b1', 'b2')
    expect((await client.part()).headers.get('x-release')).toBe('')
  })
})
