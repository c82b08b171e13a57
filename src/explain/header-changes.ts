// How two sets of header lines differ.

import type { Fields } from '../http/fields.ts'
import type { Attempt, HeaderLine } from './explanation.ts'

export function linesOf(fields: Fields): readonly HeaderLine[] {
  const lines: HeaderLine[] = []
  fields.forEachLine((name, value) => void lines.push([name, value]))
  return lines
}

/** By name: what was added, removed or changed. */
export function changesBetween(before: readonly HeaderLine[], after: readonly HeaderLine[]): Attempt['changes'] {
  const valueIn = (lines: readonly HeaderLine[], name: string) => {
    const values = lines.filter(([each]) => each === name).map(([, value]) => value)
    return values.length === 0 ? null : values.join(', ')
  }
  const names = new Set([...before, ...after].map(([name]) => name))
  return [...names]
    .map((name) => ({ name, before: valueIn(before, name), after: valueIn(after, name) }))
    .filter((change) => change.before !== change.after)
}
