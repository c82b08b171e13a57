// What happens once a request is answered: it is counted, logged, and, for an operator who asked, explained in
// headers. With `countBytes`, counting bytes and the log line wait until the body has ended.

import type { Config } from '../../config/config.ts'
import { fieldsOf } from '../../http/fields.ts'
import type { Journey } from '../journey.ts'
import type { BodyEnd, RequestPorts } from '../ports.ts'
import { countBytes, countRequest } from './count.ts'
import { explain } from './debug-headers.ts'
import { logLine } from './log-line.ts'

export type Finish = (journey: Journey, response: Response) => Response

/** Without `countBytes`, and without a table that counts what is in progress, the end does not matter. */
const UNCOUNTED: BodyEnd = { bytes: undefined, isWhole: true }

const NOTHING_SENT: BodyEnd = { bytes: 0, isWhole: true }

export function createFinish(
  { counters, countBytes: countsBytes, log, logSampling }: Config,
  ports: RequestPorts,
): Finish {
  return (journey, response) => {
    const totalMs = journey.nowMs - journey.startedMs
    const { status } = response
    if (counters) countRequest(journey, status, totalMs)
    const isLogged =
      log !== 'off' &&
      !journey.isUnlogged &&
      journey.asked.frontend.log &&
      (logSampling >= 1 || ports.random() < logSampling)
    let finished = response
    if (journey.isClosedUnanswered && !ports.onCloudflare) {
      finished = closingConnection(response)
      settle(journey, response, status, isLogged, NOTHING_SENT)
      // A WebSocket has no body, and is not taken apart.
    } else if (countsBytes && status !== 101) {
      finished = untilEnded(journey, response, ports, (how) => {
        journey.nowMs = ports.now()
        settle(journey, response, status, isLogged, how)
      })
    } else settle(journey, response, status, isLogged, UNCOUNTED)
    return journey.isDebugged ? explain(finished, journey, totalMs) : finished
  }

  function settle(
    journey: Journey,
    response: Response,
    status: number,
    isLogged: boolean,
    { bytes, isWhole }: BodyEnd,
  ): void {
    const { tracking } = journey
    if (!counters && !isLogged && !tracking) return
    // HAProxy's letters for who broke it off while data went through (configuration manual 8.5).
    if (!isWhole) journey.termination = journey.request.signal.aborted ? 'CD' : 'SD'
    const bytesOut = bytes ?? bodyLength(journey, response, status)
    const bytesIn = journey.bytesIn ?? lengthOf(journey.asked.headers.get('content-length'))
    if (counters) countBytes(journey, bytesIn, bytesOut, journey.termination)
    tracking?.ended(bytesIn, bytesOut)
    if (isLogged) ports.log(logLine(journey, status, bytesOut, ports), journey.lifetime)
  }
}

/**
 * workerd closes a connection whose response has a body that fails before its first byte, with nothing sent. HEAD has no body, so its
 * client gets status and headers.
 */
function closingConnection({ body, status, headers }: Response): Response {
  void body?.cancel()
  const failed = new ReadableStream({ start: (controller) => controller.error(new Error('closed by a rule')) })
  return new Response(failed, { status, headers })
}

/** The same response; `onEnd` is called once. Without a listener, a client that hangs up silently ends everything here. */
function untilEnded(
  { request }: Journey,
  response: Response,
  ports: RequestPorts,
  onEnd: (how: BodyEnd) => void,
): Response {
  let isOver = false
  const once = (how: BodyEnd) => {
    if (!isOver) onEnd(how)
    isOver = true
  }
  const watched = ports.whenEnded(response, once)
  request.signal.addEventListener('abort', () => once({ bytes: watched.passedBytes(), isWhole: false }))
  return watched.response
}

/** As it is announced; HEAD and 304 announce a body that does not come. */
function bodyLength({ asked, answered }: Journey, response: Response, status: number): number {
  if (asked.method === 'HEAD' || status === 304) return 0
  return lengthOf((answered ?? fieldsOf(response.headers)).get('content-length'))
}

function lengthOf(contentLength: string | null): number {
  return Number(contentLength ?? 0)
}
