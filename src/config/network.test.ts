import { expect, it } from 'vitest'

import { sourceNetwork } from './network.ts'

it('whoever has a /64 of IPv6 is one source, and each address of IPv4', () => {
  const sources = [
    '2001:db8:0:1::1',
    '2001:db8:0:1:ffff::2',
    '2001:db8:0:2::1',
    '192.0.2.1',
    '::ffff:192.0.2.1',
    '192.0.2.2',
  ]
  expect(sources.map(sourceNetwork)).toEqual([
    '2001:db8:0:1::',
    '2001:db8:0:1::',
    '2001:db8:0:2::',
    '192.0.2.1',
    '192.0.2.1',
    '192.0.2.2',
  ])
})
