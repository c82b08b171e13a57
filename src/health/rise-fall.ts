// When is a server up, when down: HAProxy's counter over check results (configuration manual 5.2 "rise", "fall").
// Pure: a counter and a result in, a counter out. `health` runs from 0 to rise + fall - 1; from `rise` on it is up.

import type { CheckConfig } from '../config/options/check.ts'
import type { Progress } from '../server/status.ts'

type RiseFall = Pick<CheckConfig, 'rise' | 'fall'>

/** A server that was never checked, or that leaves maintenance: up, but a single failure takes it down. */
export function initialHealth({ rise }: Pick<RiseFall, 'rise'>): number {
  return rise
}

export function isUp(health: number, { rise }: Pick<RiseFall, 'rise'>): boolean {
  return health >= rise
}

/** The counter after one more check. */
export function afterCheck(health: number, passed: boolean, { rise, fall }: RiseFall): number {
  if (passed) return health + 1 >= rise ? rise + fall - 1 : health + 1
  return health - 1 < rise ? 0 : health - 1
}

/** A counter from an earlier configuration, brought into the range of this one. */
export function clampHealth(health: number, { rise, fall }: RiseFall): number {
  return Math.max(0, Math.min(health, rise + fall - 1))
}

/** Milliseconds until the next check: `inter` when surely up, `downinter` when surely down, `fastinter` in between. */
export function intervalMs(
  health: number,
  check: Pick<CheckConfig, 'rise' | 'fall' | 'interMs' | 'fastinterMs' | 'downinterMs'>,
): number {
  if (health === check.rise + check.fall - 1) return check.interMs
  return health === 0 ? check.downinterMs : check.fastinterMs
}

/** How far checks have come towards taking it up, or down. Null: they agree with what it is. */
export function progressOf(health: number, { rise, fall }: RiseFall): Progress | null {
  if (health >= rise) return health === rise + fall - 1 ? null : { count: health - rise + 1, of: fall }
  return health === 0 ? null : { count: health, of: rise }
}
