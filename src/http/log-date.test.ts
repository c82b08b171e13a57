import { expect, it } from 'vitest'

import { isoDate, logDate } from './log-date.ts'

it('is the date as the runtime writes it', () => {
  const times = [
    0, 999, 1000, 1001, 1_800_000_000_007, 1_800_000_000_070, 1_799_999_999_999, 951_782_399_999, -1, -1001,
  ]
  expect(times.map(isoDate)).toEqual(times.map((ms) => new Date(ms).toISOString()))
})

it('is written the way logs have it', () => {
  expect(logDate('2026-11-21T12:07:08.757Z')).toBe('21/Nov/2026:12:07:08.757')
})
