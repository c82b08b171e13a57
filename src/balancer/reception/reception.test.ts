import { describe, expect, it } from 'vitest'

import type { Frontend } from '../../config/options/frontend.ts'
import type { FrontendInput } from '../../config/options/frontend.ts'
import { validateConfig } from '../../config/validate.ts'
import { toHeaders } from '../../http/fields.ts'
import { requestTarget } from '../../http/target.ts'
import { BARE_VIEW, TOOLS } from '../../rules/testing.ts'
import { createTally } from '../../stats/tally.ts'
import { createForwarded, createForwardFor, createXForwarded } from '../dispatch/forwarded-headers.ts'
import { ANY_SOCKET } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import { createReception } from './reception.ts'
import { createRules } from '../../rules/rules.ts'

const backends = ['app', 'api'].map((name) => ({ name, servers: [{ name: 's1', url: 'https://s1.example.com' }] }))

function frontendsOf(...frontends: Omit<FrontendInput, 'name'>[]): readonly Frontend[] {
  const named = frontends.map((frontend, i) => ({ name: `f${i}`, defaultBackend: 'app', ...frontend }))
  const { config, issues } = validateConfig({ frontends: named, backends }, 'serve')
  expect(issues).toEqual([])
  return config!.frontends
}

interface Asked {
  readonly url?: string
  readonly headers?: Record<string, string>
  readonly method?: string
  readonly peerAddress?: string
  readonly arrival?: Partial<Arrival>
}

function receive(frontends: readonly Frontend[], asked: Asked = {}) {
  const { url = 'http://app.example.com/', headers = {}, method = 'GET', peerAddress = '192.0.2.1' } = asked
  const request = new Request(url, { method, headers })
  const arrival = {
    peerAddress,
    peerPort: () => 0,
    socket: ANY_SOCKET,
    onCloudflare: false,
    lifetime: { waitUntil: () => undefined },
    ...asked.arrival,
  }
  const received = createReception(frontends, createTally).take(request, requestTarget(request)!, arrival)
  if (received === 'unreadable') throw new Error('its Host is malformed')
  return received
}

describe('a frontend', () => {
  it('takes its scheme, its hosts and its socket, the first that does', () => {
    const frontends = frontendsOf(
      { hosts: ['app.example.com', '*.apps.example.com'], scheme: 'https' },
      { hosts: '*.example.com' },
    )
    const nameOf = (url: string, sockets?: string[]) =>
      receive(frontends, { url, arrival: { socket: { port: undefined, frontends: sockets } } })?.asked.frontend.name
    expect(nameOf('https://app.example.com/')).toBe('f0')
    expect(nameOf('https://a.b.apps.example.com/')).toBe('f0')
    expect(nameOf('http://app.example.com/')).toBe('f1')
    expect(nameOf('https://app.example.com/', ['f1'])).toBe('f1')
    expect(nameOf('https://example.com/')).toBeUndefined()
    expect(nameOf('https://evilexample.com/')).toBeUndefined()
  })

  it("believes X-Forwarded-For and -Proto from its trusted proxies alone, from our side to the client's", () => {
    const frontends = frontendsOf({ trustedProxies: ['10.0.0.0/8', 'fd00::/8'] })
    const clientOf = (peerAddress: string, forwardedFor: string) => {
      const headers = { 'x-forwarded-for': forwardedFor, 'x-forwarded-proto': 'https' }
      const { asked } = receive(frontends, { peerAddress, headers })!
      return `${asked.clientAddress} ${asked.scheme}`
    }
    expect(clientOf('192.0.2.1', '198.51.100.7')).toBe('192.0.2.1 http')
    expect(clientOf('10.1.1.1', '198.51.100.7')).toBe('198.51.100.7 https')
    expect(clientOf('10.1.1.1', '203.0.113.66, 198.51.100.7, 10.2.2.2')).toBe('198.51.100.7 https')
    expect(clientOf('fd00::1', '::ffff:198.51.100.7')).toBe('198.51.100.7 https')
    expect(clientOf('10.1.1.1', '')).toBe('10.1.1.1 https')
  })

  it.each([
    ['203.0.113.5:4711', '203.0.113.5'],
    ['"203.0.113.5:4711"', '203.0.113.5'],
    ['[2001:db8::5]:4711', '2001:db8::5'],
    ['[2001:db8::5]', '2001:db8::5'],
    ['203.0.113.5:4711, 10.2.2.2:80', '203.0.113.5'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    // Nobody knows the client: it is not the proxy, whose network may be let in.
    ['nonsense', ''],
    ['unknown', ''],
    ['203.0.113.5, unknown, 10.2.2.2', ''],
    ['203.0.113.5:47:11', ''],
    ['203.0.113.5:', ''],
  ])('a trusted proxy that says %s names the client %s', (forwardedFor, client) => {
    const frontends = frontendsOf({ trustedProxies: ['10.0.0.0/8'] })
    const headers = { 'x-forwarded-for': forwardedFor }
    expect(receive(frontends, { peerAddress: '10.1.1.1', headers })!.asked.clientAddress).toBe(client)
  })

  it.each([
    ['Internal.Test:80', 'http://internal.test/', 'internal.test'],
    ['internal.test:443', 'https://internal.test/', 'internal.test'],
    ['internal.test:8080', 'http://internal.test:8080/', 'internal.test:8080'],
  ])('shows rules the Host that the server gets: %s', (host, url, sent) => {
    const rules = [{ if: { sample: 'req.hdr(host)', values: sent }, do: { deny: { status: 403 } } }]
    const frontends = frontendsOf({ rules })
    const journey = receive(frontends, { url, headers: { host } })!
    expect(journey.forOrigin.headers.get('host')).toBe(sent)
    expect(createRules(frontends[0]!.rules, TOOLS)(journey, BARE_VIEW)).toEqual({ status: 403 })
  })

  it('knows the port of its socket, or that of the URL', () => {
    const frontends = frontendsOf({})
    expect(receive(frontends, { url: 'http://x:81/' })!.asked.port()).toBe(81)
    expect(receive(frontends, { url: 'https://x/' })!.asked.port()).toBe(443)
    expect(
      receive(frontends, {
        url: 'http://x:81/',
        arrival: { socket: { port: 8080, frontends: undefined } },
      })!.asked.port(),
    ).toBe(8080)
  })
})

describe('rules', () => {
  const actionFor = (rules: FrontendInput['rules'], asked: Asked) => {
    const frontends = frontendsOf({ rules, trustedProxies: '10.0.0.0/8' })
    const journey = receive(frontends, asked)!
    const ended = createRules(frontends[0]!.rules, TOOLS)(journey, BARE_VIEW)
    if (ended === undefined) return frontends[0]!.defaultBackend
    return 'backend' in ended ? ended.backend : ended
  }

  it.each([
    [{ path: '/a' }, '/a', '/a/'],
    [{ pathBeg: ['/api/', '/v1'] }, '/v1x', '/x/api/'],
    [{ pathEnd: '.png' }, '/a.png', '/a.png/'],
    [{ host: '*.example.com' }, '/', null],
    [{ not: { path: '/a' } }, '/b', '/a'],
    [{ all: [{ path: '/a' }, { method: 'GET' }] }, '/a', '/b'],
    [{ any: [{ path: '/a' }, { path: '/b' }] }, '/b', '/c'],
    [{ src: '192.0.2.0/24' }, '/', null],
    [{ scheme: 'http' as const }, '/', null],
  ])('%j holds for %s and not for %s', (condition, yes, no) => {
    const rules = [{ if: condition, do: { useBackend: 'api' } }]
    expect(actionFor(rules, { url: `http://app.example.com${yes}?q=/a` })).toBe('api')
    if (no !== null) expect(actionFor(rules, { url: `http://app.example.com${no}` })).toBe('app')
  })

  it('read the path as the origin will: dot segments and their encodings do not get past', () => {
    const rules = [{ if: { pathBeg: '/admin' }, do: { deny: { status: 403 } } }]
    for (const path of ['/admin', '/x/../admin', '/x/%2e%2e/admin', '/./admin', '/x/..\\admin']) {
      expect(actionFor(rules, { url: `http://x${path}` })).toEqual({ status: 403 })
    }
  })

  it('ask for a header by its presence or its exact value', () => {
    const present = [{ if: { hdr: { name: 'X-Beta' } }, do: { useBackend: 'api' } }]
    expect(actionFor(present, { headers: { 'x-beta': '' } })).toBe('api')
    expect(actionFor(present, {})).toBe('app')
    const exact = [{ if: { hdr: { name: 'X-Beta', value: ['1', 'yes'] } }, do: { useBackend: 'api' } }]
    expect(actionFor(exact, { headers: { 'x-beta': 'yes' } })).toBe('api')
    expect(actionFor(exact, { headers: { 'x-beta': 'yes2' } })).toBe('app')
    // Two lines, as a Worker sees them.
    expect(actionFor(exact, { headers: { 'x-beta': 'no, yes' } })).toBe('api')
  })

  it('act in order, the first that holds; src is the client behind a trusted proxy', () => {
    const rules = [{ if: { src: '198.51.100.7' }, do: { deny: { status: 429 } } }, { do: { useBackend: 'api' } }]
    const headers = { 'x-forwarded-for': '198.51.100.7' }
    expect(actionFor(rules, { headers, peerAddress: '10.0.0.1' })).toEqual({ status: 429 })
    expect(actionFor(rules, { headers, peerAddress: '192.0.2.9' })).toBe('api')
  })
})

describe('the headers an origin gets', () => {
  const headersFor = (frontend: Omit<FrontendInput, 'name'>, asked: Asked, onCloudflare = false) => {
    const frontends = frontendsOf(frontend)
    const journey = receive(frontends, { ...asked, arrival: { onCloudflare } })!
    createForwardFor(frontends[0]!.forwardfor)?.(journey)
    createForwarded(frontends[0]!.forwarded)?.(journey)
    createXForwarded(frontends[0]!)?.(journey)
    return Object.fromEntries(toHeaders(journey.forOrigin.headers))
  }
  const forged = {
    'x-forwarded-for': '203.0.113.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-prefix': '/evil',
    x_forwarded_for: '203.0.113.1',
    forwarded: 'for=203.0.113.1',
    'x-real-ip': '203.0.113.1',
    'cf-connecting-ip': '203.0.113.1',
    cf_connecting_ip: '203.0.113.1',
    'cf-connecting_ip': '203.0.113.1',
    cf_ipcountry: 'DE',
  }

  it('hold nothing that the client forged, under any spelling', () => {
    expect(headersFor({}, { headers: { ...forged, 'x-request-id': '7' } })).toEqual({
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': 'app.example.com',
      'x-forwarded-port': '80',
      'x-forwarded-proto': 'http',
      'x-request-id': '7',
    })
  })

  it("keep Cloudflare's own headers on Cloudflare", () => {
    for (const frontend of [{}, { dropForwarded: false }]) {
      const headers = headersFor(frontend, { headers: forged }, true)
      expect(headers['cf-connecting-ip']).toBe('203.0.113.1')
      expect(Object.keys(headers).filter((name) => name.startsWith('cf'))).toEqual(['cf-connecting-ip'])
    }
  })

  it('leave out excepted networks, and with ifNone an address that is there', () => {
    expect(headersFor({ forwardfor: { except: '192.0.2.0/24' } }, {})['x-forwarded-for']).toBeUndefined()
    const kept = { dropForwarded: false, forwardfor: { ifNone: true } }
    expect(headersFor(kept, { headers: forged })['x-forwarded-for']).toBe('203.0.113.1')
    const appended = { dropForwarded: false, forwardfor: { header: 'X-Client' } }
    expect(headersFor(appended, { headers: { 'x-client': 'a' } })['x-client']).toBe('a, 192.0.2.1')
  })

  it.each([
    [true, '192.0.2.1', 'http://app.example.com/', 'proto=http;for=192.0.2.1'],
    [
      ['host', 'for'] as const,
      '2001:db8::1',
      'http://app.example.com:81/',
      'host="app.example.com:81";for="[2001:db8::1]"',
    ],
    [['for'] as const, '', 'http://x/', 'for=unknown'],
    [false, '192.0.2.1', 'http://x/', undefined],
  ])('say by Forwarded what is asked for: %o of %s', (forwarded, peerAddress, url, header) => {
    const written = typeof forwarded === 'boolean' ? forwarded : [...forwarded]
    expect(headersFor({ forwarded: written }, { url, peerAddress })['forwarded']).toBe(header)
  })

  it('carry on what a trusted proxy said of host and port', () => {
    const headers = {
      'x-forwarded-host': 'public.example',
      'x-forwarded-port': '443',
      'x-forwarded-for': '198.51.100.7',
    }
    const got = headersFor({ trustedProxies: '10.0.0.0/8' }, { headers, peerAddress: '10.0.0.1' })
    expect(got).toMatchObject({ ...headers, 'x-forwarded-for': '198.51.100.7, 10.0.0.1' })
  })
})
