import { expect, it } from 'vitest'

import { judgeBackend, newBackendRecord } from './backend-record.ts'

it('counts how often a backend had no server, and for how long', () => {
  let record = newBackendRecord(false, 1_000)
  expect(record).toEqual({ isDown: false, downs: 0, downtimeMs: 0, lastChangeMs: 1_000 })
  record = judgeBackend(record, true, 5_000)
  expect(record).toEqual({ isDown: true, downs: 1, downtimeMs: 0, lastChangeMs: 5_000 })
  record = judgeBackend(record, false, 7_000)
  expect(record).toEqual({ isDown: false, downs: 1, downtimeMs: 2_000, lastChangeMs: 7_000 })
  record = judgeBackend(judgeBackend(record, true, 8_000), false, 8_500)
  expect(record).toEqual({ isDown: false, downs: 2, downtimeMs: 2_500, lastChangeMs: 8_500 })
})

it('is the same record while nothing changes', () => {
  for (const isDown of [true, false]) {
    const record = newBackendRecord(isDown, 1_000)
    expect(judgeBackend(record, isDown, 2_000)).toBe(record)
  }
})
