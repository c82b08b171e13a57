import { describe, expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import { toUrl } from '../http/target.ts'
import { createRules } from './rules.ts'
import { BARE_VIEW, transactionOf, TOOLS } from './testing.ts'

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
  const transaction = transactionOf({ url, headers: headers as Record<string, string> })
  createRules(config!.frontends[0]!.rules, TOOLS)(transaction, BARE_VIEW)
  return transaction
}

describe('a rule that changes the Host', () => {
  it.each([
    ['app.internal', 'http://app.internal/p?q'],
    ['APP.internal:80', 'http://app.internal/p?q'],
    ['app.internal:8080', 'http://app.internal:8080/p?q'],
    ['[::1]:8080', 'http://[::1]:8080/p?q'],
    ['127.0.0.1', 'http://127.0.0.1/p?q'],
  ])('to %s changes the URL, from which the server gets it', (value, url) => {
    const { forOrigin } = ruled([{ do: { setHeader: { name: 'Host', value } } }])
    expect(toUrl(forOrigin.target).href).toBe(url)
    expect(forOrigin.headers.get('host')).toBe(new URL(url).host)
    expect(forOrigin.isHostUnsendable).toBe(false)
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
    const { forOrigin } = ruled([{ do: { setHeader: { name: 'host', value } } }])
    expect(toUrl(forOrigin.target).href).toBe('http://www.example.com:8443/p?q')
    expect(forOrigin.isHostUnsendable).toBe(true)
  })

  it('to nothing, by a sample that finds nothing or by del-header, leaves the one before it', () => {
    for (const action of [{ setHeader: { name: 'host', value: '%[req.hdr(x-none)]' } }, { delHeader: 'HOST' }]) {
      const { forOrigin } = ruled([{ do: action }])
      expect(forOrigin.headers.get('host') ?? '').toBe('')
      expect(forOrigin.target.host).toBe('www.example.com:8443')
      expect(forOrigin.isHostUnsendable).toBe(true)
    }
  })

  it('to one that can be sent, after one that could not, is done', () => {
    const { forOrigin } = ruled([
      { do: { setHeader: { name: 'host', value: 'a b' } } },
      { do: { setHeader: { name: 'host', value: 'app.internal' } } },
    ])
    expect(forOrigin.target.host).toBe('app.internal')
    expect(forOrigin.isHostUnsendable).toBe(false)
  })

  it('leaves what the client asked for', () => {
    const { asked, forOrigin } = ruled([{ do: { setHeader: { name: 'host', value: 'app.internal' } } }])
    expect([asked.host, forOrigin.target.host]).toEqual(['www.example.com:8443', 'app.internal'])
  })
})
