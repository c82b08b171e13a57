// What a difference says: of servers, clients, cookies, tables, rules and options.

import { describe, expect, it } from 'vitest'

import type { BackendInput } from '../config/options/backend.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import type { ServerInput } from '../config/options/server.ts'
import { configOrThrow } from '../config/validate.ts'
import { differenceOf } from './difference.ts'

const server = (name: string, more: Partial<ServerInput> = {}): ServerInput => ({
  name,
  url: `https://${name}.example.org`,
  ...more,
})
const SERVERS = [server('s1'), server('s2'), server('s3', { weight: 2 })]
const app = (more: Partial<BackendInput> = {}): LimpetConfig => ({
  backends: [{ name: 'app', servers: SERVERS, ...more }],
})
const diff = (before: LimpetConfig, after: LimpetConfig) =>
  differenceOf(configOrThrow(before, 'either'), configOrThrow(after, 'either'))
const diffOfApp = async (before: Partial<BackendInput>, after: Partial<BackendInput>) => {
  const { backends } = await diff(app(before), app(after))
  return backends[0]!
}
const COOKIE: Partial<BackendInput> = { cookie: { name: 'SRV' } }
const TABLE: Partial<BackendInput> = {
  stickTable: { type: 'string', size: '1k', len: 4096 },
  stick: [{ on: 'req.cook(sid)' }],
}

describe('servers', () => {
  it('that are renamed without `formerly` lose their clients, and what to write is proposed', async () => {
    const servers = [server('web1', { url: SERVERS[0]!.url }), ...SERVERS.slice(1)]
    const { servers: rows, clients } = await diffOfApp(COOKIE, { ...COOKIE, servers })
    expect(rows[0]).toMatchObject({
      before: 's1',
      after: 'web1',
      fate: 'renamed',
      proposedFormerly: ['s1'],
      share: 0.25,
      moved: 0.25,
      to: { '': 0.25 },
    })
    expect(clients).toEqual({ keptBy: ['cookie'], moved: 0.25, sampled: null })
  })

  it('that are renamed with `formerly` keep them, there and back', async () => {
    const renamed = {
      ...COOKIE,
      servers: [server('web1', { url: SERVERS[0]!.url, formerly: ['s1'] }), ...SERVERS.slice(1)],
    }
    const { servers, clients } = await diffOfApp(COOKIE, renamed)
    expect(servers[0]).toMatchObject({ fate: 'renamed', proposedFormerly: [], moved: 0, to: { web1: 0.25 } })
    expect(clients!.moved).toBe(0)
    // After a roll-back the name is not known to the older configuration: nobody who came meanwhile is.
    const back = await diffOfApp(renamed, COOKIE)
    expect(back.servers[0]).toMatchObject({ before: 'web1', after: 's1', fate: 'renamed', moved: 0.25 })
  })

  it('that go to another url take their clients along, who count as moved', async () => {
    const servers = [server('s1', { url: 'https://new.example.org' }), ...SERVERS.slice(1)]
    const { servers: rows, clients } = await diffOfApp(COOKIE, { ...COOKIE, servers })
    expect(rows[0]).toMatchObject({
      fate: 'readdressed',
      urlAfter: 'https://new.example.org',
      moved: 0.25,
      to: { s1: 0.25 },
    })
    expect(clients!.moved).toBe(0.25)
  })

  it('that are gone lose theirs, new ones have none, and one in drain has no share', async () => {
    const before = { ...COOKIE, servers: [...SERVERS, server('s4', { state: 'drain', weight: 9 })] }
    const after = { ...COOKIE, servers: [...SERVERS.slice(0, 2), server('s5')] }
    const { servers, clients } = await diffOfApp(before, after)
    expect(servers.map(({ before: was, after: is, fate, share, moved }) => [was, is, fate, share, moved])).toEqual([
      ['s1', 's1', 'stays', 0.25, 0],
      ['s2', 's2', 'stays', 0.25, 0],
      ['s3', null, 'gone', 0.5, 0.5],
      ['s4', null, 'gone', 0, 0],
      [null, 's5', 'new', 0, 0],
    ])
    expect(clients!.moved).toBe(0.5)
  })

  it('whose number another takes over send their entries of a stick table there', async () => {
    const { servers } = await diffOfApp(TABLE, { ...TABLE, servers: [server('s9'), ...SERVERS.slice(1)] })
    expect(servers[0]).toMatchObject({ before: 's1', fate: 'gone', moved: 0.25, to: { s9: 0.25 } })
  })
})

describe('clients', () => {
  it('of a backend that keeps nobody have nothing to lose', async () => {
    expect((await diffOfApp({}, { servers: [server('s9')] })).clients).toBeNull()
  })

  it('of a hash: only those of the server that is gone move under rendezvous', async () => {
    const hashed: Partial<BackendInput> = { balance: 'hdr(x-user)' }
    const { clients, servers } = await diffOfApp(hashed, { ...hashed, servers: SERVERS.slice(0, 2) })
    expect(clients).toMatchObject({ keptBy: ['hash'], sampled: 10_000 })
    // Weight 2 of 4.
    expect(clients!.moved).toBeCloseTo(0.5, 1)
    expect(servers.map(({ moved }) => moved > 0)).toEqual([false, false, true])
    const mapped: Partial<BackendInput> = { ...hashed, hashType: 'map-based' }
    const most = await diffOfApp(mapped, { ...mapped, servers: SERVERS.slice(0, 2) })
    expect(most.clients!.moved).toBeGreaterThan(0.6)
  })

  it('of a hash stay, exactly, if nothing that decides has changed', async () => {
    const hashed: Partial<BackendInput> = { balance: 'source' }
    const { clients } = await diffOfApp(hashed, { ...hashed, retries: 7 })
    expect(clients).toEqual({ keptBy: ['hash'], moved: 0, sampled: null })
  })

  it('of a backend that takes nobody have no share', async () => {
    const servers = SERVERS.map((each) => ({ ...each, state: 'drain' as const }))
    const hashed: Partial<BackendInput> = { balance: 'source', servers }
    const { clients } = await diffOfApp(hashed, { balance: 'source' })
    expect(clients).toEqual({ keptBy: ['hash'], moved: 0, sampled: null })
  })

  it('of a new policy: a cookie decides before it', async () => {
    const { clients } = await diffOfApp({ ...COOKIE, balance: 'source' }, { ...COOKIE, balance: 'uri' })
    expect(clients).toMatchObject({ keptBy: ['cookie', 'hash'], moved: 0 })
  })

  it('by IPv6 are others under another prefix length: every other client that was drawn', async () => {
    const table = (ipv6PrefixLength: number): Partial<BackendInput> => ({
      ipv6PrefixLength,
      stickTable: { type: 'ipv6', size: '1k' },
      stick: [{ on: 'src' }],
    })
    const { clients, tables } = await diffOfApp(table(64), table(128))
    expect(clients!.moved).toBe(0.5)
    expect(tables).toEqual([
      { name: 'app', problem: 'ipv6PrefixLength has changed, so that IPv6 clients have other keys' },
    ])
  })

  it('of a backend that is gone all move', async () => {
    const api = { name: 'api', servers: [server('a1')] }
    const frontends = [{ name: 'www', defaultBackend: 'app' }]
    const { backends, moved } = await diff({ frontends, backends: [...app(COOKIE).backends, api] }, { backends: [api] })
    expect(backends[0]).toMatchObject({ before: 'app', after: null, fate: 'gone', clients: { moved: 1 } })
    expect(moved).toBe(1)
  })

  it('of a frontend that leads to another backend all move', async () => {
    const two = [...app(COOKIE).backends, { name: 'api', servers: [server('a1')] }]
    const to = (defaultBackend: string): LimpetConfig => ({
      frontends: [{ name: 'www', defaultBackend }],
      backends: two,
    })
    expect(await diff(to('app'), to('api'))).toMatchObject({ rerouted: ['www'], moved: 1 })
    // Nothing keeps the clients of api.
    expect(await diff(to('api'), to('app'))).toMatchObject({ rerouted: [], moved: 0 })
    const renamed: LimpetConfig = { frontends: [{ name: 'web', defaultBackend: 'app' }], backends: two }
    expect(await diff(to('app'), renamed)).toMatchObject({ rerouted: [], moved: 0 })
  })
})

describe('a cookie', () => {
  it.each<[Partial<BackendInput>, Partial<BackendInput>, string | null]>([
    [COOKIE, { cookie: { name: 'SRV2' } }, "its name is SRV2 now: write formerly: ['SRV'] in the cookie"],
    [COOKIE, { cookie: { name: 'SRV2', formerly: 'SRV' } }, null],
    [
      COOKIE,
      { cookie: { name: 'SRV', format: 'haproxy' } },
      "its format was 'sealed' and is 'haproxy': write accept: ['sealed']",
    ],
    [COOKIE, { cookie: { name: 'SRV', format: 'haproxy', accept: ['sealed'] } }, null],
    [COOKIE, { cookie: { name: 'SRV', maxidle: '1h' } }, null],
    [COOKIE, {}, 'the backend has no cookie any more'],
    [COOKIE, { ...COOKIE, name: 'shop' }, "it is sealed for backend 'app': write formerly: ['app'] in the backend"],
    [COOKIE, { ...COOKIE, name: 'shop', formerly: ['app'] }, null],
    [COOKIE, { ...COOKIE, persistRules: [{ do: 'ignore' }] }, "a rule with do: 'ignore' ignores it"],
    [
      { cookie: { name: 'S', format: 'haproxy', mode: 'prefix' } },
      { cookie: { name: 'S', format: 'haproxy' } },
      "its mode was 'prefix' and is 'insert'",
    ],
  ])('of %j is, under %j, %j', async (before, after, problem) => {
    const { cookie, clients } = await diffOfApp(before, after)
    expect([cookie!.problem, clients!.moved]).toEqual([problem, problem === null ? 0 : 1])
  })
})

describe('a stick table', () => {
  const table = (more: object): Partial<BackendInput> => ({ ...TABLE, stickTable: { ...TABLE.stickTable!, ...more } })
  it.each<[Partial<BackendInput>, string | null]>([
    [table({ expire: '2h', size: '2k' }), null],
    [table({ shards: 3 }), 'its shards were 1 and are 3: write previousShards: 1, which needs an expire'],
    [table({ shards: 3, previousShards: 1, expire: '1h' }), null],
    [table({ hashKeys: false }), 'hashKeys was true and is false'],
    [table({ len: 32 }), 'its len was 4096 and is 32, so that keys of more than 32 bytes are others'],
    [table({ type: 'binary' }), null],
    [table({ type: 'integer' }), 'its type was string and is integer'],
    [table({ store: 'kv' }), "its store was 'durable-object' and is 'kv'"],
    [table({ jurisdiction: 'eu' }), 'its jurisdiction was none and is eu'],
    [{ ...TABLE, name: 'shop' }, "its entries lie under the backend's name 'app': add it in front of `formerly`"],
    [{ ...TABLE, name: 'shop', formerly: ['app'] }, null],
    [
      { ...TABLE, stick: [{ on: 'req.cook(JSESSIONID)' }] },
      'its rules look up another sample, for which it has no entries',
    ],
    [{ ...TABLE, stick: [{ match: 'req.cook(sid)' }, { storeRequest: 'req.cook(sid)' }] }, null],
    [{}, 'no rule looks it up any more'],
  ])('that becomes %j: %j', async (after, problem) => {
    const { tables, clients } = await diffOfApp(TABLE, after)
    expect([tables, clients!.moved]).toEqual([[{ name: 'app', problem }], problem === null ? 0 : 1])
  })
})

it('one and the same configuration has no difference, even with a table in memory', async () => {
  const memory = app({ ...TABLE, stickTable: { type: 'string', size: '1k', store: 'memory' } })
  expect(await diff(memory, memory)).toEqual({ backends: [], rules: [], options: [], rerouted: [], moved: 0 })
  const retried = { ...memory, backends: [{ ...memory.backends[0]!, retries: 1 }] }
  expect((await diff(memory, retried)).backends[0]!.tables[0]!.problem).toMatch(/begins empty with each deploy/)
})

describe('rules and options', () => {
  const rules = (...list: object[]): LimpetConfig => ({
    frontends: [{ name: 'www', rules: list as never, defaultBackend: 'app' }],
    ...app(),
  })
  const api = { if: { pathBeg: '/api/' }, do: { useBackend: 'app' } }
  const deny = { if: { any: [{ src: '10.0.0.0/8' }, { hdr: { name: 'x-bad' } }] }, do: { deny: { status: 403 } } }

  it('rules are added, removed, changed and moved, in words', async () => {
    const { rules: changes } = await diff(
      rules(api, deny, { do: { setHeader: { name: 'X-A', value: 'a%[src]' } } }),
      rules(deny, api, { if: { method: 'GET' }, do: { delHeader: 'x-b' } }),
    )
    const path = 'frontend www.rules'
    const text = "if the path begins with '/api/': useBackend 'app'"
    expect(changes).toEqual([
      { path, before: text, after: text },
      { path, before: 'setHeader name "x-a", value \'a%[src]\'', after: null },
      { path, before: null, after: 'if the method is \'GET\': delHeader "x-b"' },
    ])
    const [added] = (await diff(rules(), rules(deny))).rules
    expect(added!.after).toBe("if (the client is in '10.0.0.0/8' or there is a header x-bad): deny status 403")
    const changed = await diff(rules(api), rules({ ...api, if: { pathBeg: ['/api/', '/v2/'] } }))
    expect(changed.rules).toEqual([
      { path, before: text, after: "if the path begins with '/api/' or '/v2/': useBackend 'app'" },
    ])
  })

  it('how a name is resolved is told as it is written', async () => {
    const resolved = (more: Partial<ServerInput>) => ({
      ...app({ servers: [server('web', { template: 2, ...more })] }),
      resolvers: [{ name: 'dns' }],
    })
    const { options } = await diff(
      resolved({ resolvers: 'dns', initAddr: 'none' }),
      resolved({ resolvers: 'dns', resolvePrefer: 'ipv4', resolveOpts: 'ignore-weight', initAddr: 'none' }),
    )
    expect(options).toEqual([
      { path: 'app/*.resolvePrefer', before: 'ipv6', after: 'ipv4' },
      { path: 'app/*.resolveOpts', before: undefined, after: 'ignore-weight' },
    ])
    const { options: added } = await diff(resolved({}), resolved({ resolvers: 'dns' }))
    expect(added).toContainEqual({ path: 'app/*.resolvers', before: undefined, after: 'dns' })
  })

  it('options are told by names, with durations as they are written, and once for all servers', async () => {
    const { options } = await diff(
      app({ timeouts: { server: '60s' }, check: { inter: '2s', fastinter: '1s', downinter: '1s', timeout: '1s' } }),
      app({
        timeouts: { server: '90s' },
        check: { inter: '5s', fastinter: '1s', downinter: '1s', timeout: '1s' },
        servers: [server('s1', { weight: 7 }), ...SERVERS.slice(1)],
      }),
    )
    expect(options).toEqual([
      { path: 'app.timeoutServer', before: '1m', after: '90s' },
      { path: 'app/s1.weight', before: 1, after: 7 },
      { path: 'app/*.check.inter', before: '2s', after: '5s' },
    ])
  })

  it('a default that is written out is no change, and a password is compared without being shown', async () => {
    expect((await diff(app(), app({ balance: 'roundrobin', retries: 3 }))).options).toEqual([])
    const users = (password: string): LimpetConfig => ({
      ...app(),
      userlists: [{ name: 'staff', users: [{ name: 'ann', insecurePassword: password }] }],
    })
    const { options } = await diff(users('first'), users('second'))
    expect(options).toEqual([{ path: 'userlist staff.users[0].password', before: '(hidden 1)', after: '(hidden 2)' }])
  })
})

it('releases are told as they are written: of a backend that follows, whom it follows', async () => {
  const servers = [server('s1', { release: 'r1' })]
  const own = { name: 'web', servers, releases: { list: ['r1'] } }
  const site = (releases: BackendInput['releases'], web: object = {}): LimpetConfig => ({
    frontends: [{ name: 'www', defaultBackend: 'api' }],
    backends: [{ name: 'api', servers, releases }, { ...own, ...web } as BackendInput, { ...own, name: 'other' }],
  })
  expect((await diff(site('web'), site('other'))).options).toEqual([
    { path: 'api.releases', before: 'web', after: 'other' },
  ])
  const renamed = { name: 'www', formerly: 'web' }
  expect((await diff(site('other'), site('other', renamed))).options).toEqual([])
})

describe('releases', () => {
  const run = (name: string, release?: string) => server(name, release === undefined ? {} : { release })
  const FOUR = [run('a1', 'r1'), run('a2', 'r1'), run('b1', 'r2'), run('b2', 'r2')]
  const site = (releases: BackendInput['releases'], servers = FOUR, more: Partial<BackendInput> = {}) => ({
    ...COOKIE,
    servers,
    releases,
    ...more,
  })
  const OLD = site({ list: ['r1', 'r2'], current: 'r1' })

  it('of which nothing has changed say so, and other options are told', async () => {
    const { backends, options } = await diff(app(OLD), app({ ...OLD, retries: 7 }))
    expect(backends[0]!.releases).toMatchObject({
      releases: [
        { release: 'r1', fate: 'stays' },
        { release: 'r2', fate: 'stays' },
      ],
      servers: [],
      pinProblem: null,
    })
    expect(options).toEqual([{ path: 'app.retries', before: 3, after: 7 }])
  })

  it('that are removed send their clients to the current one, and their servers lose them', async () => {
    const found = await diff(
      app(OLD),
      app(site({ list: ['r2', 'r3'], current: 'r2' }, [...FOUR.slice(2), run('c1', 'r3')])),
    )
    const { releases, servers } = found.backends[0]!
    expect(releases).toMatchObject({
      releases: [
        { release: 'r1', fate: 'gone', to: 'r2' },
        { release: 'r2', fate: 'stays', to: null },
        { release: 'r3', fate: 'new', to: null },
      ],
      currentBefore: 'r1',
      currentAfter: 'r2',
    })
    expect(servers.map(({ moved }) => moved)).toEqual([0.25, 0.25, 0, 0, 0])
    // Told above.
    expect(found.options).toEqual([])
  })

  it('without a server any more send theirs to the current one, or refuse them', async () => {
    const servers = FOUR.slice(2)
    const releases = { list: ['r1', 'r2'], current: 'r2' }
    const emptied = async (more: Partial<BackendInput>) => {
      return (await diffOfApp(OLD, site(releases, servers, more))).releases!.releases[0]
    }
    expect(await emptied({})).toEqual({ release: 'r1', fate: 'empty', to: 'r2' })
    expect(await emptied({ onDown: 503 })).toEqual({ release: 'r1', fate: 'empty', to: null })
    expect(await emptied({ redispatch: false })).toEqual({ release: 'r1', fate: 'empty', to: null })
  })

  it('another current one moves nobody under `own`, and under `current` those of the former one', async () => {
    const moved = async (documents: 'own' | 'current') => {
      const list = ['r1', 'r2']
      const before = site({ list, current: 'r1', documents })
      return (await diffOfApp(before, site({ list, current: 'r2', documents }))).servers.map((each) => each.moved)
    }
    expect(await moved('own')).toEqual([0, 0, 0, 0])
    expect(await moved('current')).toEqual([0.25, 0.25, 0, 0])
  })

  it('a server that runs another one loses those that are pinned to its former one', async () => {
    const servers = [FOUR[0]!, run('a2', 'r2'), ...FOUR.slice(2)]
    const { backends, options } = await diff(app(OLD), app(site({ list: ['r1', 'r2'], current: 'r1' }, servers)))
    expect(backends[0]!.releases!.servers).toEqual([{ server: 'a2', before: 'r1', after: 'r2' }])
    expect(backends[0]!.servers.map(({ moved }) => moved)).toEqual([0, 0.25, 0, 0])
    expect(options).toEqual([])
  })

  it('ids of a release that stays are an option, as are its cookie and times', async () => {
    const { options } = await diff(
      app(OLD),
      app(
        site({ list: [{ name: 'r1', ids: ['a'] }, 'r2', 'r3'], current: 'r1', kept: '2d' }, [...FOUR, run('c', 'r3')]),
      ),
    )
    expect(options).toEqual([
      { path: 'app.releases.kept', before: '7d', after: '2d' },
      { path: 'app.releases.list.r1', before: [], after: ['a'] },
    ])
  })

  it('pins are lost with the name of the cookie or of the backend', async () => {
    const renamed = site({ list: ['r1', 'r2'], current: 'r1', cookie: { name: 'PIN' } })
    expect((await diffOfApp(OLD, renamed)).releases!.pinProblem).toBe("their cookie's name was RELEASE and is PIN")
    const named = (more: Partial<BackendInput>): LimpetConfig => app({ ...OLD, ...more, name: 'web' })
    const problem = async (more: Partial<BackendInput>) =>
      (await diff(app(OLD), named(more))).backends[0]!.releases!.pinProblem
    expect(await problem({})).toBe("they are sealed for backend 'app': write formerly: ['app'] in web")
    expect(await problem({ formerly: 'app' })).toBeNull()
  })

  it('that are new or gone as a whole move nobody by themselves', async () => {
    const plain = { ...COOKIE, servers: FOUR.map(({ name }) => server(name)) }
    expect((await diffOfApp(plain, OLD)).clients!.moved).toBe(0)
    const off = await diffOfApp(OLD, plain)
    expect([off.clients!.moved, off.releases!.currentAfter]).toEqual([0, null])
  })
})
