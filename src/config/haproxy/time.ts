// HAProxy's time format (configuration manual 2.5): a number and a unit; without one, what the keyword says.

import type { Duration } from '../duration.ts'

/**
 * The same with its unit, as our configuration writes it; undefined for anything that is no time. HAProxy 2.6 reads over what stands
 * behind the unit, with a warning: `15min` is 15m.
 */
export function parseTime(text: string | undefined, unit: 'ms' | 's' = 'ms'): Duration | undefined {
  const [, digits, written] = /^(\d+)(us|ms|[smhd]|$)/.exec(text ?? '') ?? []
  return digits === undefined ? undefined : (`${digits}${written || unit}` as Duration)
}
