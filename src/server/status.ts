// A server's status as statistics show it: its state, and how far checks have come towards another. Written here, and read here where
// an older release has written it.

import { shownOf } from './states.ts'
import type { HealthState, Shown, State } from './states.ts'

/**
 * Of a server that is down: how many checks have passed, of those that take it up. Of one that is up: how many more have to fail, of those
 * that take it down.
 */
export interface Progress {
  readonly count: number
  readonly of: number
}

const WORDS: Readonly<Record<Shown, string>> = { up: 'UP', nolb: 'NOLB', drain: 'DRAIN', down: 'DOWN', maint: 'MAINT' }

/** Of a server that is in maintenance because its name has no address. */
export const UNRESOLVED = `${WORDS.maint} (resolution)`

export function shownWord(shown: Shown): string {
  return WORDS[shown]
}

/**
 * HAProxy's words (management manual 9.1 "status"): `UP`, `UP 1/3` (going down), `DOWN`, `DOWN 1/2` (going up), `NOLB`, `DRAIN`,
 * `MAINT`, `no check`.
 * @param progress null: checks agree with the state, or there are none
 */
export function statusText(state: State, isChecked: boolean, progress: Progress | null): string {
  const shown = shownOf(state)
  if (shown === 'up' && !isChecked) return 'no check'
  return progress === null ? WORDS[shown] : `${WORDS[shown]} ${progress.count}/${progress.of}`
}

/** What a view says as values. */
export interface ReadStatus {
  readonly healthState: HealthState
  /** Checks have begun to take it up or down. */
  readonly isTransitional: boolean
}

/** From the text of a release that sends no values. It does not tell whether a server is starting, or drains and asks to leave. */
export function readStatus(health: 'up' | 'down', status: string): ReadStatus {
  return {
    healthState: status.startsWith(WORDS.nolb) ? 'nolb' : health,
    isTransitional: /\d\/\d/.test(status),
  }
}
