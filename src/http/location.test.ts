import { expect, it } from 'vitest'

import { withOrigin } from './location.ts'

it.each([
  ['https://s1.example.com/login?x=1#top', 'http://app.example.com/login?x=1#top'],
  ['https://s1.example.com:443/', 'http://app.example.com/'],
  ['https://s1.example.com:8443/', undefined],
  ['http://s1.example.com/', undefined],
  ['https://s1.example.com.evil.example/', undefined],
  ['https://elsewhere.example/', undefined],
  ['/relative', undefined],
])('the Location %s of a server becomes %s', (location, expected) => {
  expect(withOrigin(location, { hostname: 's1.example.com', port: 443 }, 'http://app.example.com')).toBe(expected)
})
