// Learning when a response's body has ended, and ending it early; WebSockets are websocket.ts's. Bytes go through a native
// pipe, never through JavaScript, unless they must be counted. A compressed body counts until its headers only: a pipe
// would decode it and the runtime would compress it again.

import type { BodyEnd, RequestPorts, Watched } from '../../balancer/ports.ts'

interface Known extends Omit<Watched, 'response'> {
  readonly onEnds: ((how: BodyEnd) => void)[]
}

/** What is watched already, by its body: a second pipe behind the first would never end. */
const known = new WeakMap<ReadableStream, Known>()

const UNKNOWN: BodyEnd = { bytes: undefined, isWhole: true }

export function createWhenEnded(countsBytes: boolean): RequestPorts['whenEnded'] {
  return (response, onEnd) => {
    const stream = response.body
    if (stream === null || response.headers.has('content-encoding')) {
      onEnd(UNKNOWN)
      return { response, cut: () => undefined, passedBytes: () => 0 }
    }
    const before = known.get(stream)
    if (before) {
      before.onEnds.push(onEnd)
      return { ...before, response }
    }
    const onEnds = [onEnd]
    const made = pipeBody(response, countsBytes, (how) => {
      for (const each of onEnds.splice(0)) each(how)
    })
    known.set(made.response.body!, { ...made, onEnds })
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
