// When servers that are elsewhere are served there: the first at once; others, as long as they come thick and fast, together after a pause.
// Each time new fronts start, and names may change every second.

import type { Outcome } from '../orders.ts'

const PAUSE_MS = 3_000

export interface Moves {
  ask(): void
  stop(): void
}

/** `move` that has not succeeded is tried again. */
export function createMoves(move: () => Promise<Outcome>, now: () => number): Moves {
  let timer: NodeJS.Timeout | undefined
  let isMoving = false
  let isDue = false
  let endedMs = -Infinity
  let isStopped = false

  function arrange(): void {
    if (!isDue || isMoving || isStopped || timer) return
    timer = setTimeout(() => void run(), Math.max(0, endedMs + PAUSE_MS - now()))
    timer.unref()
  }

  async function run(): Promise<void> {
    timer = undefined
    isDue = false
    isMoving = true
    const { isDone, isElsewhere } = await move()
    isMoving = false
    endedMs = now()
    if (!isDone && !isElsewhere) isDue = true
    arrange()
  }

  return {
    ask() {
      isDue = true
      arrange()
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
