import { expect, it } from 'vitest'

import { slotsOf } from './slots.ts'
import { membersOf } from './testing.ts'

it.each([
  [[6, 4, 2], 6],
  [[5, 1, 1], 7],
  [[256, 256], 2],
  [[0, 3], 4],
  [[], 0],
])('a map of the weights %j has %i slots', (weights, length) => {
  const slots = slotsOf(membersOf(weights))
  expect(slots).toHaveLength(length)
  expect(slots).not.toContain(undefined)
})
