// Learning when a response's body or WebSocket has ended, for backends that count requests in progress, and ending it
// early. Bytes go through a native pipe, never through JavaScript. A compressed body counts until its headers only:
// a pipe would decode it and the runtime would compress it anew.

import type { ProxyPorts } from '../proxy/ports.ts'
import { relayWebSocket } from './websocket.ts'

export const whenEnded: ProxyPorts['whenEnded'] = (response, onEnd) => {
  if (response.webSocket) return relayWebSocket(response, response.webSocket, onEnd)
  if (response.body === null || response.headers.has('content-encoding')) {
    onEnd()
    return { response, cut: () => undefined }
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  // Of the streams that pass bytes natively only this one keeps Content-Length.
  const { readable, writable } = Number.isInteger(length)
    ? new FixedLengthStream(length)
    : new IdentityTransformStream()
  const aborting = new AbortController()
  response.body.pipeTo(writable, { signal: aborting.signal }).then(onEnd, onEnd)
  return { response: new Response(readable, response), cut: () => aborting.abort() }
}
