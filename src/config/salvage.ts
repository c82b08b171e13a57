// Shape errors must not hide the cross-checks behind them: what is malformed is taken out of a copy, so that the rest can
// still be checked in the same run. What was taken out stands in by a value that every message about it can be told by.

/** In no name or URL that an operator would write (RFC 2606). */
const STAND_IN = 'limpet-stand-in.invalid'

/** A copy of `input` without the values at these paths; required ones are replaced. */
export function salvage(input: unknown, paths: readonly (readonly unknown[])[]): unknown {
  const copy = copyOf(input)
  paths.forEach((path, i) => {
    // An entry of a list takes the list with it: others' positions in paths stay what they are.
    const keys = path.slice(0, path.findLastIndex((key) => typeof key === 'string') + 1)
    const parent = keys.slice(0, -1).reduce<unknown>((value, key) => value?.[key as keyof typeof value], copy)
    if (typeof parent === 'object' && parent !== null)
      takeOut(parent as Record<string, unknown>, String(keys.at(-1)), i)
  })
  return copy
}

function takeOut(fields: Record<string, unknown>, key: string, i: number): void {
  if (key === 'url') fields[key] = `https://${i}.${STAND_IN}`
  else if (key === 'name') fields[key] = `${i}.${STAND_IN}`
  else if (key === 'servers' || key === 'backends') fields[key] = []
  else delete fields[key]
}

/** Whether a message is about something that was taken out, not about what was written. */
export function isAboutStandIn(text: string): boolean {
  return text.includes(STAND_IN)
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]))
}
