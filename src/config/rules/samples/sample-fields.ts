// Fields that hold samples: one alone, or text with some in it.

import * as v from 'valibot'

import { ONE_LINE } from '../../fields.ts'
import { readSample, SAMPLE_TEXT } from './sample.ts'
import { readTemplate } from './template.ts'

/** A value of a request or a response, as HAProxy writes it: `req.hdr(x-user)`, then perhaps converters: `req.hdr(x-user),lower`. */
export const sample = v.pipe(
  v.string(`must be ${SAMPLE_TEXT}`),
  v.check(
    (value) => 'sample' in readSample(value),
    ({ input }) => problemIn(readSample(input as string)),
  ),
)

const isTemplate = v.check(
  (value: string) => 'template' in readTemplate(value),
  ({ input }) => problemIn(readTemplate(input)),
)

function problemIn(reading: object): string {
  return 'problem' in reading ? String(reading.problem) : ''
}

/** A header's value. */
export const oneLine = v.pipe(
  v.string('must be a string'),
  v.regex(ONE_LINE, 'would break the header: no control characters'),
)
/** Text with samples in it, `user %[req.cook(id)]`; `%%` is a percent sign. */
export const template = v.pipe(oneLine, isTemplate)

const LONGEST_BODY = 65_536

/** An answer's body, which may have several lines. */
export const bodyText = v.pipe(
  v.string('must be a string'),
  v.maxLength(LONGEST_BODY, `must have at most ${LONGEST_BODY} characters`),
)
export const templatedBody = v.pipe(bodyText, isTemplate)
