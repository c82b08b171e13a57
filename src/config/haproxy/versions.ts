// Whether a line needs to know HTTP/1.0 from HTTP/1.1, which limpet serve does not tell apart: a rule that refuses one of them would
// admit it.

import type { MatchMethod } from '../rules/match-methods.ts'
import type { Sample } from '../rules/samples/sample.ts'

const BOTH = { 'req.ver': ['1.0', '1.1'], 'capture.req.ver': ['HTTP/1.0', 'HTTP/1.1'] } as const

/** Of a condition on the sample. */
export function tellsVersionsApart(
  sample: Sample,
  match: MatchMethod,
  values: readonly string[],
  lists: readonly string[],
): boolean {
  if (!holdsVersion(sample) || match === 'found') return false
  if (sample.converters.length > 0 || lists.length > 0 || (match !== 'str' && match !== 'beg')) return true
  const [old, usual] = BOTH[sample.fetch as keyof typeof BOTH]
  const holds = (version: string) =>
    values.some((value) => (match === 'str' ? version === value : version.startsWith(value)))
  return holds(old) !== holds(usual)
}

/** It may be compared later. */
export function holdsVersion({ fetch }: Sample): boolean {
  return Object.hasOwn(BOTH, fetch)
}
