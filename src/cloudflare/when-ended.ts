// Learning when a response's body or WebSocket has ended, and ending it early. Bytes go through a native pipe, never
// through JavaScript, unless they are to be counted. A compressed body counts until its headers only: a pipe would decode
// it and the runtime would compress it anew.

import type { BodyEnd, ProxyPorts, Watched } from '../proxy/ports.ts'
import { relayWebSocket } from './websocket.ts'

interface Known extends Omit<Watched, 'response'> {
  readonly onEnds: ((how: BodyEnd) => void)[]
}

/** What is watched already, by its body or socket: a second pipe behind the first would never end. */
const known = new WeakMap<ReadableStream | WebSocket, Known>()

const UNKNOWN: BodyEnd = { bytes: undefined, isWhole: true }

export function createWhenEnded(countsBytes: boolean): ProxyPorts['whenEnded'] {
  return (response, onEnd) => {
    const stream = response.webSocket ?? response.body
    if (stream === null || (!response.webSocket && response.headers.has('content-encoding'))) {
      onEnd(UNKNOWN)
      return { response, cut: () => undefined, passedBytes: () => 0 }
    }
    const before = known.get(stream)
    if (before) {
      before.onEnds.push(onEnd)
      return { ...before, response }
    }
    const onEnds = [onEnd]
    const ended = (how: BodyEnd) => {
      for (const each of onEnds.splice(0)) each(how)
    }
    const made = response.webSocket
      ? { ...relayWebSocket(response, response.webSocket, () => ended(UNKNOWN)), passedBytes: () => 0 }
      : pipeBody(response, countsBytes, ended)
    known.set((made.response.webSocket ?? made.response.body)!, { ...made, onEnds })
    return made
  }
}

function pipeBody(response: Response, countsBytes: boolean, ended: (how: BodyEnd) => void): Watched {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  // Of the streams that pass bytes natively only this one keeps Content-Length.
  const { readable, writable } = Number.isInteger(length)
    ? new FixedLengthStream(length)
    : new IdentityTransformStream()
  const aborting = new AbortController()
  let bytes = 0
  const source = countsBytes ? response.body!.pipeThrough(counter((more) => (bytes += more))) : response.body!
  const passedBytes = () => bytes
  const how = (isWhole: boolean): BodyEnd => ({ bytes: countsBytes ? bytes : undefined, isWhole })
  source.pipeTo(writable, { signal: aborting.signal }).then(
    () => ended(how(true)),
    () => ended(how(false)),
  )
  return { response: new Response(readable, response), cut: () => aborting.abort(), passedBytes }
}

function counter(add: (bytes: number) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      add(chunk.byteLength)
      controller.enqueue(chunk)
    },
  })
}
