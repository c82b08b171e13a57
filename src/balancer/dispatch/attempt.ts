// One attempt at one server: send, wait for headers, and say what happened in words the loop can decide by.
// An attempt that takes too long is abandoned, not aborted: an AbortSignal on every request costs a seventh of its CPU, and
// the runtime cancels what is still in progress as soon as the request has been answered or its client has gone.

import type { Member } from '../../balance/pool.ts'
import type { Backend, Server } from '../../config/config.ts'
import { cloudflareFailure } from '../../health/cloudflare-failure.ts'
import type { Outgoing, RequestPorts } from '../ports.ts'

export interface Answered {
  readonly outcome: 'response'
  readonly response: Response
  /** The response's: each look at that is a call into the runtime. */
  readonly status: number
}

export type Attempt =
  | Answered
  /** `delivered` no: the server cannot have seen the request. */
  | { readonly outcome: 'failed'; readonly delivered: 'no' | 'unknown' }
  | { readonly outcome: 'timeout' }
  /** The server answered, but with nothing that can be passed on. */
  | { readonly outcome: 'unusable' }
  /** No server is to blame. 400: fetch cannot send such a request, for example a GET with a body. 408: its body did not come in time. */
  | { readonly outcome: 'unsendable'; readonly status: 400 | 408 }
  /** We ended it ourselves, because the server was marked down (`on-marked-down shutdown-sessions`). It may have run. */
  | { readonly outcome: 'cut' }

export function answeredBy(response: Response): Answered {
  return { outcome: 'response', response, status: response.status }
}

/** What came of all attempts. */
export interface Tried {
  /** The server of the last attempt. */
  readonly member: Member | undefined
  readonly last: Attempt | undefined
}

/** `isCutOff`: asked now and then until headers come; true ends the attempt. Undefined: nothing can cut it off. */
export function attempt(
  ports: RequestPorts,
  backend: Backend,
  member: Member,
  outgoing: Outgoing,
  isCutOff?: () => boolean,
): Promise<Attempt> {
  return new Promise((resolve) => {
    const trial = new Trial(resolve)
    const answered = (response: Response) => {
      member.signsOfLife += 1
      // A late response is discarded, so that its connection is free again.
      if (trial.isOver) discard(response)
      else trial.end(judge(ports, member.server, outgoing, response))
    }
    ports.send(member.server, outgoing).then(answered, (error: unknown) => trial.end(causeOf(error)))
    watch(ports, backend.timeoutConnectMs, outgoing.timeoutServerMs ?? backend.timeoutServerMs, member, trial)
    if (isCutOff) lookForCut(isCutOff, trial)
  })
}

/** An attempt in progress: the first that is made of it counts. */
class Trial {
  isOver = false
  readonly resolve: (made: Attempt) => void

  constructor(resolve: (made: Attempt) => void) {
    this.resolve = resolve
  }

  end(made: Attempt): void {
    this.isOver = true
    this.resolve(made)
  }
}

/** What fetch throws: a RangeError for an impossible status, a TypeError before it sends, anything else afterwards. */
function causeOf(error: unknown): Attempt {
  if (error instanceof RangeError) return UNUSABLE
  return error instanceof TypeError ? UNSENDABLE : FAILED
}

export const UNSENDABLE: Attempt & { readonly outcome: 'unsendable' } = { outcome: 'unsendable', status: 400 }
const UNUSABLE: Attempt = { outcome: 'unusable' }
const TIMEOUT: Attempt = { outcome: 'timeout' }
/** fetch does not say whether a connection was refused or lost after the request was sent. */
const FAILED: Attempt = { outcome: 'failed', delivered: 'unknown' }

const CUT: Attempt = { outcome: 'cut' }

/**
 * Ends an attempt that takes too long. Only its own connection is judged, never the server's health: a server may well
 * answer requests in progress while its checks fail.
 * fetch hides whether a connection was made, so a server that drops packets would cost the whole `timeout server`. So when
 * half of `timeout connect` has passed without headers, a connection is opened beside it, with the other half to do so.
 * Only silence ends the attempt. A refusal does not: it would have ended the attempt's own connection, and a server that
 * shuts down gracefully refuses new connections while it finishes its requests. Nor does anything once the server has
 * answered another request since this attempt began: it can be reached, and `timeout server` alone decides.
 * Timers are not cleared, because that costs more than a late one that does nothing; they end with the request.
 */
function watch(
  ports: RequestPorts,
  timeoutConnectMs: number,
  timeoutServerMs: number,
  member: Member,
  trial: Trial,
): void {
  const { probe } = ports
  const untilProbeMs = timeoutConnectMs / 2
  if (!probe || untilProbeMs >= timeoutServerMs) {
    setTimeout(() => trial.end(TIMEOUT), timeoutServerMs)
    return
  }
  const { signsOfLife } = member
  setTimeout(() => {
    if (trial.isOver) return
    setTimeout(() => trial.end(TIMEOUT), timeoutServerMs - untilProbeMs)
    if (member.signsOfLife === signsOfLife) void tryConnection(probe)
  }, untilProbeMs)

  async function tryConnection(open: NonNullable<RequestPorts['probe']>): Promise<void> {
    const found = await open(member.server, timeoutConnectMs - untilProbeMs)
    if (found === 'opens') member.signsOfLife += 1
    else if (found === 'silent' && member.signsOfLife === signsOfLife && !trial.isOver) trial.end(FAILED)
  }
}

/** How often an attempt that could be cut off looks whether it is. */
const LOOK_MS = 500

function lookForCut(isCutOff: () => boolean, trial: Trial): void {
  const look = () => {
    if (trial.isOver) return
    if (isCutOff()) trial.end(CUT)
    else setTimeout(look, LOOK_MS)
  }
  setTimeout(look, LOOK_MS)
}

function judge(ports: RequestPorts, server: Server, outgoing: Outgoing, response: Response): Attempt {
  const { status } = response
  if (status >= 600) {
    discard(response)
    return UNUSABLE
  }
  if (status >= 502 && (ports.onCloudflare || server.via === 'tunnel')) {
    const failure = cloudflareFailure(response, server)
    if (failure) {
      discard(response)
      if (failure.mayBeOwnName) ports.noteUnreached?.(server, outgoing)
      return { outcome: 'failed', delivered: failure.delivered }
    }
  }
  return { outcome: 'response', response, status }
}

/** Its connection is free again. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
