import { expect, it } from 'vitest'

import { createKeyOf } from './table-key.ts'

const plain = { lengthBytes: 4, hashKeys: false }

it.each([
  ['ip', '192.0.2.1', '192.0.2.1'],
  ['ip', '::ffff:192.0.2.1', '192.0.2.1'],
  ['ip', '2001:db8::1', undefined],
  ['ip', 'none', undefined],
  ['ipv6', '2001:DB8:0::1', '2001:db8::1'],
  ['ipv6', '192.0.2.1', '192.0.2.1'],
  ['ipv6', '', undefined],
  ['integer', '42', '42'],
  ['integer', '7a', '7'],
  ['integer', 'a', '0'],
  ['integer', 'a7', '0'],
  ['integer', '-1', '4294967295'],
  ['integer', '4294967297', '1'],
  ['integer', '1234567890123456', String(123456789012345 % 2 ** 32)],
  ['string', 'abcdef', 'abcd'],
  ['string', 'ab', 'ab'],
  ['binary', '01020304', '0102'],
] as const)('of type %s: %j is the key %j', (type, sample, key) => {
  expect(createKeyOf({ ...plain, type }, 'app')(sample)).toBe(key)
})

it('is a hash where keys are hashed: of the key as it would be, and of the table', async () => {
  const hashed = (table: string) => createKeyOf({ type: 'string', lengthBytes: 4, hashKeys: true }, table)
  const keyOf = hashed('app')
  const key = await keyOf('abcdef')
  expect(key).toMatch(/^[\w-]{22}$/)
  expect(keyOf('abcdxy')).toBe(key)
  expect(await hashed('app')('abcd')).toBe(key)
  expect(await hashed('other')('abcd')).not.toBe(key)
  expect(await keyOf('abc')).not.toBe(key)
})

it('has no hash of what is no key', () => {
  expect(createKeyOf({ type: 'ip', lengthBytes: 4, hashKeys: true }, 'app')('none')).toBeUndefined()
})
