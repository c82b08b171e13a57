// What of a request can be sent twice. A body is held only when its length is known and small; any other streams,
// and then there is one attempt. RFC 9110 section 9.2.2: which methods may be repeated.

import type { Incoming } from './incoming.ts'

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

export interface ReplayableBody {
  readonly body: ReadableStream | ArrayBuffer | null
  readonly replayable: boolean
}

/** A promise only for a body that is held; it rejects when the client's upload breaks off. */
export function replayableBody(request: Request, maxBytes: number): ReplayableBody | Promise<ReplayableBody> {
  if (request.body === null) return NO_BODY
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  // Some clients say of a GET that it has no bytes; fetch takes no body for one at all.
  if (length === 0) return NO_BODY
  if (!(length <= maxBytes)) return { body: request.body, replayable: false }
  return request.arrayBuffer().then((body) => ({ body, replayable: true }))
}

const NO_BODY: ReplayableBody = { body: null, replayable: true }

/** Counts what is read of a body whose length nobody said; one that said it stays a native stream. */
export function counting(body: ReadableStream<Uint8Array>, incoming: Incoming): ReadableStream {
  if (incoming.request.headers.has('content-length')) return body
  incoming.bytesIn = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        incoming.bytesIn! += chunk.byteLength
        controller.enqueue(chunk)
      },
    }),
  )
}
