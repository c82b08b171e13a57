import { describe, expect, it } from 'vitest'

import { copyOfTarget, isUnresolved, requestTarget, targetOf, toUrl } from './target.ts'

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

  it('has a copy that is changed alone', () => {
    const [one, copy] = [target(), copyOfTarget(target())]
    copy.path = '/other'
    expect([one.path, copy.path]).toEqual(['/a/b', '/other'])
  })

  it('gives the platform its own URL back, and makes one of any other', () => {
    const url = new URL('http://x/a?')
    expect(toUrl(targetOf(url))).toBe(url)
    const { scheme, host, hostname, port, path, query, pathAndQuery } = targetOf(url)
    expect(toUrl({ scheme, host, hostname, port, path, query, pathAndQuery }).href).toBe('http://x/a?')
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
