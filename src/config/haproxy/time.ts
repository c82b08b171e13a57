// HAProxy's time format (configuration manual 2.5): a number and a unit; without one, what the keyword says.

import { parseDurationMs } from '../duration.ts'

export function parseTimeMs(text: string | undefined, unit: 'ms' | 's' = 'ms'): number | undefined {
  if (text === undefined) return undefined
  return parseDurationMs(/^\d+$/.test(text) ? text + unit : text)
}
