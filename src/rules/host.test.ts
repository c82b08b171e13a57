import { describe, expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import { createReception } from '../balancer/reception/incoming.ts'
import { askedHost } from './host.ts'
import { setXForwarded } from '../balancer/reception/request-headers.ts'
import { createRules } from './rules.ts'
import type { View } from './view.ts'

const HEADERS = { host: 'www.example.com', 'x-name': '' }

/** What the request is after a frontend's rules, asked for at port 8443 so that a port must go, too. */
function ruled(rules: readonly object[], url = 'http://www.example.com:8443/p?q', headers: object = HEADERS) {
  const { config, issues } = validateConfig(
    {
      frontends: [{ name: 'f', rules, defaultBackend: 'b' }],
      backends: [{ name: 'b', servers: [{ name: 's', url: 'http://10.0.0.1' }] }],
    },
    'serve',
  )
  expect(issues).toEqual([])
  const request = new Request(url, { headers: headers as Record<string, string> })
  const arrival = {
    peerAddress: '192.0.2.1',
    peerPort: 0,
    port: undefined,
    frontends: undefined,
    onCloudflare: false,
    lifetime: { waitUntil: () => undefined },
  }
  const incoming = createReception(config!.frontends).take(request, new URL(url), arrival)!
  createRules(config!.frontends[0]!.rules)(incoming, {} as View)
  return incoming
}

describe('a rule that changes the Host', () => {
  it.each([
    ['app.internal', 'http://app.internal/p?q'],
    ['APP.internal:80', 'http://app.internal/p?q'],
    ['app.internal:8080', 'http://app.internal:8080/p?q'],
    ['[::1]:8080', 'http://[::1]:8080/p?q'],
    ['127.0.0.1', 'http://127.0.0.1/p?q'],
  ])('to %s changes the URL, from which the server gets it', (value, url) => {
    const incoming = ruled([{ do: { setHeader: { name: 'Host', value } } }])
    expect(incoming.url.href).toBe(url)
    expect(incoming.headers.get('host')).toBe(new URL(url).host)
    expect(incoming.isHostUnsendable).toBe(false)
  })

  it.each([
    'a b',
    'no/name',
    'user@evil.example',
    'evil.example#',
    'evil.example?x',
    'a, b',
    ':80',
    'a:99999',
    'a:1:2',
    '999.999.999.999',
    '[::1',
    '[1.2.3]',
    '%%00',
    'é.example',
  ])('to %s, which is none, leaves the one before it, and nothing throws', (value) => {
    const incoming = ruled([{ do: { setHeader: { name: 'host', value } } }])
    expect(incoming.url.href).toBe('http://www.example.com:8443/p?q')
    expect(incoming.isHostUnsendable).toBe(true)
  })

  it('to nothing, by a sample that finds nothing or by del-header, leaves the one before it', () => {
    for (const action of [{ setHeader: { name: 'host', value: '%[req.hdr(x-none)]' } }, { delHeader: 'HOST' }]) {
      const incoming = ruled([{ do: action }])
      expect(incoming.headers.get('host') ?? '').toBe('')
      expect(incoming.url.host).toBe('www.example.com:8443')
      expect(incoming.isHostUnsendable).toBe(true)
    }
  })

  it('to one that can be sent, after one that could not, is done', () => {
    const incoming = ruled([
      { do: { setHeader: { name: 'host', value: 'a b' } } },
      { do: { setHeader: { name: 'host', value: 'app.internal' } } },
    ])
    expect(incoming.url.host).toBe('app.internal')
    expect(incoming.isHostUnsendable).toBe(false)
  })

  it('is not told of in X-Forwarded-Host, which says what the client asked for', () => {
    const incoming = ruled([{ do: { setHeader: { name: 'host', value: 'app.internal' } } }])
    setXForwarded(incoming)
    expect(incoming.headers.get('x-forwarded-host')).toBe('www.example.com:8443')
    expect(askedHost(incoming)).toBe('www.example.com:8443')
  })
})
