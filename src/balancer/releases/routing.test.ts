// Which release a request gets, through a whole balancer: rules, ids, pins, servers, the draw, and what happens when nobody is there.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { armOf } from '../../releases/arm.ts'
import { FETCHES, NAVIGATES, SERVERS, server, site } from './testing.ts'
import type { Browser, Got } from './testing.ts'

const START_MS = 1_800_000_000_000
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: START_MS }))
afterEach(() => void vi.useRealTimers())
const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

const R2 = { current: 'r2', states: { r1: 'kept' } } as const
const of = ({ body, release }: Got) => `${body.slice(0, 1)}: ${release}`
const POST = { method: 'POST' }

describe('a client stays on the release that its page was loaded from', () => {
  it("under 'own' with its documents, too, until the pin is over", async () => {
    const { browser, set } = await site()
    const client = browser()
    expect(of(await client.document())).toBe('a: r1 by draw')
    set(R2)
    expect(of(await client.part())).toBe('a: r1 by pin')
    expect(of(await client.part('/save', {}, POST))).toBe('a: r1 by pin')
    expect(of(await client.asset())).toBe('a: r1 by pin')
    expect(of(await client.document())).toBe('a: r1 by pin')
    expect(of(await browser().document())).toBe('b: r2 by draw')
    wait(1800 + 226)
    const asleep = await client.part()
    expect([of(asleep), asleep.sets['RELEASE']]).toEqual(['a: r1 by server', undefined])
    expect(of(await client.document())).toBe('b: r2 by draw')
    expect(of(await client.part())).toBe('b: r2 by pin')
  })

  it('no longer than maxlife, however often it comes', async () => {
    const { browser, set } = await site()
    const client = browser()
    await client.document()
    set(R2)
    for (let minutes = 0; minutes < 24 * 60; minutes += 20) {
      expect(of(await client.part())).toBe('a: r1 by pin')
      wait(1200)
    }
    wait(1200 * 3)
    await client.part()
    expect(of(await client.document())).toBe('b: r2 by draw')
  })

  it("under 'current' until its next document", async () => {
    const { browser, set } = await site({}, { documents: 'current' })
    const client = browser()
    expect(of(await client.document())).toBe('a: r1 by draw')
    set(R2)
    expect(of(await client.part())).toBe('a: r1 by pin')
    expect(of(await client.part('/save', { ...NAVIGATES }, POST))).toBe('a: r1 by pin')
    expect(of(await client.document())).toBe('b: r2 by draw')
    expect(of(await client.part())).toBe('b: r2 by pin')
    expect(of(await client.asset())).toBe('b: r2 by pin')
  })

  it('without a cookie for servers, and with sealed ones', async () => {
    for (const cookie of [undefined, { name: 'SRV' }]) {
      const { browser, set } = await site({ cookie })
      const client = browser()
      await client.document()
      set(R2)
      for (let i = 0; i < 4; i++) expect(of(await client.part())).toBe('a: r1 by pin')
    }
  })

  it('but a page of a newer version is announced to it', async () => {
    const { browser, set } = await site()
    const client = browser()
    await client.document()
    set(R2)
    expect(of(await client.ask('/_app/version.json', FETCHES))).toBe('b: r2 by live')
    expect(of(await client.part())).toBe('a: r1 by pin')
  })

  it('a page that is loaded ahead is of the release of its tab, and moves no pin', async () => {
    const { browser, set } = await site({}, { documents: 'current' })
    const client = browser()
    await client.document()
    set(R2)
    const ahead = await client.ask('/b', { ...NAVIGATES, 'sec-purpose': 'prefetch' })
    expect([of(ahead), ahead.sets]).toEqual(['a: r1 by pin', {}])
  })

  it('all that a browser sends before the first answer gets one release and one pin', async () => {
    const { browser, set } = await site({}, {}, { random: () => 0.5 })
    const share = 0.5
    set({ canary: { name: 'r2', share } })
    const client = browser()
    const asked = [client.document(), ...Array.from({ length: 20 }, () => client.part()), client.document()]
    const got = await Promise.all(asked)
    expect(new Set(got.map(({ body }) => body.slice(0, 1))).size).toBe(1)
    expect(new Set(got.map(({ sets }) => sets['RELEASE'])).size).toBe(1)
    expect(got[0]!.body.startsWith('b')).toBe(armOf(share, 'r2', 128))
  })

  it('all of them without a document, too', async () => {
    const { browser, set } = await site()
    set({ canary: { name: 'r2', share: 0.5 } })
    const client = browser()
    const got = await Promise.all([client.part(), client.document(), client.part()])
    expect(new Set(got.map(({ body }) => body.slice(0, 1))).size).toBe(1)
  })
})

describe('a request that names its release', () => {
  const ids = [{ query: 'dpl' }, { header: 'x-deployment-id' }]
  const list = [
    { name: 'r1', ids: 'rel-1' },
    { name: 'r2', ids: 'rel-2' },
  ]

  it('gets it, unless it is a document', async () => {
    const { browser, set } = await site({}, { ids, list, documents: 'current' })
    const old = browser()
    await old.document()
    set(R2)
    await old.document()
    expect(of(await old.part())).toBe('b: r2 by pin')
    expect(of(await old.part('/a', { 'x-deployment-id': 'rel-1' }))).toBe('a: r1 by id')
    expect(of(await old.part('/a?dpl=r1', {}, POST))).toBe('a: r1 by id')
    expect(of(await old.asset('/_next/static/a.js?dpl=rel-1'))).toBe('a: r1 by id')
    expect(of(await old.document('/?dpl=rel-1'))).toBe('b: r2 by draw')
    expect(of(await old.part())).toBe('b: r2 by pin')
  })

  it('that is unknown or has ended goes by its pin, and never fails', async () => {
    const { browser, set } = await site({}, { ids, list })
    const client = browser()
    await client.document()
    set({ current: 'r2', states: { r1: 'ended' } })
    const other = browser()
    await other.document()
    for (const id of ['rel-1', 'rel-3', '', 'x'.repeat(5000), '%00'])
      expect(of(await other.part(`/a?dpl=${id}`))).toBe('b: r2 by pin')
  })

  it('makes nobody a client of it', async () => {
    const { browser, set } = await site({}, { ids, list })
    set(R2)
    const client = browser()
    const got = await client.part('/a?dpl=rel-1')
    expect([of(got), got.sets['RELEASE']]).toEqual(['a: r1 by id', undefined])
  })
})

describe('clients from before', () => {
  it('stay with the release of their server', async () => {
    const { browser, set } = await site()
    set(R2)
    const client = browser()
    client.jar.set('SRV', 'a2')
    const got = await client.document()
    expect([got.body, got.release, got.verdict]).toEqual(['a2', 'r1 by server', 'VN'])
    expect(of(await client.part())).toBe('a: r1 by pin')
  })

  it("get the current one under 'current', and the server of the other is not theirs any more", async () => {
    const { browser, set } = await site({}, { documents: 'current' })
    set(R2)
    const client = browser()
    client.jar.set('SRV', 'a2')
    const got = await client.document()
    expect([of(got), got.verdict]).toEqual(['b: r2 by draw', 'UI'])
  })

  it('of a server that is down get another of its release', async () => {
    const { browser, set, down } = await site()
    set(R2)
    down('a2')
    const client = browser()
    client.jar.set('SRV', 'a2')
    const got = await client.part()
    expect([got.body, got.release, got.verdict]).toEqual(['a1', 'r1 by server', 'DI'])
  })

  it('of a release that has ended go to the current one', async () => {
    const { browser, set } = await site()
    set({ current: 'r2', states: { r1: 'ended' } })
    const client = browser()
    client.jar.set('SRV', 'a2')
    const got = await client.part()
    expect([of(got), got.verdict]).toEqual(['b: r2 by draw', 'UI'])
  })

  it('of a value that servers of both releases have keep their release', async () => {
    const servers = [
      server('a1', 'r1', { cookie: 'x' }),
      server('a2', 'r1'),
      server('b1', 'r2', { cookie: 'x' }),
      server('b2', 'r2'),
    ]
    const { browser, set } = await site({ servers })
    const client = browser()
    await client.document()
    set(R2)
    const other = browser()
    await other.document()
    for (const each of [client, other]) each.jar.set('SRV', 'x')
    expect((await client.part()).body).toBe('a1')
    expect((await other.part()).body).toBe('b1')
  })
})

describe('within the release', () => {
  it('the cookie keeps its server, and new clients are balanced', async () => {
    const { browser, set } = await site()
    set(R2)
    const bodies = []
    for (let i = 0; i < 4; i++) bodies.push((await browser().document()).body)
    expect(bodies).toEqual(['b1', 'b2', 'b1', 'b2'])
    const client = browser()
    const { body } = await client.document()
    for (let i = 0; i < 3; i++) expect(await client.part()).toMatchObject({ body, verdict: 'VN' })
  })

  it('failed attempts are tried again at its other servers', async () => {
    const { browser, held } = await site()
    held.servers.set('a1', () => Promise.reject(new Error('connection refused')))
    for (let i = 0; i < 3; i++) expect((await browser().document()).body).toBe('a2')
  })

  it('its own backups come before those of all', async () => {
    const servers = [...SERVERS, server('a3', 'r1', { backup: true })]
    const { browser, down } = await site({ servers })
    down('a1', 'a2')
    expect((await browser().document()).body).toBe('a3')
  })

  it('a hash is taken among its servers', async () => {
    const { browser, set } = await site({ balance: 'source', cookie: undefined })
    const client = browser('198.51.100.7')
    await client.document()
    set(R2)
    const first = (await client.part()).body
    expect(first).toMatch(/^a/)
    for (let i = 0; i < 3; i++) expect((await client.part()).body).toBe(first)
    expect((await browser('198.51.100.7').document()).body).toMatch(/^b/)
  })

  it.each(['leastconn', 'first', 'random', 'static-rr', 'uri'])('balance %s finds them', async (balance) => {
    const servers = SERVERS.map((each) => ({ ...each, maxconn: 2 }))
    const { browser, set } = await site({ balance, servers, cookie: undefined })
    set(R2)
    const asked = await Promise.all(Array.from({ length: 6 }, () => browser().document()))
    expect(asked.map(({ body }) => body.slice(0, 1))).toEqual(['b', 'b', 'b', 'b', 'b', 'b'])
  })
})

describe('a useServer rule', () => {
  const useServer = [{ if: { hdr: { name: 'x-tester' } }, server: 'b2' }]
  it('decides the release, and the pin names what the client gets without it', async () => {
    const { browser } = await site({ useServer })
    const got = await browser().document('/', { 'x-tester': '1' })
    expect([got.body, got.release]).toEqual(['b2', 'r2 by use'])
    expect(got.sets).toHaveProperty('RELEASE')
    const client = browser()
    await client.document()
    const before = client.jar.get('RELEASE')
    expect((await client.document('/', { 'x-tester': '1' })).body).toBe('b2')
    expect(client.jar.get('RELEASE')).toBe(before)
  })
})

describe('the draw', () => {
  it('gives a canary its share, by bucket', async () => {
    let bucket = 0
    const { browser, set } = await site({ cookie: undefined }, {}, { random: () => bucket / 256 })
    set({ canary: { name: 'r2', share: 0.25 } })
    let drawn = 0
    for (; bucket < 256; bucket++) {
      const { body } = await browser(`192.0.2.${bucket}`).document()
      expect(body.startsWith('b')).toBe(armOf(0.25, 'r2', bucket))
      if (body.startsWith('b')) drawn += 1
    }
    expect(drawn).toBe(64)
  })

  it("a client's bucket stays, so a larger share takes in and an abort leaves nobody", async () => {
    let bucket = 0
    const { browser, set } = await site({ cookie: undefined }, { documents: 'current' }, { random: () => bucket / 256 })
    const clients: Browser[] = []
    for (; bucket < 256; bucket++) {
      const client = browser(`192.0.2.${bucket}`)
      await client.document()
      clients.push(client)
    }
    const onCanary = async () =>
      (await Promise.all(clients.map((client) => client.document()))).map(({ body }) => body.startsWith('b'))
    const at = async (share: number) => (set({ canary: { name: 'r2', share } }), onCanary())
    const [ten, quarter, half] = [await at(0.1), await at(0.25), await at(0.5)]
    const count = (all: readonly boolean[]) => all.filter(Boolean).length
    expect([ten, quarter, half].map(count)).toEqual([26, 64, 128])
    expect(ten.every((is, i) => !is || quarter[i]) && quarter.every((is, i) => !is || half[i])).toBe(true)
    expect(await at(0.25)).toEqual(quarter)
    set({ canary: null, states: { r2: 'aborted' } })
    expect(count(await onCanary())).toBe(0)
  })

  it('a client without cookies stays in its arm', async () => {
    const { browser, set } = await site()
    set({ canary: { name: 'r2', share: 0.5 } })
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']) {
      const arms = new Set<string>()
      for (let i = 0; i < 25; i++) {
        wait(11)
        arms.add((await browser(address).part()).body.slice(0, 1))
      }
      expect(arms.size).toBe(1)
    }
  })

  it('of a canary without servers is the current release', async () => {
    const { browser, set, down } = await site()
    set({ canary: { name: 'r2', share: 1 } })
    expect(of(await browser().document())).toBe('b: r2 by draw')
    down('b1', 'b2')
    expect(of(await browser().document())).toBe('a: r1 by draw')
  })

  it('by a sample keeps all clients of one value together', async () => {
    const { browser, set } = await site({}, { draw: 'req.hdr(x-tenant)' })
    set({ canary: { name: 'r2', share: 0.5 } })
    const arms = []
    for (let tenant = 0; tenant < 20; tenant++) {
      const got = []
      for (let i = 0; i < 4; i++)
        got.push((await browser(`192.0.2.${i}`).document('/', { 'x-tenant': `t${tenant}` })).body.slice(0, 1))
      expect(new Set(got).size).toBe(1)
      arms.push(got[0])
    }
    expect(new Set(arms).size).toBe(2)
  })

  it('by the address keeps an address together', async () => {
    const { browser, set } = await site({}, { draw: 'source' })
    set({ canary: { name: 'r2', share: 0.5 } })
    const got = []
    for (let i = 0; i < 8; i++) got.push((await browser('192.0.2.9').document()).body.slice(0, 1))
    expect(new Set(got).size).toBe(1)
  })
})

describe('when the release has no server left', () => {
  async function pinned(app: object = {}, releases: object = {}) {
    const made = await site(app, releases)
    const client = made.browser()
    await client.document()
    made.set(R2)
    made.down('a1', 'a2')
    return { ...made, client }
  }

  it('a document goes to the current one, and the pin follows', async () => {
    const { client, up } = await pinned()
    expect(of(await client.document())).toBe('b: r2 by down')
    up('a1')
    expect(of(await client.document())).toBe('b: r2 by pin')
  })

  it.each([
    ['a part', {}],
    ['a POST', POST],
  ])('%s goes there, too, and the pin stays', async (_, init) => {
    const { client, up, held } = await pinned()
    const got = await client.part('/api', {}, init)
    expect([of(got), got.verdict, got.sets['RELEASE']]).toEqual(['b: r2 by down', 'DI', undefined])
    expect(held.lines.at(-1)!.redispatches).toBe(1)
    up('a1')
    expect(of(await client.part())).toBe('a: r1 by pin')
  })

  it('an asset goes there, too', async () => {
    const { client } = await pinned()
    const got = await client.asset()
    expect([of(got), got.sets]).toEqual(['b: r2 by down', {}])
  })

  it.each([
    ['onDown: 503', { onDown: 503 }, 503],
    ['onDown: 404', { onDown: 404 }, 404],
    ['redispatch: false', { redispatch: false }, 503],
  ])('%s: its clients get the status, and others another release', async (_, app, status) => {
    const { client, browser, set } = await pinned(app)
    expect((await client.part()).status).toBe(status)
    expect((await client.document()).status).toBe(status)
    set({ current: 'r1', states: { r2: 'kept' } })
    expect(of(await browser().document())).toBe('b: r2 by down')
  })

  it.each([
    ['persist', { persist: true }],
    ['force-persist', { persistRules: [{ do: 'force' }] }],
  ])('%s: the server that is down', async (_, app) => {
    const { client } = await pinned(app)
    const got = await client.part()
    expect([of(got), got.verdict]).toEqual(['a: r1 by pin', 'DN'])
  })

  it('a broken current release falls back to the newest one that is kept', async () => {
    const servers = [...SERVERS, server('c1', 'r3')]
    const { browser, down, set } = await site({ servers }, { list: ['r1', 'r2', 'r3'], current: 'r3' })
    down('c1')
    expect(of(await browser().document())).toBe('b: r2 by down')
    set({ states: { r2: 'aborted' } })
    expect(of(await browser().document())).toBe('a: r1 by down')
    set({ states: { r1: 'ended', r2: 'aborted' } })
    const got = await browser().document()
    expect([got.body, got.release, got.sets['RELEASE']]).toEqual(['sorry', '- by down', undefined])
  })

  it('and no other has one, the servers of all releases are asked, then it is 503', async () => {
    const { client, down } = await pinned()
    down('b1', 'b2')
    expect(await client.document()).toMatchObject({ status: 200, body: 'sorry' })
    down('sorry')
    expect((await client.document()).status).toBe(503)
    expect((await client.part('/', {}, POST)).status).toBe(503)
  })
})

describe('a release that has', () => {
  it('been aborted gives its clients back at their next document', async () => {
    const { browser, set } = await site()
    set({ canary: { name: 'r2', share: 1 } })
    const client = browser()
    expect(of(await client.document())).toBe('b: r2 by draw')
    set({ canary: null, states: { r2: 'aborted' } })
    expect(of(await client.part())).toBe('b: r2 by pin')
    expect(of(await client.document())).toBe('a: r1 by draw')
    expect(of(await client.part())).toBe('a: r1 by pin')
  })

  it('ended gives them back at once', async () => {
    const { browser, set } = await site()
    const client = browser()
    await client.document()
    set({ current: 'r2', states: { r1: 'ended' } })
    expect(of(await client.part())).toBe('b: r2 by draw')
  })

  it('left the configuration does, too, and its clients keep their bucket', async () => {
    let bucket = 200
    const random = () => bucket / 256
    const before = await site({}, {}, { random })
    const old = before.browser()
    await old.document()
    bucket = 3
    const servers = [server('b1', 'r2'), server('c1', 'r3')]
    const { browser, set } = await site({ servers }, { list: ['r2', 'r3'], current: 'r2' }, { random })
    const share = Array.from({ length: 99 }, (_, i) => (i + 1) / 100).find(
      (each) => armOf(each, 'r3', 200) !== armOf(each, 'r3', 3),
    )!
    set({ canary: { name: 'r3', share } })
    const client = browser()
    client.jar.set('RELEASE', old.jar.get('RELEASE')!)
    const got = await client.document()
    expect([got.status, got.body.slice(0, 1)]).toEqual([200, armOf(share, 'r3', 200) ? 'c' : 'b'])
  })
})

describe('cookies that are none', () => {
  it.each([
    ['forged', 'I'.repeat(46)],
    ['of a server', 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['empty', ''],
    ['long', 'x'.repeat(4000)],
  ])('%s: the arm, and a pin', async (_, value) => {
    const { browser } = await site()
    const client = browser()
    client.jar.set('RELEASE', value)
    const got = await client.document()
    expect([got.status, of(got)]).toEqual([200, 'a: r1 by draw'])
    expect(got.sets['RELEASE']).toHaveLength(46)
    expect(of(await client.part())).toBe('a: r1 by pin')
  })

  it.each([
    ['another backend', { name: 'other' }, {}],
    ['another name of the cookie', {}, { cookie: { name: 'REL' } }],
  ])('the pin of %s is nothing', async (_, app, releases) => {
    const foreign = await site(app, releases)
    const stranger = foreign.browser()
    const { sets } = await stranger.document()
    const value = sets['RELEASE'] ?? sets['REL']!
    expect(value).toHaveLength(46)
    const { browser, set } = await site()
    set(R2)
    const client = browser()
    client.jar.set('RELEASE', value)
    expect(of(await client.part())).toBe('b: r2 by draw')
  })
})
