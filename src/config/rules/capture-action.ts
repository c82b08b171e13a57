// The action that fills a slot of a frontend's `captures`: input and result. HAProxy: configuration manual 4.2 "http-request capture",
// "http-response capture", "declare capture".

import * as v from 'valibot'

import { integer, strict } from '../fields.ts'
import { sample } from './samples/sample-fields.ts'
import { parseSample } from './samples/sample.ts'
import type { Sample } from './samples/sample.ts'

export const CAPTURE_ACTION = v.strictObject({
  /** Keeps a value in a slot of the frontend's `captures`, of requests or, in rules for responses, of responses. */
  capture: strict({
    /**
     * The sample whose value is kept; nothing changes if there is none.
     * @example sample: 'url_param(user)'
     */
    sample,
    /**
     * Which slot, by its place in the list: the first is 0. Nothing is kept if the frontend has no such slot.
     * @example slot: 0
     */
    slot: integer(0, 9999),
  }),
})

export interface CaptureAction {
  readonly capture: { readonly sample: Sample; readonly slot: number }
}

export function resolveCaptureAction({ capture }: v.InferInput<typeof CAPTURE_ACTION>): CaptureAction {
  return { capture: { sample: parseSample(capture.sample)!, slot: capture.slot } }
}
