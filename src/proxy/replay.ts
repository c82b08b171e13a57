// What of a request can be sent twice. A body is held only when its length is known and small; any other streams,
// and then there is one attempt. RFC 9110 section 9.2.2: which methods may be repeated.

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

export interface ReplayableBody {
  readonly body: ReadableStream | ArrayBuffer | null
  readonly replayable: boolean
}

/** Rejects when the client's upload breaks off. */
export async function replayableBody(request: Request, maxBytes: number): Promise<ReplayableBody> {
  if (request.body === null) return { body: null, replayable: true }
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (!(length <= maxBytes)) return { body: request.body, replayable: false }
  return { body: await request.arrayBuffer(), replayable: true }
}
