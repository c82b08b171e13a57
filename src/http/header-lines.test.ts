import { expect, it } from 'vitest'

import { headerLines, headerValues, replaceHeaderLines } from './header-lines.ts'

const headersOf = (...lines: [string, string][]) => new Headers(lines)
const login = () =>
  headersOf(['Set-Cookie', 'sid=1; path=/'], ['Set-Cookie', 'csrf=a,b'], ['X-A', '1'], ['X-A', '2, 3'])

it('keeps the lines of Set-Cookie apart, in any case of the name', () => {
  for (const name of ['set-cookie', 'Set-Cookie'])
    expect(headerLines(login(), name)).toEqual(['sid=1; path=/', 'csrf=a,b'])
})

it('sees the lines of any other header as one', () => {
  expect(headerLines(login(), 'x-a')).toEqual(['1, 2, 3'])
  expect(headerLines(login(), 'x-b')).toEqual([])
})

it('splits lines into values at commas', () => {
  expect(headerValues(login(), 'x-a')).toEqual(['1', '2', '3'])
  expect(headerValues(login(), 'set-cookie')).toEqual(['sid=1; path=/', 'csrf=a', 'b'])
})

it('replaces each line in its place, and nothing when none changes', () => {
  const headers = login()
  replaceHeaderLines(headers, 'Set-Cookie', (line) => line.replace(/^csrf=(.*)/, 'csrf=$1; Secure'))
  expect(headers.getSetCookie()).toEqual(['sid=1; path=/', 'csrf=a,b; Secure'])
  replaceHeaderLines(headers, 'x-b', () => 'never')
  expect(headers.has('x-b')).toBe(false)
})
