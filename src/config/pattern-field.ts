// A field that holds a regular expression, with what is wrong with it as the message.

import * as v from 'valibot'

import { patternProblem } from '../pattern/compile.ts'
import type { PatternOptions } from '../pattern/compile.ts'

export function pattern(options?: PatternOptions) {
  return v.pipe(
    v.string('must be a regular expression'),
    v.check(
      (value) => patternProblem(value, options) === undefined,
      ({ input }) => `${patternProblem(input, options)} (docs/patterns.md)`,
    ),
  )
}
