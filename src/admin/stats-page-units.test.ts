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
  ['UP', 'up'],
  ['OPEN', 'up'],
  ['no check', 'up'],
  ['UP 1/3', 'going'],
  ['DOWN', 'down'],
  ['DOWN 1/2', 'down'],
  ['DRAIN', 'drain'],
  ['DRAIN 1/3', 'drain'],
  ['NOLB', 'drain'],
  ['NOLB 1/2', 'drain'],
  ['MAINT', 'maint'],
])('%s is shown as %s', (status, name) => {
  expect(stateClass(status)).toBe(name)
})
