import { expect, it } from 'vitest'

import { bytes, duration, stateClass } from './stats-page-units.ts'

it.each([
  [undefined, '0'],
  [0, '0'],
  [1023, '1023'],
  [1024, '1.0K'],
  [1536, '1.5K'],
  [1024 ** 2, '1.0M'],
  [3.25 * 1024 ** 3, '3.3G'],
  [1024 ** 4, '1.0T'],
  [2048 * 1024 ** 4, '2048.0T'],
  ['2048', '2.0K'],
])('%s bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text)
})

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3_599, '59 min'],
  [3_600, '1 h'],
  [7_500, '2 h 5 min'],
  [86_399, '23 h 59 min'],
  [86_400, '1 d'],
  [273_600, '3 d 4 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

it.each([
  ['up', 'up', 'going'],
  ['down', 'down', 'down'],
  ['drain', 'drain', 'drain'],
  ['nolb', 'drain', 'drain'],
  ['maint', 'maint', 'maint'],
] as const)('%s is shown as %s, in transition as %s', (shown, settled, transitional) => {
  expect(stateClass({ shown, isTransitional: false })).toBe(settled)
  expect(stateClass({ shown, isTransitional: true })).toBe(transitional)
})
