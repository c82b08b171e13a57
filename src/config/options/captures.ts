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
  /** The beginning of the cookie's name; with a `=` at its end, the whole name. */
  name: required(text, { examples: ['JSESSIONID='] }),
  /** The characters of the cookie that are kept. */
  len: required(length, { word: 'len' }),
}

export const captureOptions = {
  /** The sample whose value is captured. */
  sample: required(sample, { examples: ['req.fhdr(user-agent)', 'res.fhdr(content-type)'] }),
  /** The characters of the value that are kept. */
  len: required(length, { word: 'len' }),
}

const samples = listOf(objectOf(captureOptions), 'must be a list of { sample, len }')

export const capturesOptions = {
  /** Captures a cookie of the request and, if the server sets it, of the response. */
  cookie: option(objectOf(cookieCaptureOptions), {
    default: null,
    word: 'capture cookie',
    examples: [{ name: 'JSESSIONID=', len: 32 }],
  }),
  /** Captures values of requests. */
  request: option(samples, {
    default: [],
    word: ['capture request header', 'http-request capture'],
    examples: [[{ sample: 'req.fhdr(user-agent)', len: 64 }]],
  }),
  /** Captures values of responses. */
  response: option(samples, {
    default: [],
    word: 'capture response header',
    examples: [[{ sample: 'res.fhdr(content-type)', len: 32 }]],
  }),
}

export type CapturesInput = Written<typeof capturesOptions>

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

export function resolveCaptures(input: CapturesInput, profile: Profile): Captures {
  const { cookie, request, response } = valuesOf(capturesOptions, input, profile)
  return {
    cookie: cookie && { name: cookie.name, maxCharacters: cookie.len },
    request: request.map(resolveCapture),
    response: response.map(resolveCapture),
  }
}

function resolveCapture({ sample: written, len }: Written<typeof captureOptions>): Capture {
  return { sample: parseSample(written)!, maxCharacters: len }
}
