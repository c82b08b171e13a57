// Learning when a response's body or WebSocket has ended, for the policies that count requests in progress.
// Bytes go through a native pipe, never through JavaScript. A compressed body counts until its headers only:
// a pipe would decode it and the runtime would compress it anew.

import { relayWebSocket } from './websocket.ts'

export function whenEnded(response: Response, onEnd: () => void): Response {
  if (response.webSocket) return relayWebSocket(response, response.webSocket, onEnd)
  if (response.body === null || response.headers.has('content-encoding')) {
    onEnd()
    return response
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  // Of the streams that pass bytes natively only this one keeps Content-Length.
  const { readable, writable } = Number.isInteger(length)
    ? new FixedLengthStream(length)
    : new IdentityTransformStream()
  response.body.pipeTo(writable).then(onEnd, onEnd)
  return new Response(readable, response)
}
