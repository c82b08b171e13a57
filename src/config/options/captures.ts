// What is captured of requests and responses for the log. HAProxy: configuration manual 4.2 "capture cookie", "capture request
// header", "http-request capture".

import { integer, listOf, text } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Written } from '../option.ts'
import { sample } from '../rules/samples/sample-fields.ts'
import { parseSample } from '../rules/samples/sample.ts'
import type { Sample } from '../rules/samples/sample.ts'

const length = integer(1, 4096)

export const cookieCaptureOptions = {
  /**
   * The beginning of the cookie's name; with a `=` at its end, the whole name.
   * @example name: 'JSESSIONID='
   */
  name: required(text),
  /** The characters of the cookie that are kept. */
  len: required(length, { word: 'len' }),
}

export const captureOptions = {
  /**
   * The sample whose value is captured, before rules change anything. Without it, the slot is there for the action `capture`.
   * @example sample: 'req.fhdr(user-agent)'
   */
  sample: option(sample, { default: null }),
  /** The characters of the value that are kept. */
  len: required(length, { word: 'len' }),
}

const samples = listOf(objectOf(captureOptions), 'must be a list of { sample, len } or { len }')

export const capturesOptions = {
  /**
   * Captures a cookie of the request and, if the server sets it, of the response.
   * @example cookie: { name: 'JSESSIONID=', len: 32 }
   */
  cookie: option(objectOf(cookieCaptureOptions), { default: null, word: 'capture cookie' }),
  /**
   * The slots for values of requests, the first is 0.
   * @example request: [{ sample: 'req.fhdr(user-agent)', len: 64 }]
   */
  request: option(samples, { default: [], word: ['capture request header', 'declare capture request'] }),
  /**
   * The slots for values of responses, the first is 0.
   * @example response: [{ sample: 'res.fhdr(content-type)', len: 32 }]
   */
  response: option(samples, { default: [], word: ['capture response header', 'declare capture response'] }),
}

export type CapturesInput = Written<typeof capturesOptions>

export interface Capture {
  /** Null: only rules fill the slot. */
  readonly sample: Sample | null
  /** What is longer is cut off. */
  readonly maxCharacters: number
}

export interface Captures {
  /** The first cookie whose name begins so; a `=` at the end makes it the whole name. */
  readonly cookie: { readonly name: string; readonly maxCharacters: number } | null
  readonly request: readonly Capture[]
  readonly response: readonly Capture[]
}

export function resolveCaptures(input: CapturesInput, profile: Profile): Captures {
  const { cookie, request, response } = valuesOf(capturesOptions, input, profile)
  return {
    cookie: cookie && { name: cookie.name, maxCharacters: cookie.len },
    request: request.map((each) => resolveCapture(each, profile)),
    response: response.map((each) => resolveCapture(each, profile)),
  }
}

function resolveCapture(input: Written<typeof captureOptions>, profile: Profile): Capture {
  const { sample: written, len } = valuesOf(captureOptions, input, profile)
  return { sample: written === null ? null : parseSample(written)!, maxCharacters: len }
}
