import { expect, it } from 'vitest'

import { shortHash } from './short-hash.ts'

it("is the beginning of a text's SHA-256 in base64url", async () => {
  // SHA-256 of "abc" (FIPS 180-2, appendix B.1) begins with ba7816bf 8f01cfea 41.
  expect(await shortHash('abc', 9)).toBe('ungWv48Bz-pB')
  expect(await shortHash('abc', 4)).toBe('ungWvw')
})
