import { expect, it } from 'vitest'

import { isSameOrigin } from './same-origin.ts'

const from = (headers: Record<string, string>, url = 'https://www.example.com/stats') =>
  isSameOrigin(new Request(url, { headers }))

it.each([
  ['a program, which says nothing', {}],
  ['the page itself', { origin: 'https://www.example.com', 'sec-fetch-site': 'same-origin' }],
  ['a person who typed the address', { 'sec-fetch-site': 'none' }],
  ['an older browser, by its Referer', { referer: 'https://www.example.com/stats;st=DONE' }],
  // A proxy before it may have ended TLS.
  ['the page over plain HTTP', { origin: 'http://www.example.com' }],
])('%s is meant', (_, headers) => {
  expect(from(headers as Record<string, string>)).toBe(true)
})

it.each([
  ['another site', { origin: 'https://evil.example' }],
  ['another site, by its Referer', { referer: 'https://evil.example/www.example.com' }],
  ['another site that says it twice', { origin: 'https://www.example.com', referer: 'https://evil.example/' }],
  ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbour of one domain, as the browser says', { 'sec-fetch-site': 'same-site' }],
  ['a neighbour of one domain', { origin: 'https://app.example.com' }],
  ['another port', { origin: 'https://www.example.com:8443' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['no URL', { referer: 'www.example.com' }],
  ['a name that begins like ours', { origin: 'https://www.example.com.evil.example' }],
])('%s is not', (_, headers) => {
  expect(from(headers as Record<string, string>)).toBe(false)
})

it('goes by the URL that was asked for, with its port', () => {
  expect(from({ origin: 'http://localhost:8080' }, 'http://localhost:8080/')).toBe(true)
  expect(from({ origin: 'http://localhost' }, 'http://localhost:8080/')).toBe(false)
})
