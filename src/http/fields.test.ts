import { describe, expect, it, vi } from 'vitest'

import { copyWithout, fieldsOf, replaceLines, toHeaders, valuesOf } from './fields.ts'
import type { Fields } from './fields.ts'

const headersOf = (...lines: [string, string][]) => fieldsOf(new Headers(lines))
const login = () =>
  headersOf(['Set-Cookie', 'sid=1; path=/'], ['Set-Cookie', 'csrf=a,b'], ['X-A', '1'], ['X-A', '2, 3'])

it('keeps the lines of Set-Cookie apart, in any case of the name', () => {
  for (const name of ['set-cookie', 'Set-Cookie']) expect(login().all(name)).toEqual(['sid=1; path=/', 'csrf=a,b'])
})

it('sees the lines of any other header as one', () => {
  expect(login().all('x-a')).toEqual(['1, 2, 3'])
  expect(login().all('x-b')).toEqual([])
})

it('splits lines into values at commas', () => {
  expect(valuesOf(login(), 'x-a')).toEqual(['1', '2', '3'])
  expect(valuesOf(login(), 'set-cookie')).toEqual(['sid=1; path=/', 'csrf=a', 'b'])
})

it('replaces each line in its place, and nothing when none changes', () => {
  const headers = login()
  replaceLines(headers, 'Set-Cookie', (line) => line.replace(/^csrf=(.*)/, 'csrf=$1; Secure'))
  expect(headers.all('set-cookie')).toEqual(['sid=1; path=/', 'csrf=a,b; Secure'])
  replaceLines(headers, 'x-b', () => 'never')
  expect(headers.get('x-b')).toBeNull()
})

it('gives the platform its own Headers back, and makes them of any others', () => {
  const headers = new Headers({ a: '1' })
  expect(toHeaders(fieldsOf(headers))).toBe(headers)
  const others: Fields = {
    ...login(),
    has: () => false,
    get: () => null,
    all: () => [],
    forEachLine: (visit) => login().forEachLine(visit),
  }
  expect(toHeaders(others).getSetCookie()).toEqual(['sid=1; path=/', 'csrf=a,b'])
  expect(toHeaders(others).get('x-a')).toBe('1, 2, 3')
})

describe('the lines of a client, changed', () => {
  const client = () =>
    new Headers([
      ['User-Agent', 'a, b'],
      ['Cookie', 'a=1'],
      ['X-Real-Ip', '1'],
      ['X-A', '1'],
    ])
  const changed = (headers = client()) => copyWithout(fieldsOf(headers), (name) => name === 'x-real-ip')
  const sent = (fields: Fields) => Object.fromEntries(toHeaders(fields))

  it('are handed to the platform without those that are unwanted, and the client keeps its own', () => {
    const headers = client()
    const fields = changed(headers)
    fields.set('Cookie', 'b=2')
    fields.append('X-Forwarded-For', '192.0.2.1')
    fields.remove('x-a')
    expect(sent(fields)).toEqual({ 'user-agent': 'a, b', cookie: 'b=2', 'x-forwarded-for': '192.0.2.1' })
    expect(Object.fromEntries(headers)).toEqual(Object.fromEntries(client()))
  })

  it('are read as they were changed', () => {
    const fields = changed()
    fields.remove('X-A')
    fields.set('X-B', '2')
    expect(['x-a', 'X-b', 'x-real-ip', 'cookie'].map((name) => fields.get(name))).toEqual([null, '2', null, 'a=1'])
    expect(['x-a', 'X-b', 'x-real-ip', 'cookie'].map((name) => fields.has(name))).toEqual([false, true, false, true])
    expect(['x-a', 'X-b'].map((name) => fields.all(name))).toEqual([[], ['2']])
    const names: string[] = []
    fields.forEachLine((name) => names.push(name))
    expect(names).toEqual(['cookie', 'user-agent', 'x-b'])
    fields.set('X-C', '3')
    expect([fields.get('x-c'), sent(fields)['x-c']]).toEqual(['3', '3'])
  })

  it('stay apart where they are on the wire, and keep what cannot be read', () => {
    // Node reads bytes as Latin-1; workerd has U+FFFD for what is not UTF-8.
    const headers = new Headers([
      ['X-A', '1'],
      ['x-a', 'caf\u00e9'],
    ])
    const copied = vi.spyOn(globalThis, 'Headers')
    expect(sent(changed(headers))).toEqual({ 'x-a': '1, caf\u00e9' })
    expect(copied).toHaveBeenCalledWith(headers)
    copied.mockRestore()
  })

  it('may have the names of what every object has', () => {
    const headers = new Headers([['__proto__', 'a']])
    expect(changed().get('constructor')).toBeNull()
    expect(sent(changed(headers))).toEqual(Object.fromEntries(headers))
  })

  it('are more when a line is added to others', () => {
    const fields = changed()
    fields.append('x-a', '2')
    expect(sent(fields)).toEqual({ 'user-agent': 'a, b', cookie: 'a=1', 'x-a': '1, 2' })
  })

  it('refuse what the platform refuses', () => {
    expect(() => changed().set('x-a', 'a\nb')).toThrow(TypeError)
    expect(() => changed().set('x a', 'a')).toThrow(TypeError)
    expect(() => changed().remove('x a')).toThrow(TypeError)
  })
})
