import { expect, it } from 'vitest'

import { fieldsOf, replaceLines, toHeaders, valuesOf } from './fields.ts'
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
