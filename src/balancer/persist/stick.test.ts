// Stick rules through a whole balancer: where a key's client goes, what is asked of its table, and what is stored for whom.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../../config/options/root.ts'
import type { StickStore } from '../../persistence/stick-store.ts'
import { asking, inTurn, requestWith, unreachable, works } from '../dispatch/testing.ts'
import { answers, resets } from '../testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const DOWN = { health: 'down' } as const
const UP = { health: 'up' } as const
const ON = [{ on: 'req.hdr(x-user)' }]
const ann = (headers: Readonly<Record<string, string>> = {}) => requestWith({ 'x-user': 'ann', ...headers })
const bob = () => requestWith({ 'x-user': 'bob' })

/** What was asked of a table: `claim ann s1`, with the servers that are gone and the source. */
function recorded() {
  const calls: string[] = []
  let inner: StickStore | undefined
  const said = (...words: readonly unknown[]) =>
    void calls.push(words.filter((word) => word !== undefined && word !== '').join(' '))
  const storeOf = (store: StickStore): StickStore => {
    inner ??= store
    const table = inner
    return {
      match: (key) => (said('match', key), table.match(key)),
      claim: (key, target, gone, source) => {
        said('claim', key, target.server, gone.length > 0 ? `gone: ${gone.join(' ')}` : undefined, source)
        return table.claim(key, target, gone, source)
      },
      store: (key, target, kind, source) => {
        said('store', key, target.server, kind, source)
        return table.store(key, target, kind, source)
      },
    }
  }
  return { calls, storeOf }
}

/** A backend `app` with s1 s2 s3, whose table keeps keys as they are. */
async function start(
  stick: readonly object[] = ON,
  table: object = {},
  more: object = {},
  recording = recorded(),
  others: readonly object[] = [],
) {
  const { calls, storeOf } = recording
  const stickTable = { type: 'string', size: 100, expire: '1h', hashKeys: false, ...table }
  const config = { frontends: [{ name: 'main', defaultBackend: 'app' }], backends: others as LimpetConfig['backends'] }
  const made = await asking({ cookie: undefined, stickTable, stick, ...more }, {}, config, storeOf)
  const told = () => made.held.lines.at(-1)!.stick?.map(({ key, verdict, asked }) => `${key} ${verdict} ${asked}`)
  const since = () => calls.splice(0)
  return { ...made, told, since }
}

const SOURCE = '192.0.2.1'

describe('stick on', () => {
  it('claims a new key for the server whose turn it is, and asks no more while it is remembered', async () => {
    const { ask, told, since } = await start()
    expect((await ask(ann())).sent).toBe('s1')
    expect([told(), since()]).toEqual([['ann new claim'], [`claim ann s1 ${SOURCE}`]])
    expect((await ask(bob())).sent).toBe('s2')
    since()
    expect((await ask(ann())).sent).toBe('s1')
    expect([told(), since()]).toEqual([['ann hit cache'], []])
    vi.setSystemTime(Date.now() + 10_000)
    expect((await ask(ann())).sent).toBe('s1')
    expect([told(), since()]).toEqual([['ann hit claim'], [`claim ann s3 ${SOURCE}`]])
  })

  it('asks nothing for a request without a key, which goes by turns', async () => {
    const { ask, told, since } = await start()
    expect([(await ask()).sent, (await ask()).sent]).toEqual(['s1', 's2'])
    expect([told(), since()]).toEqual([[], []])
  })

  it('asks nothing where its condition does not hold', async () => {
    const { ask, since } = await start([{ ...ON[0]!, if: { path: '/app' } }])
    await ask(ann())
    expect(since()).toEqual([])
    await ask(new Request('http://www.example.com/app', { headers: { 'x-user': 'ann' } }))
    expect(since()).toEqual([`claim ann s2 ${SOURCE}`])
  })

  it('writes a key for whom it was redispatched to', async () => {
    const { held, ask, told, since } = await start()
    held.servers.set('s1', inTurn(resets, works))
    expect((await ask(ann())).sent).toBe('s1 s2')
    expect(told()).toEqual(['ann new claim', 'ann new store'])
    expect(since()).toEqual([`claim ann s1 ${SOURCE}`, `store ann s2 request ${SOURCE}`])
    expect((await ask(ann())).sent).toBe('s2')
  })

  it('of several rules with one table goes by the first that has a key', async () => {
    const { ask, since } = await start([{ on: 'req.hdr(x-none)' }, ...ON, { on: 'req.hdr(x-other)' }])
    await ask(ann({ 'x-other': 'zoe' }))
    expect(since()).toEqual([`claim ann s1 ${SOURCE}`])
  })

  it('writes a key that is used long enough before it would end, and keeps the request’s context for that', async () => {
    const { ask, since } = await start(ON, { expire: '4s' })
    const kept: Promise<unknown>[] = []
    const lifetime = { waitUntil: (work: Promise<unknown>) => void kept.push(work) }
    await ask(ann())
    since()
    await ask(ann(), { lifetime })
    expect([since(), kept.length]).toEqual([[], 0])
    vi.setSystemTime(Date.now() + 3_500)
    await ask(ann(), { lifetime })
    expect([since(), kept.length]).toEqual([[`store ann s1 request ${SOURCE}`], 1])
    vi.setSystemTime(Date.now() + 3_500)
    expect((await ask(ann())).sent).toBe('s1')
  })
})

describe('rules with tables of their own', () => {
  const BY_USER_AND_TEAM = [...ON, { on: 'req.hdr(x-team)', table: 'teams' }]
  const TEAMS = {
    name: 'teams',
    servers: [{ name: 't1', url: 'http://t1.example' }],
    stickTable: { type: 'string', size: 100, expire: '1h', hashKeys: false },
  }
  const startBoth = () => start(BY_USER_AND_TEAM, {}, {}, recorded(), [TEAMS])
  const of = (user: string, team: string) => requestWith({ 'x-user': user, 'x-team': team })

  it('claim two new keys for one server', async () => {
    const { ask, since } = await startBoth()
    expect((await ask(of('ann', 'red'))).sent).toBe('s1')
    expect(since()).toEqual([`claim ann s1 ${SOURCE}`, `claim red s1 ${SOURCE}`])
  })

  it('go by the key that is known, and write the new one for its server', async () => {
    const { ask, told, since } = await startBoth()
    await ask(of('ann', 'red'))
    since()
    expect((await ask(of('bob', 'red'))).sent).toBe('s1')
    expect(since()).toEqual([`claim bob s2 ${SOURCE}`, `store bob s1 request ${SOURCE}`])
    expect(told()).toEqual(['bob new claim', 'red hit cache', 'bob new store'])
    expect((await ask(of('bob', 'blue'))).sent).toBe('s1')
  })

  it('hand the turn of a key that the table knew to the next new client', async () => {
    const { ask } = await startBoth()
    await ask(of('ann', 'red'))
    // What this isolate knew is forgotten; the table has it.
    vi.setSystemTime(Date.now() + 20_000)
    expect((await ask(of('ann', 'red'))).sent).toBe('s1')
    expect((await ask(of('bob', 'blue'))).sent).toBe('s2')
  })
})

it('an entry that names a server by a number it no longer has is written anew', async () => {
  const { calls, storeOf } = recorded()
  const renumbered = (store: StickStore): StickStore => ({
    ...storeOf(store),
    claim: async (...args) => {
      const { entry } = await storeOf(store).claim(...args)
      return { entry: entry && { ...entry, id: 9 }, isNew: false }
    },
  })
  const { ask } = await start(ON, {}, {}, { calls, storeOf: renumbered })
  expect((await ask(ann())).sent).toBe('s1')
  expect(calls).toEqual([`claim ann s1 ${SOURCE}`, `store ann s1 request ${SOURCE}`])
})

describe('a key whose server is down', () => {
  it('is claimed for another', async () => {
    const { held, ask, told, since } = await start()
    await ask(ann())
    since()
    held.setStates({ 'app/s1': DOWN })
    expect((await ask(ann())).sent).toBe('s2')
    expect([told(), since()]).toEqual([['ann new claim'], [`claim ann s2 gone: s1 ${SOURCE}`]])
    held.setStates({ 'app/s1': UP })
    expect((await ask(ann())).sent).toBe('s2')
  })

  it('is claimed for another by all names that the server had', async () => {
    const servers = [
      { name: 's1', formerly: ['old'], url: 'http://s1.example' },
      { name: 's2', url: 'http://s2.example' },
    ]
    const { held, ask, since } = await start(ON, {}, { servers })
    held.setStates({ 'app/s1': DOWN })
    await ask(ann())
    expect(since()).toEqual([expect.stringMatching(/^claim ann s2 gone: (old s1|s1 old) /)])
  })

  it('stays there under option persist', async () => {
    const { held, ask, told, since } = await start(ON, {}, { persist: true })
    await ask(ann())
    held.setStates({ 'app/s1': DOWN })
    since()
    expect((await ask(ann())).sent).toBe('s1')
    vi.setSystemTime(Date.now() + 20_000)
    expect((await ask(ann())).sent).toBe('s1')
    expect([told(), since()]).toEqual([['ann hit claim'], [`claim ann s2 ${SOURCE}`]])
  })

  it('is told as down, and not moved, under onDown', async () => {
    const { held, ask, told, since } = await start(ON, {}, { onDown: 503 })
    await ask(ann())
    held.setStates({ 'app/s1': DOWN })
    since()
    expect((await ask(ann())).status).toBe(503)
    expect([told(), since()]).toEqual([['ann down claim'], [`claim ann s2 ${SOURCE}`]])
    held.setStates({ 'app/s1': UP })
    expect((await ask(ann())).sent).toBe('s1')
  })

  it('comes back to its first server under failback, and is written for it', async () => {
    const { held, ask, told, since } = await start(ON, { failback: true })
    await ask(ann())
    held.setStates({ 'app/s1': DOWN })
    expect((await ask(ann())).sent).toBe('s2')
    since()
    expect((await ask(ann())).sent).toBe('s2')
    held.setStates({ 'app/s1': UP })
    expect((await ask(ann())).sent).toBe('s1')
    expect([told(), since()]).toEqual([['ann hit cache', 'ann new store'], [`store ann s1 request ${SOURCE}`]])
  })
})

describe('stick match', () => {
  const MATCH = [{ match: 'req.hdr(x-user)' }]
  const STORED = [...MATCH, { storeResponse: 'res.hdr(x-issued)' }]

  it('asks, and stores nothing', async () => {
    const { ask, told, since } = await start(MATCH)
    expect([(await ask(ann())).sent, (await ask(ann())).sent]).toEqual(['s1', 's2'])
    expect([told(), since()]).toEqual([['ann miss match'], ['match ann', 'match ann']])
  })

  it('finds what a response stored, and says so', async () => {
    const { held, ask, told, since } = await start(STORED)
    held.servers.set('s1', answers(200, { 'x-issued': 'ann' }))
    await ask()
    expect([told(), since()]).toEqual([['ann new store'], [`store ann s1 response ${SOURCE}`]])
    expect((await ask(ann())).sent).toBe('s1')
    expect(told()).toEqual(['ann hit cache'])
    vi.setSystemTime(Date.now() + 20_000)
    expect((await ask(ann())).sent).toBe('s1')
    expect([told()![0], since()[0]]).toEqual(['ann hit match', 'match ann'])
  })

  it('is told as down, and goes by turns, where the server is', async () => {
    const { held, ask, told } = await start(STORED)
    held.servers.set('s1', answers(200, { 'x-issued': 'ann' }))
    await ask()
    held.setStates({ 'app/s1': DOWN })
    expect((await ask(ann())).sent).toBe('s2')
    expect(told()).toEqual(['ann down match'])
  })

  it('comes back to its first server under failback', async () => {
    const { held, ask, since } = await start(STORED, { failback: true })
    held.servers.set('s1', answers(200, { 'x-issued': 'ann' }))
    held.servers.set('s2', answers(200, { 'x-issued': 'ann' }))
    await ask()
    await ask(bob())
    since()
    expect((await ask(ann())).sent).toBe('s1')
    expect(since()).toContain(`store ann s1 request ${SOURCE}`)
  })

  it('writes nothing for a client that is at its first server already, under failback', async () => {
    const { held, ask, since } = await start(STORED, { failback: true })
    held.servers.set('s1', inTurn(answers(200, { 'x-issued': 'ann' }), works))
    await ask()
    since()
    expect((await ask(ann())).sent).toBe('s1')
    expect(since()).toEqual([])
  })

  it('keeps an entry alive in the background', async () => {
    const { held, ask, since } = await start(STORED, { expire: '4s' })
    held.servers.set('s1', inTurn(answers(200, { 'x-issued': 'ann' }), works))
    await ask()
    since()
    await ask(ann())
    expect(since()).toEqual([])
    vi.setSystemTime(Date.now() + 3_500)
    expect((await ask(ann())).sent).toBe('s1')
    expect(since()).toEqual(['match ann'])
  })

  it('keeps an entry alive that another rule or a cookie makes needless', async () => {
    const cookie = { name: 'SRV', format: 'haproxy' }
    const { held, ask, told, since } = await start(STORED, { expire: '4s' }, { cookie })
    held.servers.set('s1', inTurn(answers(200, { 'x-issued': 'ann' }), works))
    await ask(requestWith({ cookie: 'SRV=s1' }))
    since()
    expect((await ask(ann({ cookie: 'SRV=s2' }))).sent).toBe('s2')
    expect([told(), since()]).toEqual([['ann known nothing'], []])
    vi.setSystemTime(Date.now() + 3_500)
    await ask(ann({ cookie: 'SRV=s2' }))
    expect(since()).toEqual(['match ann'])
    await ask(requestWith({ 'x-user': 'zoe', cookie: 'SRV=s2' }))
    expect(since()).toEqual(['match zoe'])
  })
})

describe('stick match and stick store-request', () => {
  const PAIR = [{ match: 'req.hdr(x-user)' }, { storeRequest: 'req.hdr(x-user)' }]

  it('of one key are stick on', async () => {
    const { ask, since } = await start([{ on: 'req.hdr(x-none)' }, ...PAIR])
    await ask(ann())
    expect(since()).toEqual([`claim ann s1 ${SOURCE}`])
    expect((await ask(ann())).sent).toBe('s1')
  })

  it('of one key are stick on in either order, beside a pair of another key', async () => {
    const other = [{ match: 'req.hdr(x-other)' }, { storeRequest: 'req.hdr(x-other)' }]
    const { ask, since } = await start([...PAIR.toReversed(), ...other])
    await ask(ann({ 'x-other': 'zoe' }))
    expect(since()).toEqual([`claim ann s1 ${SOURCE}`])
    expect((await ask(ann())).sent).toBe('s1')
    await ask(requestWith({ 'x-other': 'zoe' }))
    expect(since()).toEqual([`claim zoe s2 ${SOURCE}`])
  })

  it.each([
    ['another key', { storeRequest: 'req.hdr(x-other)' }],
    ['another condition', { ...PAIR[1]!, if: { method: 'GET' } }],
  ])('with %s are two rules', async (_, second) => {
    const { ask, told, since } = await start([PAIR[0]!, second])
    await ask(ann({ 'x-other': 'zoe' }))
    expect(since()).toEqual(['match ann', expect.stringMatching(/^store (ann|zoe) s1 request/)])
    expect(told()).toEqual([
      'ann miss match',
      expect.stringMatching(/^(ann|zoe) known nothing$/),
      expect.stringMatching(/^(ann|zoe) new store$/),
    ])
  })

  it('of one key take other rules along as they are', async () => {
    const { ask, since } = await start([...PAIR, { match: 'req.hdr(x-other)' }])
    await ask(ann({ 'x-other': 'zoe' }))
    expect(since()).toEqual([`claim ann s1 ${SOURCE}`, 'match zoe'])
  })

  it('alone chooses no server, and is written for whoever answered', async () => {
    const { ask, told, since } = await start([{ storeRequest: 'req.hdr(x-user)' }])
    expect([(await ask(ann())).sent, (await ask(ann())).sent]).toEqual(['s1', 's2'])
    expect(since()).toEqual([`store ann s1 request ${SOURCE}`, `store ann s2 request ${SOURCE}`])
    expect(told()).toEqual(['ann known nothing', 'ann new store'])
  })
})

describe('stick store-response', () => {
  const RULE = { storeResponse: 'res.hdr(x-issued)' }

  it('stores the first key of a table, where its condition holds', async () => {
    const { held, ask, since } = await start([
      { storeResponse: 'res.hdr(x-none)' },
      { ...RULE, if: { method: 'POST' } },
      { storeResponse: 'res.hdr(x-second)' },
      RULE,
    ])
    held.servers.set('s1', answers(200, { 'x-issued': 'ann', 'x-second': 'bob' }))
    await ask()
    expect(since()).toEqual([`store bob s1 response ${SOURCE}`])
  })

  it('stores nothing anew that the table has, and what belongs to another server', async () => {
    const { held, ask, since } = await start([RULE])
    for (const server of ['s1', 's2', 's3']) held.servers.set(server, answers(200, { 'x-issued': 'ann' }))
    await ask()
    await ask()
    since()
    held.setStates({ 'app/s3': DOWN, 'app/s1': DOWN })
    await ask()
    expect(since()).toEqual([])
    held.setStates({ 'app/s1': UP, 'app/s2': DOWN })
    await ask()
    expect(since()).toEqual([`store ann s1 response ${SOURCE}`])
  })

  it('is through before the client has its answer', async () => {
    const { calls, storeOf } = recorded()
    const slow = (store: StickStore): StickStore => ({
      ...storeOf(store),
      store: async (...args) => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return storeOf(store).store(...args)
      },
    })
    const { held, ask } = await start([RULE], {}, {}, { calls, storeOf: slow })
    held.servers.set('s1', answers(200, { 'x-issued': 'ann' }))
    expect((await ask()).tookMs).toBeGreaterThanOrEqual(100)
  })
})

describe('a full table', () => {
  it('that takes nobody in leaves the client where it was sent, and asks once', async () => {
    const { ask, told, since } = await start(ON, { size: 1, nopurge: true })
    await ask(ann())
    since()
    expect((await ask(bob())).sent).toBe('s2')
    expect([told(), since()]).toEqual([['bob full claim'], [`claim bob s2 ${SOURCE}`]])
  })

  it('says so of what is stored after the answer, too', async () => {
    const { ask, told } = await start([{ storeRequest: 'req.hdr(x-user)' }], { size: 1, nopurge: true })
    await ask(ann())
    await ask(bob())
    expect(told()).toEqual(['bob known nothing', 'bob full store'])
  })
})

describe('a table that cannot be reached', () => {
  it('is told, and left alone', async () => {
    for (const [stick, expected] of [
      [ON, ['ann unreachable claim']],
      [[{ match: 'req.hdr(x-user)' }], ['ann unreachable match']],
      [[{ storeRequest: 'req.hdr(x-user)' }], ['ann known nothing', 'ann unreachable store']],
    ] as const) {
      const { ask, told } = await start(stick, {}, {}, { calls: [], storeOf: unreachable })
      expect((await ask(ann())).status).toBe(200)
      expect(told()).toEqual(expected)
    }
  })

  it('costs no client its server that the isolate has read before, however long ago', async () => {
    let isReachable = true
    const { calls, storeOf } = recorded()
    const sometimes = (store: StickStore): StickStore => {
      const local = storeOf(store)
      const through = <T>(work: () => Promise<T>) => (isReachable ? work() : Promise.reject(new Error('no object')))
      return {
        match: (...given) => through(() => local.match(...given)),
        claim: (...given) => through(() => local.claim(...given)),
        store: (...given) => through(() => local.store(...given)),
      }
    }
    const { held, ask, told } = await start(ON, {}, {}, { calls, storeOf: sometimes })
    // Each of them has a server by turns, which is not where its key would lead otherwise, but for some by chance.
    const clients = Array.from({ length: 9 }, (_, i) => () => requestWith({ 'x-user': `user-${i}` }))
    const before: string[] = []
    for (const client of clients) before.push((await ask(client())).sent)
    isReachable = false
    vi.setSystemTime(Date.now() + 60_000)
    const after: string[] = []
    for (const client of clients) after.push((await ask(client())).sent)
    expect(after).toEqual(before)
    expect(told()).toEqual(['user-8 unreachable claim'])
    held.setStates({ 'app/s1': DOWN })
    expect((await ask(clients[0]!())).sent).toMatch(/^s[23]$/)
  })

  it('costs an answer only where it is strict', async () => {
    const MATCH = [{ match: 'req.hdr(x-user)' }]
    const { ask } = await start(MATCH, { strict: true }, {}, { calls: [], storeOf: unreachable })
    expect((await ask(ann())).status).toBe(503)
  })
})

describe('a server with non-stick', () => {
  const servers = [
    { name: 's1', nonStick: true, url: 'http://s1.example' },
    { name: 's2', url: 'http://s2.example' },
  ]

  it('is no key’s server', async () => {
    const { ask, told, since } = await start([...ON, { storeResponse: 'res.hdr(x-issued)' }], {}, { servers })
    expect((await ask(ann())).sent).toBe('s1')
    expect([told(), since()]).toEqual([['ann miss match'], ['match ann']])
    expect((await ask(ann())).sent).toBe('s2')
    expect(since()).toEqual([`claim ann s2 ${SOURCE}`])
  })
})

describe('a turn that was taken for a key whose server is known', () => {
  /** Another isolate has given ann to s1; here, one client came before. */
  const startSecond = async (more: object) => {
    const recording = recorded()
    const first = await start(ON, {}, more, recording)
    await first.ask(ann())
    const second = await start(ON, {}, more, recording)
    expect((await second.ask(bob())).sent).toBe('s1')
    expect((await second.ask(ann())).sent).toBe('s1')
    return second
  }
  const zoe = () => requestWith({ 'x-user': 'zoe' })

  it.each(['roundrobin', 'static-rr'])('is the next new client’s under %s', async (balance) => {
    const { ask } = await startSecond({ balance })
    expect((await ask(zoe())).sent).toBe('s2')
    expect((await ask(requestWith({ 'x-user': 'max' }))).sent).toBe('s3')
  })

  it('is nobody’s when that server is down by then', async () => {
    const { held, ask } = await startSecond({})
    held.setStates({ 'app/s2': DOWN })
    expect((await ask(zoe())).sent).toBe('s3')
  })

  it('is nobody’s under a policy without turns', async () => {
    const { held, ask } = await startSecond({ balance: 'first' })
    held.setStates({ 'app/s1': DOWN })
    held.setStates({ 'app/s1': UP })
    expect((await ask(zoe())).sent).toBe('s1')
  })
})

describe('a key', () => {
  it('of an address is its network’s, and counts to nobody’s share', async () => {
    const { ask, since } = await start([{ on: 'src' }], { type: 'ipv6' }, { ipv6PrefixLength: 64 })
    await ask(requestWith(), { peerAddress: '2001:db8:1:2:3::4' })
    expect((await ask(requestWith(), { peerAddress: '2001:db8:1:2:9::9' })).sent).toBe('s1')
    expect(since()).toEqual([expect.stringMatching(/^claim \S+ s1$/)])
  })

  it('is made of the last value of a sample that has several', async () => {
    const { ask, since } = await start([{ on: 'req.hdr(x-user)' }])
    await ask(requestWith({ 'x-user': 'ann, bob' }))
    expect(since()).toEqual([`claim bob s1 ${SOURCE}`])
  })

  it('leads to the server of the same number where another backend wrote it by another name', async () => {
    const { calls, storeOf } = recorded()
    const { held, ask } = await start(
      ON,
      {},
      {},
      {
        calls,
        storeOf: (store) => {
          const other = storeOf(store)
          const entry = {
            server: 'elsewhere',
            id: 3,
            home: 'elsewhere',
            createdMs: 0,
            untilMs: Number.POSITIVE_INFINITY,
          }
          return { ...other, claim: async () => ({ entry, isNew: false }) }
        },
      },
    )
    expect((await ask(ann())).sent).toBe('s3')
    expect(held.lines.at(-1)).toMatchObject({ server: 's3' })
  })
})
