// HAProxy's time format (configuration manual 2.5): a number and a unit; without one, what the keyword says.

import { parseDurationMs } from '../duration.ts'

/** The same with its unit, as in our configuration; undefined for anything but a time. */
export function parseTime(text: string | undefined, unit: 'ms' | 's' = 'ms'): string | undefined {
  if (text === undefined) return undefined
  const time = /^\d+$/.test(text) ? text + unit : text
  return parseDurationMs(time) === undefined ? undefined : time
}
