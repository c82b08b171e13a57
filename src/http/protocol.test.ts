import { expect, it } from 'vitest'

import { versionOf } from './protocol.ts'

it.each([
  ['HTTP/1.0', '1.0'],
  ['HTTP/1.1', '1.1'],
  ['HTTP/2', '2.0'],
  ['HTTP/3', '3.0'],
  ['SPDY/3.1', '1.1'],
  ['', '1.1'],
  [undefined, '1.1'],
])('what Cloudflare calls %s is %s', (httpProtocol, version) => {
  expect(versionOf({ cf: httpProtocol === undefined ? {} : { httpProtocol } })).toBe(version)
})

it('where the platform says nothing it is 1.1', () => {
  expect(versionOf(new Request('http://www.example.com/'))).toBe('1.1')
})
