// What was written, in base units: durations in milliseconds or seconds, one value or several as a list.

import { parseDurationMs } from './duration.ts'

export function ms(value: string | number): number
export function ms(value: string | number | undefined): number | undefined
export function ms(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseDurationMs(value)
}

export function seconds(value: string | number | undefined): number | null {
  return value === undefined ? null : Math.ceil(parseDurationMs(value)! / 1000)
}

export function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
