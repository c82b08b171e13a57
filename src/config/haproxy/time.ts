// HAProxy's time format (configuration manual 2.5): a number and a unit; without one, what the keyword says.

import { parseDurationMs } from '../duration.ts'
import type { Duration } from '../duration.ts'

/** The same with its unit, as our configuration writes it; undefined for anything that is no time. */
export function parseTime(text: string | undefined, unit: 'ms' | 's' = 'ms'): Duration | undefined {
  if (text === undefined) return undefined
  const time = /^\d+$/.test(text) ? text + unit : text
  return parseDurationMs(time) === undefined ? undefined : (time as Duration)
}
