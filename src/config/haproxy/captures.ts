// `capture cookie NAME len N`, `capture request|response header NAME len N`, `declare capture request|response len N` and
// `http-request capture SAMPLE len N` (configuration manual 4.2): a frontend's slots, and the rules that fill them.

import type { CapturesInput } from '../options/captures.ts'
import type { ActionInput } from '../rules/action.ts'
import { needsResponse, SAMPLE_TEXT } from '../rules/samples/sample.ts'
import { mistake, sampleProblem } from './acl.ts'
import type { Parsed } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseSample } from './haproxy-samples.ts'
import { failed, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

type Direction = 'request' | 'response'
type CaptureInput = Extract<ActionInput, { capture: unknown }>

const isDirection = (word: string): word is Direction => word === 'request' || word === 'response'

export function applyCapture([what = '', ...words]: readonly string[], draft: Draft): Outcome {
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
  if (!isDirection(what) || header !== 'header' || name === '' || len === undefined) {
    const isForm = isDirection(what) && header === 'header' && keyword === 'len' && length
    return (isForm ? unsupported : failed)(
      'there are: cookie NAME len LENGTH, request header NAME len LENGTH, response header NAME len LENGTH',
    )
  }
  addSlot(draft, what, { sample: `${what === 'request' ? 'req' : 'res'}.fhdr(${name})`, len })
  return TRANSLATED
}

export function applyDeclare([what = '', direction = '', keyword, length, ...more]: readonly string[], draft: Draft) {
  const len = lengthOf(keyword, length)
  if (what !== 'capture' || !isDirection(direction) || len === undefined || more.length > 0)
    return failed('there are: declare capture request len LENGTH, declare capture response len LENGTH')
  addSlot(draft, direction, { len })
  return TRANSLATED
}

/** `len` makes a slot, which only frontends have; `id` names one, perhaps of the frontend that a request comes from. */
export function parseCapture(
  ruleset: string,
  [sample = '', keyword, number = '', ...more]: readonly string[],
  draft: Draft,
): Parsed<CaptureInput> {
  const direction = ruleset === 'http-request' || ruleset === 'tcp-request content' ? 'request' : 'response'
  const parsed = parseSample(sample)
  if (!parsed) return sampleProblem(sample)
  if (direction === 'request' && needsResponse(parsed)) return mistake(`${sample}: must be ${SAMPLE_TEXT} of a request`)
  if (more.length > 0) return mistake(`unexpected '${more[0]}': only if and unless may follow`)
  const takes =
    ruleset === 'http-request' ? 'len LENGTH or id SLOT' : direction === 'request' ? 'len LENGTH' : 'id SLOT'
  if (keyword === 'id' && takes.endsWith('SLOT') && /^\d{1,4}$/.test(number))
    return { value: { capture: { sample, slot: Number(number) } } }
  const len = lengthOf(keyword, number)
  if (len === undefined || takes === 'id SLOT') return mistake(`capture needs SAMPLE ${takes}`)
  if (draft.kind === 'backend') return mistake('a backend has no slots: name one of its frontends by id SLOT')
  if (draft.kind === 'defaults')
    return { problem: 'a defaults section has no slots: write the rule into the frontends' }
  return { value: { capture: { sample, slot: addSlot(draft, direction, { len }) } } }
}

/** Its place among the others. */
function addSlot(draft: Draft, direction: Direction, slot: NonNullable<CapturesInput['request']>[number]): number {
  const captures: CapturesInput = draft.captures ?? {}
  const before = captures[direction] ?? []
  draft.captures = { ...captures, [direction]: [...before, slot] }
  return before.length
}

function lengthOf(keyword: string | undefined, length: string | undefined): number | undefined {
  return keyword === 'len' && /^[1-9]\d{0,3}$/.test(length ?? '') ? Number(length) : undefined
}
