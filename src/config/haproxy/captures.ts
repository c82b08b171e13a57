// `capture cookie NAME len N`, `capture request|response header NAME len N` and `http-request capture SAMPLE len N`
// (configuration manual 4.2): additional fields in a line of `option httplog`.

import type { CapturesInput } from '../options/captures.ts'
import { needsResponse, parseSample, SAMPLE_TEXT } from '../rules/samples/sample.ts'
import { isIf, outcomeOf, sampleProblem } from './acl.ts'
import type { Draft } from './draft.ts'
import { failed, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

export function applyCapture([what, ...words]: readonly string[], draft: Draft): Outcome {
  if (what === 'cookie') {
    const [name = '', keyword, length] = words
    const len = lengthOf(keyword, length)
    if (name === '' || len === undefined) {
      // HAProxy does not look at the word len.
      return (words.length < 3 ? failed : unsupported)('capture cookie needs NAME len LENGTH')
    }
    draft.captures = { ...draft.captures, cookie: { name, len } }
    return TRANSLATED
  }
  const [header, name = '', keyword, length] = words
  const len = lengthOf(keyword, length)
  if ((what !== 'request' && what !== 'response') || header !== 'header' || name === '' || len === undefined) {
    const isForm = (what === 'request' || what === 'response') && header === 'header' && keyword === 'len' && length
    return (isForm ? unsupported : failed)(
      'there are: cookie NAME len LENGTH, request header NAME len LENGTH, response header NAME len LENGTH',
    )
  }
  return add(draft, what, `${what === 'request' ? 'req' : 'res'}.fhdr(${name})`, len)
}

/** In a frontend's rules; the value is captured from every request. */
export function applyCaptureRule(verb: 'request' | 'response', words: readonly string[], draft: Draft): Outcome {
  const [sample = '', keyword, length, ...more] = words
  const parsed = parseSample(sample)
  if (!parsed) return outcomeOf(sampleProblem(sample))
  if (verb === 'request' && needsResponse(parsed)) return unsupported(`${sample}: must be ${SAMPLE_TEXT}`)
  if (more.length > 0 && !isIf(more[0])) return failed(`unexpected '${more[0]}': only if and unless may follow`)
  if (length === undefined || (keyword !== 'len' && keyword !== 'id')) return failed('capture needs SAMPLE len LENGTH')
  const len = lengthOf(keyword, length)
  if (len === undefined || more.length > 0) return unsupported('capture needs SAMPLE len LENGTH, without a condition')
  return add(draft, verb, sample, len)
}

function add(draft: Draft, direction: 'request' | 'response', sample: string, len: number): Outcome {
  const captures: CapturesInput = draft.captures ?? {}
  draft.captures = { ...captures, [direction]: [...(captures[direction] ?? []), { sample, len }] }
  return TRANSLATED
}

function lengthOf(keyword: string | undefined, length: string | undefined): number | undefined {
  return keyword === 'len' && /^[1-9]\d{0,3}$/.test(length ?? '') ? Number(length) : undefined
}
