import { describe, expect, it } from 'vitest'

import { copyOfTarget, isAtOrBelow, isUnresolved, requestTarget, targetOf, toHref, toUrl } from './target.ts'

const target = (url = 'http://www.example.com:8443/a/b?q=1') => targetOf(new URL(url))

describe('a target', () => {
  it('is told in parts', () => {
    const { scheme, host, hostname, port, path, query, pathAndQuery } = target()
    expect([scheme, host, hostname, port]).toEqual(['http', 'www.example.com:8443', 'www.example.com', '8443'])
    expect([path, query, pathAndQuery]).toEqual(['/a/b', '?q=1', '/a/b?q=1'])
    expect([target('https://x/').scheme, target('https://x:443/').port]).toEqual(['https', ''])
  })

  it('keeps a lone ? on the wire', () => {
    expect([target('http://x/a?').query, target('http://x/a?').pathAndQuery]).toEqual(['', '/a?'])
    expect(target('http://x/a').pathAndQuery).toBe('/a')
  })

  it('is normalised when it is written, and loses no tab', () => {
    const written = target()
    written.path = '/x/../y\tz'
    written.query = 'a b\t'
    expect(toUrl(written).href).toBe('http://www.example.com:8443/y%09z?a%20b%09')
  })

  it.each([
    ['/_limpet', true],
    ['/_limpet/', true],
    ['/_limpet/servers', true],
    ['/_limpet?once', true],
    ['/x/../_limpet/servers', true],
    ['/_limpets', false],
    ['/_limpe', false],
    ['/a/_limpet', false],
    ['/?/_limpet', false],
    ['/_LIMPET', false],
    ['/', false],
  ])('%s is at or below /_limpet: %s', (path, isIt) => {
    expect(isAtOrBelow(target(`http://x${path}`), '/_limpet')).toBe(isIt)
  })

  it('has a copy that is changed alone', () => {
    const [one, copy] = [target(), copyOfTarget(target())]
    copy.path = '/other'
    expect([one.path, copy.path]).toEqual(['/a/b', '/other'])
  })

  it('is handed to the platform as text, without what no server sees', () => {
    expect(['http://x/a?#b', 'http://x/a#?'].map((url) => toHref(targetOf(new URL(url))))).toEqual([
      'http://x/a?',
      'http://x/a',
    ])
    const { scheme, host, hostname, port, path, query, pathAndQuery } = targetOf(new URL('http://x/a?'))
    expect(toHref({ scheme, host, hostname, port, path, query, pathAndQuery })).toBe('http://x/a?')
  })

  it('has the host that it was given, and keeps the one that it had when that is none', () => {
    const written = target()
    expect([written.setHost('other.example'), written.host, written.port]).toEqual([true, 'other.example', ''])
    expect([written.setHost('a b'), toHref(written)]).toEqual([false, 'http://other.example/a/b?q=1'])
  })
})

describe('a URL', () => {
  it.each(['a b', 'user@evil.example', 'evil.example#', 'a:1:2', '[::1', ''])('of the Host %j is none', (host) => {
    expect(requestTarget({ url: 'http://x/', headers: new Headers({ host }) } as Request)).toBeUndefined()
  })

  it.each([
    'http://user@x/',
    'http://:p@x/',
    'http://999.999.999.999/',
    '/',
    'http://a.example*',
    'http://a.example!/',
  ])('%s is none', (url) => {
    expect(requestTarget({ url, headers: new Headers() } as Request)).toBeUndefined()
  })

  it.each(['x', 'x:81', '[::1]:81', 'a_b.example'])('of the Host %s is read', (host) => {
    expect(requestTarget({ url: `http://${host}/a`, headers: new Headers({ host }) } as Request)?.path).toBe('/a')
  })
})

describe('a URL as it came', () => {
  it.each(['/a/../b', '/..', '/.', '/a/./b', '/a/%2e%2E/b', '/a/.%2e', '/a\\b', '/a/..\\b', '/..?a', '/..#a'])(
    '%s is unresolved',
    (path) => {
      expect(isUnresolved(`http://x${path}`)).toBe(true)
    },
  )

  it.each([
    '',
    '/',
    '/.limpet/a',
    '/...',
    '/a../b',
    '/a.',
    '/a..?b',
    '/a?/../b',
    '/a?\\',
    '/a#/..',
    '/%2e%2e%2e',
    '/a%2f..%2fb',
    '//a',
  ])('%s is as its target', (path) => {
    expect(isUnresolved(`http://x${path}`)).toBe(false)
    expect(target(`http://x${path}`).path).toBe(path.replace(/[?#].*/, '') || '/')
  })
})

describe('a URL that need not be parsed', () => {
  const PARTS = [
    '/',
    'a',
    '.',
    '..',
    '%2e',
    '%2E',
    '%41',
    '?',
    '#',
    ';',
    ',',
    "'",
    '"',
    ' ',
    '|',
    '^',
    '\\',
    '\t',
    'é',
    '~',
    '_',
    '[',
    '{',
    '`',
    '%',
    '@',
    ':',
  ]
  const HOSTS = [
    'x',
    'WWW.Example.com',
    'x:80',
    'x:81',
    '[::1]',
    '127.1',
    '0x7f.1',
    'a_b',
    'xn--a',
    'é.example',
    'u@x',
    'x:',
    'x?a',
    'x\\y',
    '',
  ]

  it('is read as if it were', () => {
    let seed = 1
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    for (let i = 0; i < 20_000; i++) {
      const path = Array.from({ length: random(8) }, () => PARTS[random(PARTS.length)]).join('')
      const url = `${['http', 'https', 'HTTP'][random(3)]}://${HOSTS[random(HOSTS.length)]}/${path}`
      const read = requestTarget({ url, headers: new Headers() } as Request)
      const parsed = URL.canParse(url) ? new URL(url) : undefined
      const isRead =
        parsed !== undefined && parsed.username + parsed.password === '' && /^[\w.[\]:-]+$/.test(parsed.host)
      expect(read && toHref(read), url).toBe(isRead ? parsed.href.replace(/#.*/, '') : undefined)
      expect(read && [read.scheme, read.host, read.hostname, read.port, read.path, read.query], url).toEqual(
        isRead
          ? [parsed.protocol.slice(0, -1), parsed.host, parsed.hostname, parsed.port, parsed.pathname, parsed.search]
          : undefined,
      )
    }
  })
})
