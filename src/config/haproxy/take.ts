// What becomes of a line once it is read: it is applied, or its problem is its outcome.

import { outcomeOf } from './acl.ts'
import type { Parsed } from './acl.ts'
import { isOutcome, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'

export function done(change: () => unknown): Outcome {
  change()
  return TRANSLATED
}

/** Applies the parsed value, or says what is wrong with it. */
export function take<T>(parsed: Parsed<T>, apply: (value: T) => unknown): Outcome {
  if ('problem' in parsed) return outcomeOf(parsed)
  const outcome = apply(parsed.value)
  if (isOutcome(outcome)) return outcome
  return parsed.note === undefined ? TRANSLATED : { ...TRANSLATED, message: parsed.note }
}
