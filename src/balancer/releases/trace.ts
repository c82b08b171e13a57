// What is said of a request's release: the log, the debug headers and `limpet explain` read it.

import type { ReleaseBy } from '../../releases/choose.ts'
import type { ReleaseTrace } from '../journey.ts'

export function createTrace(name: string | null, by: ReleaseBy, arm: string): ReleaseTrace {
  const trace: ReleaseTrace = { name, by, arm, rescuedFrom: undefined, text: () => textOf(trace) }
  return trace
}

/** `2026-11-24; by=id; arm=2026-11-25`. */
function textOf({ name, by, arm, rescuedFrom }: ReleaseTrace): string {
  const parts = [name ?? '-', `by=${by}`]
  if (arm !== undefined) parts.push(`arm=${arm}`)
  if (rescuedFrom !== undefined) parts.push(`rescued-from=${rescuedFrom}`)
  return parts.join('; ')
}
