// Each sentence of an explanation, once.

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import type { Asked } from './testing.ts'
import { explained, said } from './testing.ts'

type Backend = LimpetConfig['backends'][number]
type Facts = Parameters<typeof said>[3]

const SERVERS: Backend['servers'] = [
  { name: 's1', url: 'http://10.0.0.1:80' },
  { name: 's2', url: 'http://10.0.0.2:80' },
]

function site(backend: Partial<Backend> = {}, frontend: object = {}): LimpetConfig {
  return {
    frontends: [{ name: 'www', defaultBackend: 'app', ...frontend }],
    backends: [{ name: 'app', servers: SERVERS, ...backend }],
  }
}

const saying = (heading: string) => (config: LimpetConfig, asked?: Asked, facts?: Facts) =>
  said(heading, config, asked, facts)

describe('the frontend', () => {
  const lines = saying('Frontend')

  it('is named, with those that do not take the request, and why', async () => {
    const config: LimpetConfig = {
      frontends: [
        { name: 'other', hosts: ['a.example.com', 'b.example.com'], defaultBackend: 'app' },
        { name: 'plain', scheme: 'http', defaultBackend: 'app' },
        { name: 'www', hosts: ['*.example.com'], defaultBackend: 'app' },
      ],
      backends: [{ name: 'app', servers: SERVERS }],
    }
    expect(await lines(config)).toEqual([
      'other does not take it: its hosts are a.example.com or b.example.com, not app.example.com.',
      'plain does not take it: it takes http only.',
      'www takes it: its hosts are *.example.com.',
    ])
    expect(await lines(config, { frontends: ['www'] })).toContain(
      'plain does not take it: it does not listen on this port.',
    )
  })

  it('may be none', async () => {
    expect(await lines(site({}, { hosts: ['a.example.com'] }))).toEqual([
      'www does not take it: its hosts are a.example.com, not app.example.com.',
      'No frontend takes the request.',
    ])
    expect(await lines(site())).toEqual(['www takes it: it takes every host.'])
  })
})

describe('the request', () => {
  it('says whose address counts', async () => {
    const trusting = site({}, { trustedProxies: ['10.0.0.0/8'] })
    const asked = { src: '10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.7' } }
    expect(await said('Request', trusting, asked)).toEqual([
      'GET https://app.example.com/ from 203.0.113.7 (so says the trusted proxy 10.0.0.1), at 2026-11-26T12:00:00.000Z',
    ])
    expect(await said('Request', site(), asked)).toEqual([
      'GET https://app.example.com/ from 10.0.0.1, at 2026-11-26T12:00:00.000Z',
    ])
    expect(await said('Request', site(), { src: '' })).toEqual([
      'GET https://app.example.com/ from an unknown address, at 2026-11-26T12:00:00.000Z',
    ])
  })
})

describe('rules', () => {
  const lines = saying('Rules')

  it('say what decided, with what was found, and what they changed', async () => {
    const rules = [
      { if: { all: [{ pathBeg: '/a' }, { not: { src: '10.0.0.0/8' } }] }, do: { setPath: '/b%[path]' } },
      { if: { any: [{ method: 'POST' }, { hdr: { name: 'x-user' } }] }, do: { delHeader: 'x-user' } },
      { do: { setHeader: { name: 'x-at', value: '%[path]' } } },
      { if: { path: '/no' }, do: { deny: { status: 403 } } },
    ]
    const asked = { url: 'https://app.example.com/a/x', headers: { 'x-user': 'ann' } }
    expect(await lines(site({}, { rules }), asked)).toEqual([
      'frontend www: set the path to /b%[path] if path begins with /a and not (client address is in 10.0.0.0/8)',
      '  applies: "path begins with /a" is true (/a/x), "client address is in 10.0.0.0/8" is false (192.0.2.1)',
      '  → the path /a/x becomes /b/a/x',
      'frontend www: remove header x-user if method is POST or header x-user is there',
      '  applies: "header x-user is there" is true (ann)',
      '  → removes x-user: ann',
      'frontend www: set header x-at to %[path]',
      '  applies always',
      '  → adds x-at: /b/a/x',
      'frontend www: deny with 403 if path is /no',
      '  does not apply: "path is /no" is false (/b/a/x)',
    ])
  })

  it('end with the one that decides, and say that a change changes nothing', async () => {
    const rules = [
      { do: { delHeader: 'x-none' } },
      { if: { sample: 'req.hdr(x-user),lower', values: 'ann' }, do: { redirect: { location: '/in' } } },
      { do: { deny: { status: 403 } } },
    ]
    expect(await lines(site({}, { rules }), { headers: { 'x-user': 'ANN' } })).toEqual([
      'frontend www: remove header x-none',
      '  applies always',
      '  → changes nothing',
      'frontend www: redirect to /in with 302 if req.hdr(x-user),lower is ann',
      '  applies: "req.hdr(x-user),lower is ann" is true (ann)',
      '  → answers 302, Location: /in',
    ])
  })

  it('of persistence say what they do', async () => {
    const backend: Partial<Backend> = {
      cookie: { name: 'SRV' },
      persistRules: [{ if: { path: '/' }, do: 'ignore' }],
      useServer: [{ if: { path: '/x' }, server: 's2' }],
      stickTable: { type: 'ip', size: 100 },
      stick: [
        { match: 'src', if: { method: 'GET' } },
        { storeRequest: 'src', if: { method: 'GET' } },
      ],
    }
    expect(await lines(site(backend))).toEqual([
      'backend app: ignore the cookie if path is /',
      '  applies: "path is /" is true (/)',
      'backend app: use server s2 if path is /x',
      '  does not apply: "path is /x" is false (/)',
      'backend app: look up src in table app if method is GET',
      '  applies: "method is GET" is true (GET)',
    ])
    expect(await lines(site())).toEqual(['The request meets none.'])
  })

  it('that name a server that cannot be used say so, and the next one counts', async () => {
    const useServer = [{ server: 's1' }, { if: { path: '/' }, server: 's2' }]
    const facts: Facts = { states: { 'app/s1': { health: 'down' } } }
    expect(await lines(site({ useServer }), {}, facts)).toEqual([
      'backend app: use server s1',
      '  applies always',
      '  → is passed over: s1 cannot be used',
      'backend app: use server s2 if path is /',
      '  applies: "path is /" is true (/)',
    ])
    expect(await lines(site({ useServer, persist: true }), {}, facts)).toEqual([
      'backend app: use server s1',
      '  applies always',
    ])
  })

  it('may ask for a password', async () => {
    const rules = [{ if: { not: { sample: 'http_auth(staff)' } }, do: { auth: { realm: 'Staff' } } }]
    const config = {
      ...site({}, { rules }),
      userlists: [{ name: 'staff', users: [{ name: 'ann', insecurePassword: 'secret' }] }],
    }
    const asked = (password: string) => ({ headers: { authorization: `Basic ${btoa(`ann:${password}`)}` } })
    expect(await lines(config, asked('secret'))).toContain('  does not apply: "http_auth(staff) is true" is true (1)')
    expect(await lines(config, asked('wrong'))).toContain('  → answers 401')
    expect(await lines(config)).toContain('  applies: "http_auth(staff) is true" is false (0)')
  })

  it('for responses are told apart', async () => {
    const responseRules = [
      {
        if: { sample: 'status', match: 'int' as const, values: '200:299' },
        do: { setHeader: { name: 'x-a', value: '1' } },
      },
    ]
    expect(await said('Response rules', site({ responseRules }))).toEqual([
      'backend app: set header x-a to 1 if status is 200:299',
      '  applies: "status is 200:299" is true (200)',
      '  → adds x-a: 1',
    ])
  })
})

describe('the backend', () => {
  it('is named, with what chose it', async () => {
    expect(await said('Backend', site())).toEqual(['app, the defaultBackend of www.'])
    const rules = [{ do: { useBackend: 'app' } }]
    expect(await said('Backend', site({}, { rules, defaultBackend: undefined }))).toEqual(['app, by a rule.'])
    expect(await said('Backend', site({}, { rules: [{ do: { deny: { status: 403 } } }] }))).toEqual(['None.'])
    expect(await said('Backend', site({}, { stats: { uri: '/' } }))).toEqual(['None: the statistics page answers.'])
  })
})

describe('stick tables', () => {
  const backend: Partial<Backend> = { stickTable: { type: 'ip', size: 100 }, stick: [{ on: 'src' }] }
  const lines = saying('Stick table')

  it('say what a key has', async () => {
    const has = (server: string, id: number) => ({ entryOf: async () => ({ server, id }) })
    expect(await lines(site(backend), {}, has('s2', 2))).toEqual(['Table app, key 192.0.2.1: has an entry: s2.'])
    expect(
      await lines(site({ ...backend, onDown: 503 }), {}, { ...has('s2', 2), states: { 'app/s2': { health: 'down' } } }),
    ).toEqual(['Table app, key 192.0.2.1: has an entry for a server that cannot be used: s2.'])
    expect(await lines(site(backend))).toEqual([
      'Table app, key 192.0.2.1: has no entry: the server that answers is stored.',
    ])
    expect(await lines(site({ ...backend, stick: [{ match: 'src' }] }))).toEqual([
      'Table app, key 192.0.2.1: has no entry.',
    ])
  })

  it('say how a hashed key is stored, and when the table is not asked', async () => {
    const config = site({
      stickTable: { type: 'string', size: 100 },
      stick: [{ on: 'req.hdr(x-user)' }],
      useServer: [{ server: 's1' }],
    })
    expect(await lines(config, { headers: { 'x-user': 'ann' } })).toEqual([
      expect.stringMatching(/^Table app, key ann \(stored as [\w-]{22}\): is not asked: another rule or the cookie/),
    ])
    expect(await lines(config)).toEqual([])
  })
})

describe('servers', () => {
  it('say why they get no new client', async () => {
    const servers = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ name: `s${n}`, url: `http://10.0.0.${n}:80`, maxconn: 9 }))
    servers[6] = { ...servers[6]!, backup: true } as never
    const facts: Facts = {
      states: {
        'app/s2': { health: 'down' },
        'app/s3': { admin: 'drain' },
        'app/s4': { admin: 'maint' },
        'app/s5': { health: 'nolb' },
        'app/s6': { weight: 0 },
      },
      full: new Set(['app/s8']),
    }
    expect(await said('Servers', site({ servers }), {}, facts)).toEqual([
      's1: UP, weight 1: may get new clients.',
      's2: DOWN, weight 1: no new clients, because it is down.',
      's3: DRAIN, weight 1: no new clients, because it drains: it keeps its clients and gets no new ones.',
      's4: MAINT, weight 1: no new clients, because it is in maintenance.',
      's5: NOLB, weight 1: no new clients, because it answers its checks with 404: it keeps its clients and gets no new ones.',
      's6: UP, weight 0: no new clients, because its weight is 0: it keeps its clients and gets no new ones.',
      's7: UP, weight 1, backup: no new clients, because it is a backup, and others are up.',
      's8: UP, weight 1: no new clients, because all its slots (maxconn) are taken.',
    ])
  })
})

describe('the choice', () => {
  const lines = saying('Choice')
  const down = { states: { 'app/s1': { health: 'down' }, 'app/s2': { health: 'down' } } } as const

  it.each<[string, Partial<Backend>, Asked, Facts]>([
    ['One of s1 and s2, by turns (balance roundrobin). Below: s1, as an example.', {}, {}, {}],
    [
      'One of s1 and s2, whichever has the fewest requests in progress (balance leastconn). Below: s1, as an example.',
      { balance: 'leastconn' },
      {},
      {},
    ],
    ['One of s1 and s2, by chance (balance random). Below: s1, as an example.', { balance: 'random' }, {}, {}],
    [
      'One of s1 and s2, by turns, since the request has no key (balance hdr). Below: s1, as an example.',
      { balance: 'hdr(x-user)' },
      {},
      {},
    ],
    ['s2: balance hdr sends the key ann there.', { balance: 'hdr(x-user)' }, { headers: { 'x-user': 'ann' } }, {}],
    ['s1: balance first takes the first server that is free.', { balance: 'first' }, {}, {}],
    [
      's2: no other server may get a new client (balance roundrobin).',
      {},
      {},
      { states: { 'app/s1': { admin: 'drain' } } },
    ],
    ['s2: a useServer rule names it.', { useServer: [{ server: 's2' }] }, {}, {}],
    [
      "s2: the table's entry names it.",
      { stickTable: { type: 'ip', size: 9 }, stick: [{ on: 'src' }] },
      {},
      { entryOf: async () => ({ server: 's2', id: 2 }) },
    ],
    ['None: no server can take the request.', {}, {}, down],
    [
      's2: the cookie names it, and it may keep its clients.',
      HAPROXY_COOKIE(),
      { headers: { cookie: 'SRV=s2' } },
      { states: { 'app/s2': { admin: 'drain' } } },
    ],
    [
      's2: the cookie names it, and it is used although it is down (persist).',
      { ...HAPROXY_COOKIE(), persist: true },
      { headers: { cookie: 'SRV=s2' } },
      { states: { 'app/s2': { health: 'down' } } },
    ],
    [
      'None: the client is not moved to another server (onDown).',
      { ...HAPROXY_COOKIE(), onDown: 503 },
      { headers: { cookie: 'SRV=s2' } },
      { states: { 'app/s2': { health: 'down' } } },
    ],
  ])('%s', async (text, backend, asked, facts) => {
    expect(await lines(site(backend), asked, facts)).toEqual([text])
  })

  it('says that the request waits', async () => {
    const servers = SERVERS.map((server) => ({ ...server, maxconn: 5 }))
    const backend: Partial<Backend> = { servers, timeouts: { queue: '7s' } }
    const full = new Set(['app/s1', 'app/s2'])
    expect(await lines(site(backend), {}, { full })).toEqual([
      'One of s1 and s2, by turns (balance roundrobin). Below: s1, as an example.',
      's1 is full: the request waits for a slot, at most 7s.',
    ])
    expect(await lines(site(backend), {}, { full: new Set(['app/s1']) })).toEqual([
      's2: no other server may get a new client (balance roundrobin).',
    ])
  })
})

function HAPROXY_COOKIE(): Partial<Backend> {
  return { cookie: { name: 'SRV', format: 'haproxy' } }
}

describe('what the server gets', () => {
  const lines = saying('To the server')

  it('is told with what was added, removed and changed', async () => {
    const rules = [{ do: { setHeader: { name: 'x-a', value: '2' } } }, { do: { setPath: '/new' } }]
    const asked = { headers: { 'x-a': '1', 'x-real-ip': '9.9.9.9' } }
    const config = site({}, { rules })
    expect(await lines({ ...config, maxPassages: false }, asked)).toEqual([
      'To s1: GET http://10.0.0.1/new, Host app.example.com',
      '  ~ x-a: 1 → 2',
      '  - x-real-ip: 9.9.9.9',
      '  + x-forwarded-for: 192.0.2.1',
      '  + x-forwarded-host: app.example.com',
      '  + x-forwarded-port: 443',
      '  + x-forwarded-proto: https',
    ])
  })

  it('is under its own name on Cloudflare', async () => {
    const servers = [{ name: 's1', url: 'https://s1.example.net:8443' }]
    const facts = { onCloudflare: true }
    expect((await lines(site({ servers }), {}, facts))[0]).toBe(
      'To s1: GET https://s1.example.net:8443/, Host s1.example.net:8443',
    )
    expect((await lines(site({ servers, host: 'client' }), {}, facts))[0]).toBe(
      'To s1: GET https://s1.example.net:8443/, Host app.example.com',
    )
  })

  it('goes on to another server when one refuses', async () => {
    const all = await lines(site(), {}, { refusing: new Set(['app/s1']) })
    expect(all.filter((line) => !/^ {2}[+~-]/.test(line))).toEqual([
      'To s1: GET http://10.0.0.1/, Host app.example.com',
      '  s1 refuses the connection.',
      'To s2: GET http://10.0.0.2/, Host app.example.com',
    ])
  })
})

describe('the answer', () => {
  const lines = saying('Answer')

  it('says what Limpet adds, and what the log will say', async () => {
    expect(await lines(site())).toEqual([
      'That of s1. To a 200 without headers, Limpet adds nothing.',
      'In the log: termination --.',
    ])
    expect(await lines(site(HAPROXY_COOKIE()))).toEqual([
      'That of s1. To a 200 without headers, Limpet adds this:',
      '  set-cookie: SRV=s1; path=/; HttpOnly; Secure; SameSite=Lax',
      'In the log: termination --, cookie NI.',
    ])
    expect(await lines(site(HAPROXY_COOKIE()), { headers: { cookie: 'SRV=s1' } })).toEqual([
      'That of s1. To a 200 without headers, Limpet adds nothing: no cookie is due.',
      'In the log: termination --, cookie VN.',
    ])
  })

  it('hides what a made-up key has sealed', async () => {
    expect((await lines(site({ cookie: { name: 'SRV' } }), {}, { cookieKeys: [] }))[1]).toBe(
      '  set-cookie: SRV=(sealed); path=/; HttpOnly; Secure; SameSite=Lax',
    )
  })

  it('is Limpet’s own where no server is asked', async () => {
    expect(await lines(site({}, { rules: [{ do: { deny: { status: 403 } } }] }))).toEqual([
      '403, from Limpet itself.',
      '  cache-control: no-cache',
      '  content-type: text/html',
      'In the log: termination PR.',
    ])
    expect(await lines(site({}, { hosts: ['x.example.com'] }))).toContain('404, from Limpet itself.')
    expect(await lines(site({}, { stats: { uri: '/' } }))).toEqual(['The statistics page, which has its own login.'])
    expect((await explained(site({}, { stats: { uri: '/' } }))).answer).toMatchObject({
      status: null,
      by: 'statistics',
    })
  })
})

it('ends, and leaves no timer, where frontends and servers have a maxconn', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const servers = SERVERS.map((server) => ({ ...server, maxconn: 5 }))
  expect(await said('Choice', site({ servers }, { maxconn: 9 }))).toEqual([expect.stringContaining('s1')])
  expect(timers()).toBeLessThanOrEqual(before)
})
