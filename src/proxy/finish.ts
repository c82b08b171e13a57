// What becomes of a request once it is answered: it is counted, logged, and, for an operator who asked, explained in
// headers. With `countBytes` bytes and the log line wait until the body has ended.

import type { Config } from '../config/config.ts'
import type { Tally } from '../stats/tally.ts'
import type { Captured } from './captures.ts'
import { countBytes, countRequest } from './count.ts'
import { explain } from './debug-headers.ts'
import type { Dispatched } from './dispatch.ts'
import type { Incoming } from './incoming.ts'
import type { BodyEnd, ProxyPorts } from './ports.ts'

export interface Finished {
  readonly incoming: Incoming
  /** As the client asked: rules may have changed it. */
  readonly path: string
  readonly query: string
  /** Unix milliseconds. */
  readonly startedMs: number
  readonly tally: Tally
  /** Null: no backend was chosen. */
  readonly backend: string | null
  readonly backendTally: Tally | undefined
  readonly capture: ((answered: Response | undefined) => Captured) | undefined
  readonly made: Dispatched
}

export type Finish = (finished: Finished, ports: ProxyPorts) => Response

export function createFinish({ counters, countBytes: countsBytes, log, logSampling }: Config): Finish {
  return (finished, ports) => {
    const { incoming, made, startedMs, tally, backend, backendTally } = finished
    const { request } = incoming
    const answeredMs = ports.now()
    if (counters) countRequest(tally, backendTally, made, answeredMs - startedMs)
    const isLogged = log !== 'off' && (logSampling >= 1 || ports.random() < logSampling)
    let { response } = made
    // A WebSocket has no body, and is not taken apart.
    if (countsBytes && response.status !== 101) response = countingTo(end)
    else end({ bytes: undefined, isWhole: true })
    if (incoming.isDebugged)
      response = explain(response, backend, incoming.frontend.name, made, ports.now() - startedMs)
    return response

    function end({ bytes, isWhole }: BodyEnd): void {
      const bytesIn = incoming.bytesIn ?? lengthOf(request.headers)
      const hasBody = request.method !== 'HEAD' && made.response.status !== 304
      const bytesOut = bytes ?? (hasBody ? lengthOf(made.response.headers) : 0)
      // HAProxy's letters for who broke it off while data went through (configuration manual 8.5).
      const termination = isWhole ? made.termination : request.signal.aborted ? 'CD' : 'SD'
      if (counters) countBytes([tally, backendTally, made.tally], bytesIn, bytesOut, termination)
      if (isLogged) logLine(finished, termination, bytesOut, ports)
    }

    /** A client that hangs up ends everything here without a word, unless one listens. */
    function countingTo(onEnd: (how: BodyEnd) => void): Response {
      let isOver = false
      let passed = () => 0
      const once = (how: BodyEnd) => {
        if (!isOver) onEnd(how)
        isOver = true
      }
      request.signal.addEventListener('abort', () => once({ bytes: passed(), isWhole: false }))
      const watched = ports.whenEnded(made.response, once)
      passed = watched.passedBytes
      return watched.response
    }
  }
}

function logLine(
  { incoming, path, query, startedMs, backend, capture, made }: Finished,
  termination: string,
  bytes: number,
  ports: ProxyPorts,
): void {
  const { request, url, frontend } = incoming
  const nowMs = ports.now()
  const { cf } = request as { readonly cf?: { readonly colo?: string; readonly httpProtocol?: string } }
  const ray = ports.onCloudflare ? request.headers.get('cf-ray') : null
  const isAnswered = made.answered !== undefined
  ports.log({
    wire: { clientPort: incoming.peerPort, query, protocol: cf?.httpProtocol || 'HTTP/1.1', isAnswered },
    time: new Date(nowMs).toISOString(),
    client: incoming.clientAddress,
    method: request.method,
    host: url.host,
    path,
    frontend: frontend.name,
    backend,
    server: made.server,
    verdict: made.verdict,
    termination,
    status: made.response.status,
    bytes,
    retries: made.retries,
    redispatches: made.redispatches,
    ...(capture ? { captured: capture(made.answered) } : {}),
    ...(made.stick ? { stick: made.stick } : {}),
    queueMs: made.queueMs,
    responseMs: made.responseMs,
    durationMs: nowMs - startedMs,
    ...(ports.onCloudflare && cf?.colo ? { colo: cf.colo } : {}),
    ...(ray ? { ray } : {}),
  })
}

function lengthOf(headers: Headers): number {
  return Number(headers.get('content-length') ?? 0)
}
