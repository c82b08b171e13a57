// Durations as operators write them: '30m', '8h', '2s', '500ms', or a number of milliseconds.
// Units follow HAProxy's (configuration manual 2.5, "Time format"); a bare number in a string is not accepted,
// because HAProxy reads it as milliseconds in some places and as seconds in others.

const UNIT_MS = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
type Unit = keyof typeof UNIT_MS

/** A number with its unit, or a number of milliseconds. */
export type Duration = number | `${number}${Unit}`

/** Milliseconds of a duration, or undefined when it is none. Fractions of a millisecond are rounded up. */
export function parseDurationMs(value: string | number): number | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined
  }
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(value.trim())
  if (!match) return undefined
  return Math.ceil(Number(match[1]) * UNIT_MS[match[2] as Unit])
}

/** As an operator would write it: in the largest unit that leaves no fraction. */
export function durationText(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((each) => ms > 0 && ms % UNIT_MS[each] === 0) ?? 'ms'
  return `${ms / UNIT_MS[unit]}${unit}`
}
