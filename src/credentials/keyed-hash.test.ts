import { expect, it } from 'vitest'

import { createKeyedHash } from './keyed-hash.ts'

it('knows a text again, and hashes it otherwise under every other key', async () => {
  const keyed = createKeyedHash()
  expect(await keyed.hash('secret')).toBe(await keyed.hash('secret'))
  expect(await keyed.hash('secret')).not.toBe(await keyed.hash('Secret'))
  expect(await keyed.hash('secret')).not.toBe(await createKeyedHash().hash('secret'))
})

it.each([
  ['secret', 'secret', true],
  ['secret', 'Secret', false],
  ['secret', 'secrets', false],
  ['', '', true],
  ['', 'secret', false],
])('compares %j with %j: %s', async (a, b, isSame) => {
  expect(await createKeyedHash().isSame(a, b)).toBe(isSame)
})
