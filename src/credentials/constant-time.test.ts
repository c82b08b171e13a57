import { expect, it } from 'vitest'

import { equalInConstantTime } from './constant-time.ts'

it.each([
  ['', '', true],
  ['abc', 'abc', true],
  ['abc', 'xbc', false],
  ['abc', 'abx', false],
  // Differences that would take each other away, if they were added up.
  ['ab', 'ba', false],
  ['abc', 'abcd', false],
  ['', 'a', false],
  // Alike in their lower eight bits.
  ['a', 'š', false],
])('%j and %j: %s', (a, b, isEqual) => {
  expect(equalInConstantTime(a, b)).toBe(isEqual)
})
