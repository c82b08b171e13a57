// What becomes of a request once it is answered: it is counted, logged, and, for an operator who asked, explained in
// headers. With `countBytes` bytes and the log line wait until the body has ended.

import type { Config } from '../../config/config.ts'
import type { Tally } from '../../stats/tally.ts'
import type { Captured } from '../../rules/captures.ts'
import { countBytes, countRequest } from './count.ts'
import { explain } from './debug-headers.ts'
import type { Dispatched } from '../dispatch/dispatch.ts'
import { askedHost } from '../../rules/host.ts'
import type { Arrival } from '../reception/incoming.ts'
import type { Incoming } from '../../rules/transaction.ts'
import type { BodyEnd, ProxyPorts, RequestLog } from '../ports.ts'

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

/** Without `countBytes` nobody waits for the end. */
const UNCOUNTED: BodyEnd = { bytes: undefined, isWhole: true }

export function createFinish({ counters, countBytes: countsBytes, log, logSampling }: Config): Finish {
  return (finished, ports) => {
    const { incoming, made, startedMs, tally, backend, backendTally } = finished
    if (counters) countRequest(tally, backendTally, made, ports.now() - startedMs)
    const isLogged = log !== 'off' && incoming.frontend.log && (logSampling >= 1 || ports.random() < logSampling)
    let { response } = made
    // A WebSocket has no body, and is not taken apart.
    if (countsBytes && response.status !== 101) {
      response = untilEnded(finished, ports, (how) => settle(finished, isLogged, how, ports))
    } else settle(finished, isLogged, UNCOUNTED, ports)
    if (!incoming.isDebugged) return response
    return explain(response, backend, incoming.frontend.name, made, ports.now() - startedMs)
  }

  function settle(finished: Finished, isLogged: boolean, { bytes, isWhole }: BodyEnd, ports: ProxyPorts): void {
    if (!counters && !isLogged) return
    const { incoming, made, tally, backendTally } = finished
    const { request } = incoming
    // HAProxy's letters for who broke it off while data went through (configuration manual 8.5).
    const termination = isWhole ? made.termination : request.signal.aborted ? 'CD' : 'SD'
    const bytesOut = bytes ?? bodyLength(request, made.response)
    if (counters) {
      const bytesIn = incoming.bytesIn ?? lengthOf(request.headers)
      countBytes([tally, backendTally, made.tally], bytesIn, bytesOut, termination)
    }
    if (isLogged) logLine(finished, termination, bytesOut, ports)
  }
}

/** The same response; `onEnd` is called once. A client that hangs up ends everything here without a word, unless one listens. */
function untilEnded({ incoming, made }: Finished, ports: ProxyPorts, onEnd: (how: BodyEnd) => void): Response {
  let isOver = false
  const once = (how: BodyEnd) => {
    if (!isOver) onEnd(how)
    isOver = true
  }
  const watched = ports.whenEnded(made.response, once)
  incoming.request.signal.addEventListener('abort', () => once({ bytes: watched.passedBytes(), isWhole: false }))
  return watched.response
}

function logLine(
  { incoming, path, query, startedMs, backend, capture, made }: Finished,
  termination: string,
  bytes: number,
  ports: ProxyPorts,
): void {
  const { request, url, frontend } = incoming
  const nowMs = ports.now()
  const { cf } = request as WithPlatform
  const ray = ports.onCloudflare ? request.headers.get('cf-ray') : null
  const isAnswered = made.answered !== undefined
  const told: RequestLog = {
    wire: {
      clientPort: incoming.peerPort,
      query,
      isTls: url.protocol === 'https:',
      protocol: protocolOf(request),
      isAnswered,
    },
    time: new Date(nowMs).toISOString(),
    client: incoming.clientAddress,
    method: request.method,
    host: askedHost(incoming),
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
    ...(incoming.uniqueId ? { uniqueId: incoming.uniqueId() } : {}),
    ...(capture ? { captured: capture(made.answered) } : {}),
    ...(made.stick ? { stick: made.stick } : {}),
    queueMs: made.queueMs,
    responseMs: made.responseMs,
    durationMs: nowMs - startedMs,
    ...(ports.onCloudflare && cf?.colo ? { colo: cf.colo } : {}),
    ...(ray ? { ray } : {}),
  }
  ports.log(told, incoming.lifetime)
}

/** As it is announced; HEAD and 304 announce a body that does not come. */
function bodyLength({ method }: Request, { status, headers }: Response): number {
  return method === 'HEAD' || status === 304 ? 0 : lengthOf(headers)
}

function lengthOf(headers: Headers): number {
  return Number(headers.get('content-length') ?? 0)
}

interface WithPlatform {
  readonly cf?: { readonly colo?: string; readonly httpProtocol?: string }
}

/** Raw workerd tells no version. */
function protocolOf(request: Request): string {
  return (request as WithPlatform).cf?.httpProtocol || 'HTTP/1.1'
}

/** A line for a request that never came to a frontend. */
export function logUnreadable(
  request: Request,
  url: URL | undefined,
  arrival: Arrival,
  ports: ProxyPorts,
  { status }: Response,
): void {
  const { peerAddress, peerPort } = arrival
  const line: RequestLog = {
    wire: {
      clientPort: peerPort,
      query: url?.search ?? '',
      protocol: protocolOf(request),
      isAnswered: false,
      isTls: false,
    },
    time: new Date(ports.now()).toISOString(),
    client: peerAddress,
    method: request.method,
    host: url?.host ?? request.headers.get('host') ?? '',
    path: url?.pathname ?? '<BADREQ>',
    frontend: null,
    backend: null,
    server: null,
    verdict: '--',
    termination: 'PR',
    status,
    bytes: 0,
    retries: 0,
    redispatches: 0,
    queueMs: 0,
    responseMs: 0,
    durationMs: 0,
  }
  ports.log(line, arrival.lifetime)
}
