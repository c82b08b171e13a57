import { expect, it } from 'vitest'

import { isSameOrigin } from './same-origin.ts'

const from = (headers: Record<string, string>) =>
  isSameOrigin(new Request('https://www.example.com/stats', { headers }))

it('goes by the URL that was asked for', () => {
  expect(from({})).toBe(true)
  expect(from({ origin: 'https://www.example.com' })).toBe(true)
  expect(from({ origin: 'https://evil.example' })).toBe(false)
  expect(from({ referer: 'https://evil.example/www.example.com' })).toBe(false)
  expect(from({ origin: 'null' })).toBe(false)
  expect(from({ 'sec-fetch-site': 'same-site' })).toBe(false)
})
