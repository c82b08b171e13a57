import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { createMoves } from './moves.ts'
import type { Outcome } from '../orders.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Each move takes half a second. */
function scripted(outcomes: readonly Outcome[] = []) {
  const atMs: number[] = []
  const startMs = Date.now()
  const moves = createMoves(
    async () => {
      atMs.push(Date.now() - startMs)
      await new Promise((resolve) => setTimeout(resolve, 500))
      return outcomes[atMs.length - 1] ?? { isDone: true, lines: [] }
    },
    () => Date.now() - startMs,
  )
  return { moves, atMs }
}

it('the first is at once, those that come meanwhile are one more after a pause', async () => {
  const { moves, atMs } = scripted()
  moves.ask()
  moves.ask()
  for (let i = 0; i < 20; i++) {
    await vi.advanceTimersByTimeAsync(100)
    moves.ask()
  }
  await vi.advanceTimersByTimeAsync(60_000)
  expect(atMs).toEqual([0, 3_500])
  moves.ask()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(atMs).toHaveLength(3)
})

it('what fails is tried again, unless it is another’s now', async () => {
  const failed = { isDone: false, lines: [] }
  const { moves, atMs } = scripted([failed, failed, { ...failed, isElsewhere: true }])
  moves.ask()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(atMs).toEqual([0, 3_500, 7_000])
})

it('nothing moves after it was stopped', async () => {
  const { moves, atMs } = scripted()
  moves.ask()
  moves.stop()
  moves.ask()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(atMs).toEqual([])
})
