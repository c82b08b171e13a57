// Learning when a response's body or WebSocket has ended, for backends that count requests in progress, and ending it
// early. Bytes go through a native pipe, never through JavaScript. A compressed body counts until its headers only:
// a pipe would decode it and the runtime would compress it anew.

import type { ProxyPorts } from '../proxy/ports.ts'
import { relayWebSocket } from './websocket.ts'

interface Watched {
  readonly onEnds: (() => void)[]
  cut(): void
}

/** What is watched already, by its body or socket: a second pipe behind the first would never end. */
const watched = new WeakMap<ReadableStream | WebSocket, Watched>()

export const whenEnded: ProxyPorts['whenEnded'] = (response, onEnd) => {
  const stream = response.webSocket ?? response.body
  if (stream === null || (!response.webSocket && response.headers.has('content-encoding'))) {
    onEnd()
    return { response, cut: () => undefined }
  }
  const known = watched.get(stream)
  if (known) {
    known.onEnds.push(onEnd)
    return { response, cut: known.cut }
  }
  const onEnds = [onEnd]
  const ended = () => {
    for (const each of onEnds.splice(0)) each()
  }
  const made = response.webSocket ? relayWebSocket(response, response.webSocket, ended) : pipeBody(response, ended)
  watched.set((made.response.webSocket ?? made.response.body)!, { onEnds, cut: made.cut })
  return made
}

function pipeBody(response: Response, ended: () => void): ReturnType<ProxyPorts['whenEnded']> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  // Of the streams that pass bytes natively only this one keeps Content-Length.
  const { readable, writable } = Number.isInteger(length)
    ? new FixedLengthStream(length)
    : new IdentityTransformStream()
  const aborting = new AbortController()
  response.body!.pipeTo(writable, { signal: aborting.signal }).then(ended, ended)
  return { response: new Response(readable, response), cut: () => aborting.abort() }
}
