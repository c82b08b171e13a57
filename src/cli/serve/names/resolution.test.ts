import { expect, it } from 'vitest'

import { afterAnswer, recordsOf, unasked } from './resolution.ts'
import type { Answer, Failure } from './answer.ts'
import { FAILURES } from './answer.ts'

const HOLD = { nxMs: 100, refusedMs: 200, timeoutMs: 300, otherMs: 400, obsoleteMs: 50 }

/** What is known after answers at these times. */
function known(...answers: readonly (readonly [atMs: number, Answer<string>])[]) {
  return answers.reduce(
    (before, [atMs, answer]) => afterAnswer(before, answer, (text) => text, HOLD, atMs),
    unasked<string>(0),
  )
}
const of = (...records: string[]) => ({ records })
const fails = (failure: Failure) => ({ failure })

it('an address that is no longer named counts until `hold obsolete` is over', () => {
  expect(recordsOf(known([0, of('a', 'b')], [49, of('b')])).toSorted()).toEqual(['a', 'b'])
  expect(recordsOf(known([0, of('a', 'b')], [50, of('b')]))).toEqual(['b'])
  // It counts from when it was named last.
  expect(recordsOf(known([0, of('a')], [40, of('a')], [80, of('b')])).toSorted()).toEqual(['a', 'b'])
})

it.each(FAILURES)('after %s, addresses count until its hold is over, from the last valid answer', (failure) => {
  const holdMs = HOLD[`${failure}Ms`]
  expect(recordsOf(known([10, of('a')], [9 + holdMs, fails(failure)]))).toEqual(['a'])
  const { why, ...over } = known([10, of('a')], [10 + holdMs, fails(failure)])
  expect([recordsOf({ ...over, why }), why]).toEqual([[], expect.stringMatching(/name/)])
  expect(recordsOf(known([10, of('a')], [10 + holdMs, fails(failure)], [999, of('a')]))).toEqual(['a'])
})
