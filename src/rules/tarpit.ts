// How many clients an isolate keeps waiting. Each costs memory while it waits, so a flood must not fill the isolate: whoever comes when
// all places are taken is refused at once. A client that leaves ends its request without a word, so a place is free when its time is over.

export const MOST_WAITING = 1_000

export interface Tarpit {
  /** False: there is no place. */
  enter(nowMs: number, timeMs: number): boolean
}

export function createTarpit(): Tarpit {
  let untilMs: number[] = []
  return {
    enter(nowMs, timeMs) {
      if (untilMs.length >= MOST_WAITING) untilMs = untilMs.filter((end) => end > nowMs)
      if (untilMs.length >= MOST_WAITING) return false
      untilMs.push(nowMs + timeMs)
      return true
    },
  }
}
