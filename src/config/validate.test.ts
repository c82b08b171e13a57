import { describe, expect, it } from 'vitest'

import { parseDurationMs } from './duration.ts'
import { formatIssue } from './issue.ts'
import type { Target } from './issue.ts'
import { clientNetwork, createNetworkTest } from './network.ts'
import { EVERYTHING } from './testing.ts'
import { validateConfig } from './validate.ts'

const server = { name: 's1', url: 'https://s1.example.com' }
const MAIL = { from: 'a@example.com', to: 'b@example.com', smtp: 'smtp://mail.example.com' }
const config = (backend: object, more: object = {}) => ({
  backends: [{ name: 'app', servers: [server], ...backend }],
  ...more,
})
const issuesOf = (input: unknown, target: Target = 'serve') => validateConfig(input, target).issues.map(formatIssue)

it('reports what is behind a shape error in the same run, and nothing that it only caused', () => {
  const input = {
    frontends: [
      { name: 'www', bind: 'nowhere', defaultBackend: 'ap' },
      { name: 'www', defaultBackend: 7 },
    ],
    backends: [
      { name: 'a p', servers: [server, { ...server, url: 'ftp://x' }], retries: 'three', nonsense: 1 },
      { name: 'b', servers: 'none', cookie: { name: 'S', maxidle: '2h', maxlife: '1h', attr: ['a;b'] } },
    ],
  }
  const paths = issuesOf(input).map((text) => text.split(': ').slice(0, 2).join(': '))
  expect(paths.toSorted()).toEqual([
    'error: backends[0].name',
    'error: backends[0].nonsense',
    'error: backends[0].retries',
    'error: backends[0].servers[1].name',
    'error: backends[0].servers[1].url',
    'error: backends[1].cookie.attr[0]',
    'error: backends[1].servers',
    'error: frontends[0].bind',
    'error: frontends[1].defaultBackend',
    'error: frontends[1].name',
    'warning: backends[1].cookie.maxlife',
  ])
})

describe('what cannot be read is one issue', () => {
  const circle: Record<string, unknown> = config({ retries: 'three' })
  circle['backends'] = [circle]
  circle['maps'] = circle
  it.each([
    ['contains itself', circle, 'too-deep', /^contains itself, or is nested too deeply$/],
    [
      'has a getter that throws',
      {
        get backends() {
          throw new Error('no')
        },
      },
      'failed-to-evaluate',
      /^cannot be read: no$/,
    ],
    [
      'is a Proxy that refuses',
      config({}, { admin: new Proxy({}, { ownKeys: () => null as never }) }),
      'failed-to-evaluate',
      /^cannot be read: /,
    ],
  ])('%s', (_, input, code, message) => {
    const { config: resolved, issues } = validateConfig(input, 'serve')
    expect([resolved, issues]).toEqual([
      undefined,
      [{ level: 'error', code, keys: [], path: '', message: expect.stringMatching(message) }],
    ])
  })
})

describe('what shapes take out', () => {
  const codesOf = (input: unknown) =>
    validateConfig(input, 'serve')
      .issues.map(({ code, path }) => `${code} ${path}`)
      .toSorted()

  it.each([
    [
      'a table is there, though malformed',
      config({ stickTable: { type: 'string', size: 'big' }, stick: [{ on: 'src' }] }),
      ['invalid-value backends[0].stickTable.size'],
    ],
    [
      'an option that another needs is there, though malformed',
      config({
        servers: [
          { ...server, maxconn: '9', maxqueue: 9 },
          { ...server, name: 't', observe: 7, errorLimit: 3 },
        ],
      }),
      ['invalid-value backends[0].servers[0].maxconn', 'invalid-value backends[0].servers[1].observe'],
    ],
    [
      'a map is there, though malformed',
      { ...config({ rules: [{ do: { setPath: '%[path,map(m)]' } }] }), maps: { m: { '/': 7 } } },
      ['invalid-value maps.m./'],
    ],
    [
      'a server has a check, though it or its backend’s is malformed',
      config({ check: { inter: 'x' }, servers: [{ ...server, observe: 'layer7' }] }),
      ['invalid-value backends[0].check.inter'],
    ],
  ])('is not missed: %s', (_, input, codes) => {
    expect(codesOf(input)).toEqual(codes)
  })

  it.each([
    ['a rule without what it does', config({ rules: [{}] }), 'missing-option backends[0].rules[0].do'],
    ['an entry that is none', config({ rules: [7] }), 'invalid-value backends[0].rules[0]'],
    ['a backend that is none', { ...config({}), backends: [...config({}).backends, 7] }, 'invalid-value backends[1]'],
    ['an unknown option', config({ retrys: 3 }), 'unknown-option backends[0].retrys'],
  ])('hides nothing that stands elsewhere: %s', (_, input, issue) => {
    const frontends = [{ name: 'f', bind: 'nowhere', defaultBackend: 'app' }]
    const maxlife = { cookie: { name: 'C', maxidle: '2h', maxlife: '1h' } }
    const both = {
      ...input,
      frontends,
      backends: input.backends.map((each) => (typeof each === 'object' ? { ...each, ...maxlife } : each)),
    }
    const found = codesOf(both)
    expect(found).toContain(issue)
    expect(found).toContain('invalid-value frontends[0].bind')
    if (!input.backends.includes(7)) expect(found).toContain('maxlife-below-maxidle backends[0].cookie.maxlife')
  })
})

describe('an issue says where, what stands there and what is allowed', () => {
  it.each([
    [undefined, 'error: configuration: required'],
    [42, 'error: configuration: must be an object (found 42)'],
    [{ backends: 1 }, 'error: backends: must be a list of backends (found 1)'],
    [config({ retrys: 3 }), "error: backends[0].retrys: unknown key; did you mean 'retries'?"],
    [config({ retries: 'three' }), 'error: backends[0].retries: must be a whole number from 0 to 20 (found "three")'],
    [
      config({ servers: [server, { ...server, name: 's2', formerly: ['s1'] }] }),
      'error: backends[0].servers[1].formerly[0]: is the name of backends[0].servers[0] today; a former name must be free (found "s1")',
    ],
    [
      config({ servers: [{ ...server, formerly: ['s1'] }] }),
      'error: backends[0].servers[0].formerly[0]: is its name today; list former names only (found "s1")',
    ],
    [
      config({
        servers: [
          { ...server, formerly: ['a', 'b'] },
          { ...server, name: 's2', formerly: ['b'] },
        ],
      }),
      'error: backends[0].servers[1].formerly[0]: is listed at backends[0].servers[0].formerly[1] already; list it once (found "b")',
    ],
    [
      config({ formerly: ['shop', 'shop'] }),
      'error: backends[0].formerly[1]: is listed at backends[0].formerly[0] already; list it once (found "shop")',
    ],
    [config({ retries: -1.5 }), 'error: backends[0].retries: must be a whole number from 0 to 20 (found -1.5)'],
    [config({ retryOn: [0.2] }), 'error: backends[0].retryOn[0]: must be a status from 400 to 599 (found 0.2)'],
    [
      config({ retryBudget: -1 }),
      'error: backends[0].retryBudget: must be a share from 0 to 10, such as 0.2, or false (found -1)',
    ],
    [
      config({ servers: [{ ...server, track: 7 }] }),
      'error: backends[0].servers[0].track: must be BACKEND/SERVER (found 7)',
    ],
    [config({ formerly: 7 }), 'error: backends[0].formerly: must be a name or a list of names (found 7)'],
    [
      {
        frontends: [{ name: 'www', defaultBackend: 'app' }],
        backends: [
          { name: 'app', servers: [server] },
          { name: 'api', formerly: ['app'], servers: [server] },
        ],
      },
      'error: backends[1].formerly[0]: is the name of backends[0] today; a former name must be free (found "app")',
    ],
    [
      config({
        servers: [
          { ...server, cookie: 'old' },
          { ...server, name: 's2', formerly: ['old'] },
        ],
      }),
      'warning: backends[0].servers[1].formerly[0]: is the cookie of backends[0].servers[0]: cookies of that value go there (found "old")',
    ],
    [config({ servers: [] }), 'error: backends[0].servers: a backend needs at least one server'],
    [{ backends: [] }, 'error: backends: at least one backend is needed'],
    [
      config({
        servers: [
          { ...server, id: 3 },
          { ...server, name: 's2', id: 3 },
        ],
      }),
      'error: backends[0].servers[1].id: is the number of another server (found 3)',
    ],
    [
      config({}, { admin: { access: { team: 'team.cloudflareaccess.com', audience: 'x' } } }),
      'error: admin.access.team: must be a URL of https or http, such as \'https://team.cloudflareaccess.com\' (found "team.cloudflareaccess.com")',
    ],
    [
      config({}, { alerts: [{ mail: MAIL, webhook: 'https://x.example' }] }),
      'error: alerts[0]: needs either webhook or mail; for both, write two recipients',
    ],
    [
      config({}, { alerts: [{ mail: MAIL, format: 'json' }] }),
      'error: alerts[0].format: is the format of a webhook (found "json")',
    ],
    [
      config({}, { alerts: [{ mail: MAIL, template: '{what}' }] }),
      'error: alerts[0].template: may name {text} {event} {backend} {server} {time} {deployment} (found "{what}")',
    ],
    [
      config({}, { alerts: [{ mail: { ...MAIL, to: 'nobody' } }] }),
      'error: alerts[0].mail.to: must be an address such as \'ops@example.com\' (found "nobody")',
    ],
    [
      config({}, { alerts: [{ mail: { ...MAIL, smtp: 'mail.example.com' } }] }),
      'error: alerts[0].mail.smtp: must be a URL of smtp or smtps',
    ],
    [
      config({}, { alerts: [{ mail: MAIL, backends: 'other' }] }),
      'error: alerts[0].backends: there is no such backend (found "other")',
    ],
    [
      config(
        {},
        { frontends: [{ name: 'www', defaultBackend: 'app', captures: { request: [{ sample: 'status', len: 3 }] } }] },
      ),
      'error: frontends[0].captures.request[0]: is known in captures of responses only (found "status")',
    ],
    [
      config({ servers: [server, server] }),
      'error: backends[0].servers[1].name: is taken by backends[0].servers[0]; names must be unique (found "s1")',
    ],
    [
      config({ servers: [{ ...server, url: 's1.example.com' }] }),
      "error: backends[0].servers[0].url: must be a URL such as 'https://app1.example.com' or 'http://10.0.0.5:8080' (found \"s1.example.com\")",
    ],
    [
      config({ servers: [{ ...server, url: 'ftp://x' }] }),
      'error: backends[0].servers[0].url: must begin with http:// or https:// (found "ftp://x")',
    ],
    [
      config({ servers: [{ ...server, url: 'https://x/path' }] }),
      'error: backends[0].servers[0].url: must be an origin only, without a path or query (found "https://x/path")',
    ],
    [
      config({ servers: [{ ...server, weight: 257 }] }),
      'error: backends[0].servers[0].weight: must be a whole number from 0 to 256 (found 257)',
    ],
    [
      config({ servers: [{ ...server, maxqueue: 5 }] }),
      'error: backends[0].servers[0].maxqueue: has no effect without maxconn',
    ],
    [
      config({ rules: [{ if: { not: { sample: 'status', match: 'int', values: '404' } }, do: { delHeader: 'x' } }] }),
      'error: backends[0].rules[0].if.not.sample: is known in responseRules only (found "status")',
    ],
    [
      config({ responseRules: [{ if: { sample: 'status', match: 'int', values: 'many' }, do: { delHeader: 'x' } }] }),
      "error: backends[0].responseRules[0].if.values: must be a number, a range such as '1:10', or 'ge 3' (found \"many\")",
    ],
    [
      config({
        rules: [{ if: { sample: 'path', match: 'reg', values: ['a', '\\p{L}'] }, do: { deny: { status: 403 } } }],
      }),
      'error: backends[0].rules[0].if.values: \'\\p\' at character 1 is a Unicode property, which is not supported (docs/patterns.md) (found "\\\\p{L}")',
    ],
    [
      config({ rules: [{ do: { replacePath: { match: 'a++', with: '/' } } }] }),
      'error: backends[0].rules[0].do.replacePath.match: \'++\' at character 2 is possessive, which is not supported (docs/patterns.md) (found "a++")',
    ],
    [
      config({ check: { expect: { hdr: { name: 'x', value: '(?>a)', valueMatch: 'reg' } } } }),
      'error: backends[0].check.expect.hdr.value: \'(?>\' at character 1 is an atomic group, which is not supported (docs/patterns.md) (found "(?>a)")',
    ],
    [
      config({ check: { expect: { rstring: '\\Ka' } } }),
      'error: backends[0].check.expect.rstring: \'\\K\' at character 1 is a reset of where the match starts, which is not supported (docs/patterns.md) (found "\\\\Ka")',
    ],
    [
      {
        ...config({ rules: [{ do: { setHeader: { name: 'x', value: '%[path,map_reg(m)]' } } }] }),
        maps: { m: { '(?R)': 'x' } },
      },
      'error: maps.m: \'(?R\' at character 1 is a recursion or subroutine call, which is not supported (docs/patterns.md) (found "(?R)")',
    ],
    [
      config({ rules: [{ if: { sample: 'path', match: 'reg', values: '(' }, do: { delHeader: 'x' } }] }),
      'error: backends[0].rules[0].if.values: \'(\' at character 1 is never closed (docs/patterns.md) (found "(")',
    ],
    [
      config({
        rules: [{ if: { sample: 'nbsrv(web)', match: 'int', values: 'lt 1' }, do: { deny: { status: 503 } } }],
      }),
      'error: backends[0].rules[0].if.sample: no such backend \'web\'; there are: app (found "nbsrv(web)")',
    ],
    [
      config({ rules: [{ do: { setHeader: { name: 'X', value: '%[path,map(m)]' } } }] }),
      'error: backends[0].rules[0].do.setHeader.value: no such map \'m\'; there is none (found "%[path,map(m)]")',
    ],
    [
      config({ rules: [{ if: { sample: 'http_auth(staff)' }, do: { auth: {} } }] }, { userlists: [] }),
      'error: backends[0].rules[0].if.sample: no such userlist \'staff\'; there is none (found "http_auth(staff)")',
    ],
    [
      config({}, { userlists: [{ name: 'u', users: [{ name: 'a' }] }] }),
      'error: userlists[0].users[0]: needs one of password and insecurePassword',
    ],
    [
      config({}, { userlists: [{ name: 'u', users: [{ name: 'a', password: 'plain' }] }] }),
      "error: userlists[0].users[0].password: must be a crypt hash that begins with '$5$' or '$6$': make one that begins with '$6$': `openssl passwd -6` or `mkpasswd -m sha-512`",
    ],
    [
      config({ errors: { 200: { body: 'x' } } }),
      'error: backends[0].errors.200: must be a status from 400 to 599 (found "200")',
    ],
    [
      config({ retryOn: ['conn-failure', 'luck'] }),
      'error: backends[0].retryOn[1]: must be conn-failure, empty-response, junk-response, response-timeout or a status from 400 to 599 (found "luck")',
    ],
    [
      config({ servers: [{ ...server, observe: 'layer7' }] }),
      'error: backends[0].servers[0].observe: needs a check, which brings the server back (found "layer7")',
    ],
    [
      config({ servers: [{ ...server, onError: 'mark-down' }] }),
      'error: backends[0].servers[0].onError: means nothing without observe (found "mark-down")',
    ],
    [
      config({ servers: [{ ...server, track: 'app/none' }] }),
      'error: backends[0].servers[0].track: there is no such server (found "app/none")',
    ],
    [
      config({ servers: [{ ...server, track: 's1' }] }),
      'error: backends[0].servers[0].track: must be BACKEND/SERVER (found "s1")',
    ],
    [
      config({ useServer: [{ server: 's9' }] }),
      'error: backends[0].useServer[0].server: no such server; there are: s1 (found "s9")',
    ],
    [
      config({ cookie: { name: 'A B' } }),
      'error: backends[0].cookie.name: would break a header: letters, digits and !#$%&\'*+-.^_`|~ are allowed (found "A B")',
    ],
    [
      config({ cookie: { name: 'S', attr: ['x; Domain=evil'] } }),
      "error: backends[0].cookie.attr[0]: would break the header: no control characters, ';' or ',' (found \"x; Domain=evil\")",
    ],
    [
      config({ cookie: { name: 'S', attr: ['x\r\nSet-Cookie: y'] } }),
      "error: backends[0].cookie.attr[0]: would break the header: no control characters, ';' or ',' (found \"x\\r\\nSet-Cookie: y\")",
    ],
    [
      config({ cookie: { name: 'S', domain: 'a;b' } }),
      'error: backends[0].cookie.domain: must be a domain name (found "a;b")',
    ],
    [
      config({ cookie: { name: '__Host-S', domain: 'x.org' } }),
      'error: backends[0].cookie.name: browsers drop a \'__Host-\' cookie that has a domain or is not Secure (found "__Host-S")',
    ],
    [
      config({ cookie: { name: 'S', maxidle: '2h', maxlife: '1h' } }),
      'warning: backends[0].cookie.maxlife: is shorter than maxidle, so maxidle never comes into play (found "1h")',
    ],
    [
      config({ cookie: { name: 'S', maxidle: '30' } }),
      "error: backends[0].cookie.maxidle: needs a unit; did you mean '30s' or '30ms'? (found \"30\")",
    ],
    [
      config({ servers: [{ ...server, cookie: 'a b' }] }),
      "error: backends[0].servers[0].cookie: would break the header: no spaces, quotes, ',', ';' or '\\' (found \"a b\")",
    ],
    [
      config({ cookie: { name: 'S' }, servers: [{ ...server, cookie: 'a|b' }] }),
      'error: backends[0].servers[0].cookie: must not have \'|\', which begins the dates (found "a|b")',
    ],
    [
      config({ check: { inter: 0 } }),
      'error: backends[0].check.inter: must be at least 100ms and at most 2147483647ms (found 0)',
    ],
    [
      config({ check: { uri: '/a b' } }),
      'error: backends[0].check.uri: must begin with \'/\' and have no spaces (found "/a b")',
    ],
    [
      config({}, { frontends: [{ name: 'f', defaultBackend: 'ap' }] }),
      'error: frontends[0].defaultBackend: no such backend; there are: app (found "ap")',
    ],
    [
      config({}, { frontends: [{ name: 'f' }] }),
      'error: frontends[0]: goes nowhere: it needs a defaultBackend or rules',
    ],
    [
      config({}, { frontends: [{ name: 'f', defaultBackend: 'app', bind: '8080' }] }),
      "error: frontends[0].bind: must be 'address:port', '*:port', '[v6 address]:port', 'unix@PATH', 'abns@NAME' or 'fd@N', perhaps with 'mode 660' of a path, 'ssl crt FILE' behind it, and then 'ca-file FILE verify required' or 'ssl-min-ver TLSv1.3' (found \"8080\")",
    ],
    [
      config({}, { frontends: [{ name: 'f', defaultBackend: 'app', trustedProxies: '10.0.0.0/33' }] }),
      "error: frontends[0].trustedProxies: must be an address or a network such as '10.0.0.0/8' or 'fd00::/8' (found \"10.0.0.0/33\")",
    ],
    [
      config({}, { frontends: [{ name: 'f', defaultBackend: 'app', hosts: 's1.example.com' }] }),
      'error: backends[0].servers[0].url: this is frontend \'f\' of this balancer itself: requests would go round in a circle (found "https://s1.example.com")',
    ],
    [
      config({}, { admin: { path: 'x' } }),
      "error: admin.path: must begin with '/', not end with it, and not be '/' (found \"x\")",
    ],
  ])('%j', (input, issue) => {
    expect(issuesOf(input)).toEqual([issue])
  })

  it('and all issues come at once', () => {
    expect(
      issuesOf({
        backends: [{ name: 'app', retries: -1, servers: [{ name: 's1', url: 'x', weight: -1 }] }],
        log: 'xml',
      }),
    ).toHaveLength(4)
  })

  it('several backends need frontends', () => {
    expect(issuesOf({ backends: [config({}).backends[0], { name: 'b', servers: [server] }] })).toEqual([
      'error: frontends: several backends need a frontend that says which requests each one gets',
    ])
  })
})

describe('for Cloudflare', () => {
  it('an address is refused, for serve it is not', () => {
    for (const url of ['http://10.0.0.5:8080', 'http://[2001:db8::1]']) {
      const input = config({ servers: [{ name: 's1', url }] })
      expect(issuesOf(input, 'cloudflare')[0]).toContain(
        'backends[0].servers[0].url: Cloudflare refuses to fetch an address',
      )
      expect(issuesOf(input, 'serve')).toEqual([])
    }
  })

  it('frontends that only their ports tell apart are refused', () => {
    const frontends = [
      { name: 'a', bind: '127.0.0.1:1', defaultBackend: 'app' },
      { name: 'b', bind: '127.0.0.1:2', hosts: 'x.org', defaultBackend: 'app' },
    ]
    expect(issuesOf(config({}, { frontends }), 'cloudflare')[0]).toContain("'a' takes its requests")
    expect(issuesOf(config({}, { frontends }), 'serve')).toEqual([])
    expect(issuesOf(config({}, { frontends: frontends.toReversed() }), 'cloudflare')).toEqual([])
  })

  it.each([
    [':443 ssl crt a.pem ca-file ca.pem verify required', 'ask for client certificates there'],
    [':443 ssl crt a.pem ssl-min-ver TLSv1.3', 'choose the minimum TLS version there'],
  ])('what the bind %s refuses is refused under serve only', (bind, message) => {
    const input = config({}, { frontends: [{ name: 'f', bind, defaultBackend: 'app' }] })
    expect(issuesOf(input, 'serve')).toEqual([])
    expect(issuesOf(input, 'cloudflare')[0]).toContain(message)
    expect(issuesOf(input, 'either')[0]).toContain(message)
  })

  it('a frontend that only this machine reaches is not opened to everybody', () => {
    const stats = { name: 'stats', bind: '127.0.0.1:8404', hosts: 'stats.example.com', defaultBackend: 'app' }
    const web = { name: 'web', bind: ':80', defaultBackend: 'app' }
    expect(issuesOf(config({}, { frontends: [stats, web] }), 'cloudflare')[0]).toContain(
      'error: frontends[0].bind: only this machine reaches 127.0.0.1:8404, but Cloudflare knows no addresses',
    )
    expect(issuesOf(config({}, { frontends: [stats, web] }), 'serve')).toEqual([])
    const local = { ...web, bind: '127.0.0.1:80' }
    expect(issuesOf(config({}, { frontends: [stats, local] }), 'cloudflare')).toEqual([])
  })

  it.each([
    ':443 ssl crt a.pem verify required',
    ':443 ssl crt a.pem ca-file ca.pem',
    ':443 ssl crt a.pem ca-file ca.pem verify optional',
    ':443 ssl crt a.pem ca-file ca.pem verify required crl-file crl.pem',
    ':443 ssl crt a.pem accept-proxy',
    ':443 accept-proxy',
    ':443 ca-file ca.pem verify required',
    ':443 ssl crt a.pem ssl-min-ver TLSv1.1',
  ])('the bind %s is not understood in part', (bind) => {
    const input = config({}, { frontends: [{ name: 'f', bind, defaultBackend: 'app' }] })
    expect(issuesOf(input, 'serve')[0]).toContain("error: frontends[0].bind: must be 'address:port'")
  })
})

/** Paths of what is undefined, in maps and sets, too. */
function openOptions(value: unknown, path = 'config'): readonly string[] {
  if (value === undefined) return [path]
  if (typeof value !== 'object' || value === null) return []
  const entries = value instanceof Map || value instanceof Set ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([key, inner]) => openOptions(inner, `${path}.${String(key)}`))
}

describe('a valid configuration', () => {
  it.each([
    [
      'limpet',
      { format: 'sealed', indirect: true, httponly: true, secure: 'auto', attr: ['SameSite=Lax'] },
      { method: 'GET', version: '1.1' },
      { redispatch: 1, ipv6PrefixLength: 64 },
      's1',
    ],
    [
      'haproxy',
      { format: 'haproxy', indirect: false, httponly: false, secure: false, attr: [] },
      { method: 'OPTIONS', version: '1.0' },
      { redispatch: 0, ipv6PrefixLength: 128 },
      null,
    ],
  ])('leaves no option open, with the defaults of %s', (defaults, cookie, exchange, own, serverCookie) => {
    const { config: resolved } = validateConfig(config({ cookie: { name: 'S' }, check: true }, { defaults }), 'serve')
    expect(openOptions(resolved)).toEqual([])
    const [backend] = resolved!.backends
    expect(backend).toMatchObject({ retries: 3, ...own, cookie })
    expect(backend!.servers[0]!.check).toMatchObject({
      exchanges: [exchange],
      interMs: 2000,
      fastinterMs: 2000,
      timeoutMs: 2000,
      rise: 2,
      fall: 3,
    })
    const [frontend] = resolved!.frontends
    expect(frontend).toMatchObject({ name: 'main', defaultBackend: 'app', xForwarded: defaults === 'limpet' })
    expect(frontend!.forwardfor === null).toBe(defaults === 'haproxy')
    expect(backend!.servers[0]!.cookie).toBe(serverCookie)
  })

  it('leaves none open where everything is there and as little as possible is written', () => {
    for (const defaults of ['limpet', 'haproxy'] as const) {
      const { config: resolved, issues } = validateConfig({ ...EVERYTHING, defaults }, 'serve')
      expect(issues).toEqual([])
      expect(openOptions(resolved)).toEqual([])
    }
  })

  it('expands its shorthand', () => {
    const frontends = [
      { name: 'f', redirectScheme: 'https', rules: [{ hosts: 'A.org', paths: ['/x', '/api/*'], backend: 'app' }] },
    ]
    const { config: resolved } = validateConfig(config({}, { frontends }), 'serve')
    expect(resolved!.frontends[0]!.rules).toEqual([
      { if: { not: { scheme: 'https' } }, do: { redirectScheme: { scheme: 'https', code: 302 } } },
      {
        if: { all: [{ host: ['a.org'] }, { any: [{ path: ['/x'] }, { pathBeg: ['/api/'] }] }] },
        do: { useBackend: ['app'] },
      },
    ])
  })
})

it.each([
  ['500ms', 500],
  ['2s', 2000],
  ['1.5s', 1500],
  ['30m', 1_800_000],
  ['8h', 28_800_000],
  ['1d', 86_400_000],
  [250, 250],
  ['30', undefined],
  ['', undefined],
  ['-1s', undefined],
  [-1, undefined],
  [Number.NaN, undefined],
])('the duration %j is %s ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms)
})

it('networks know IPv4 in IPv6 clothes, and nothing that is no address', () => {
  const inside = createNetworkTest(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'])
  expect(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8:1::1', '192.0.2.7'].every(inside)).toBe(true)
  expect(['11.0.0.1', '2001:db9::1', '', 'x', '10.0.0', '192.0.2.8'].some(inside)).toBe(false)
  expect(clientNetwork('2001:db8:1:2:3:4:5:6', 128)).toBe('2001:db8:1:2:3:4:5:6')
  expect(clientNetwork('2001:db8:1:2:3:4:5:6', 56)).toBe('2001:db8:1::')
})

it('a former name needs mode insert and is another name', () => {
  const cookie = (options: object) => issuesOf(config({ cookie: { name: 'S', ...options } }))
  expect(cookie({ formerly: ['T', 'U'] })).toEqual([])
  expect(cookie({ formerly: 'S' })[0]).toContain('is the name that it has now')
  expect(cookie({ formerly: 'T', mode: 'prefix' })[0]).toContain("needs mode 'insert'")
  expect(cookie({ formerly: 'T;' })[0]).toContain('formerly')
  expect(cookie({ skipCacheable: true, mode: 'passive' })[0]).toContain("needs mode 'insert'")
})

describe('the jurisdiction of a stick table', () => {
  const table = (more: object) => config({ stickTable: { type: 'string', size: 100, jurisdiction: 'eu', ...more } })
  const path = 'backends[0].stickTable.jurisdiction'

  it('is for Durable Objects, and ignored by `limpet serve`, which says so', () => {
    expect(issuesOf(table({}), 'cloudflare')).toEqual([])
    expect(issuesOf(table({}), 'serve')).toEqual([
      `warning: ${path}: is ignored by limpet serve, which keeps every table on this machine (found "eu")`,
    ])
    expect(issuesOf(table({ store: 'kv' }), 'cloudflare')).toContain(
      `error: ${path}: means nothing for store 'kv': remove it, or take 'durable-object' (found "eu")`,
    )
    expect(issuesOf(table({ jurisdiction: 'mars' }), 'cloudflare')).toEqual([
      `error: ${path}: must be one of: eu, fedramp, fedramp-high, us (found "mars")`,
    ])
  })
})

it('`monitor.near` is a place that Cloudflare knows, and ignored by `limpet serve`, which says so', () => {
  const near = (place: string) => config({}, { monitor: { near: place } })
  expect(issuesOf(near('weur'), 'cloudflare')).toEqual([])
  expect(issuesOf(near('weur'), 'serve')).toEqual([
    'warning: monitor.near: is ignored by limpet serve, which keeps the Monitor on this machine (found "weur")',
  ])
  expect(issuesOf(near('europe'), 'cloudflare')).toEqual([
    'error: monitor.near: must be one of: wnam, enam, sam, weur, eeur, apac, apac-ne, apac-se, oc, afr, me (found "europe")',
  ])
})
