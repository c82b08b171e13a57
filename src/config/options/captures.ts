// What is captured of requests and responses for the log (HAProxy: configuration manual 4.2 "capture cookie",
// "capture request header", "http-request capture").

import * as v from 'valibot'

import { integer, strict, text } from '../fields.ts'
import { sample } from '../rules/sample-fields.ts'
import { parseSample } from '../rules/sample.ts'
import type { Sample } from '../rules/sample.ts'

const MAX_CHARACTERS = 4096
const len = integer(1, MAX_CHARACTERS)
const samples = v.array(strict({ sample, len }), 'must be a list of { sample, len }')

export const captures = strict({
  cookie: v.optional(strict({ name: text, len })),
  request: v.optional(samples),
  response: v.optional(samples),
})

export type CapturesInput = v.InferInput<typeof captures>

export interface Capture {
  readonly sample: Sample
  /** What is longer is cut off. */
  readonly maxCharacters: number
}

export interface Captures {
  /** The first cookie whose name begins so; a `=` at the end makes it the whole name. */
  readonly cookie: { readonly name: string; readonly maxCharacters: number } | null
  readonly request: readonly Capture[]
  readonly response: readonly Capture[]
}

export function resolveCaptures(input: CapturesInput | undefined): Captures | null {
  if (!input) return null
  const resolve = ({ sample: own, len: maxCharacters }: { readonly sample: string; readonly len: number }) => ({
    sample: parseSample(own)!,
    maxCharacters,
  })
  return {
    cookie: input.cookie ? { name: input.cookie.name, maxCharacters: input.cookie.len } : null,
    request: (input.request ?? []).map(resolve),
    response: (input.response ?? []).map(resolve),
  }
}
