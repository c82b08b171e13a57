// Whether a request can be sent twice. A body is buffered only if its length is known and small; any other body streams,
// and then there is one attempt. RFC 9110 section 9.2.2: which methods may be repeated.

import { bodyTimeMs, inTime } from '../../http/in-time.ts'
import type { Journey } from '../journey.ts'
import { UNSENDABLE } from './attempt.ts'
import type { Attempt } from './attempt.ts'

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

export interface ReplayableBody {
  readonly body: ReadableStream | ArrayBuffer | null
  readonly replayable: boolean
  /** Why no server is asked. */
  readonly problem?: Attempt & { readonly outcome: 'unsendable' }
}

/** A promise only for a body that is buffered; it rejects when the client's upload breaks off. `stallMs`: how long the client may be silent. */
export function replayableBody(
  journey: Journey,
  maxBytes: number,
  stallMs: number,
): ReplayableBody | Promise<ReplayableBody> {
  const { request, asked } = journey
  if (request.body === null) {
    journey.bytesIn = 0
    return NO_BODY
  }
  const length = Number(asked.headers.get('content-length') ?? Number.NaN)
  if (length === 0) return NO_BODY
  if (request.method === 'GET' || request.method === 'HEAD') return inTime(emptyBody(request.body), stallMs, LATE)
  if (!(length <= maxBytes)) return { body: request.body, replayable: false }
  const held = request.arrayBuffer().then((body): ReplayableBody => ({ body, replayable: true }))
  return inTime(held, bodyTimeMs(length, stallMs), LATE)
}

const NO_BODY: ReplayableBody = { body: null, replayable: true }
const GET_WITH_BODY: ReplayableBody = { body: null, replayable: false, problem: UNSENDABLE }
const LATE: ReplayableBody = { body: null, replayable: false, problem: { outcome: 'unsendable', status: 408 } }

/** Some clients announce a body for a GET and send none: `Transfer-Encoding: chunked` with no chunk. */
async function emptyBody(body: ReadableStream<Uint8Array>): Promise<ReplayableBody> {
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return NO_BODY
    if (value.byteLength > 0) {
      reader.cancel().catch(() => undefined)
      return GET_WITH_BODY
    }
  }
}

/** Counts what is read of a body of unknown length; one of known length stays a native stream. */
export function counting(body: ReadableStream<Uint8Array>, journey: Journey): ReadableStream {
  if (journey.asked.headers.has('content-length')) return body
  let bytesIn = 0
  journey.bytesIn = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        journey.bytesIn = bytesIn += chunk.byteLength
        controller.enqueue(chunk)
      },
    }),
  )
}
