import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { bodyTimeMs, inTime } from './in-time.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value))

it('is what comes in time', async () => {
  const waiting = inTime(after(99, 'here'), 100, 'late')
  await vi.advanceTimersByTimeAsync(99)
  expect(await waiting).toBe('here')
})

it('is what was said for it when it comes late, even if it breaks then', async () => {
  const waiting = inTime(
    after(101, '').then(() => Promise.reject(new Error('gone'))),
    100,
    'late',
  )
  await vi.advanceTimersByTimeAsync(200)
  expect(await waiting).toBe('late')
})

it('breaks as what it waits for', async () => {
  await expect(inTime(Promise.reject(new Error('gone')), 100, 'late')).rejects.toThrow('gone')
})

it('gives a body the pause that its client may make, and a second for each 4 KB', () => {
  expect([bodyTimeMs(0, 2_000), bodyTimeMs(8, 2_000), bodyTimeMs(4_000, 2_000)]).toEqual([2_000, 2_002, 3_000])
})
