// One attempt at one server: send, wait for headers, and say what happened in words the loop can decide by.
// An attempt that is given up is abandoned, not aborted: an AbortSignal on every request costs a seventh of its CPU, and
// the runtime cancels what is still under way as soon as the request has been answered or its client has gone.

import type { Member } from '../balance/pool.ts'
import type { Backend } from '../config/config.ts'
import type { Outgoing, ProxyPorts } from './ports.ts'
import { isIdempotent } from './replay.ts'

export type Attempt =
  | { readonly outcome: 'response'; readonly response: Response }
  /** `delivered` no: the server cannot have seen the request. */
  | { readonly outcome: 'failed'; readonly delivered: 'no' | 'unknown' }
  | { readonly outcome: 'timeout' }
  /** The server answered, but with nothing that can be passed on. */
  | { readonly outcome: 'unusable' }
  /** The client's request is one that fetch cannot send, such as a GET with a body: no server is to blame. */
  | { readonly outcome: 'unsendable' }

/** 520-526 and 530: made by Cloudflare in place of the origin's answer. Of these only 520, 522 and 524 may follow a delivery. */
const PLATFORM_STATUS = new Map<number, 'no' | 'unknown'>([
  [520, 'unknown'],
  [521, 'no'],
  [522, 'unknown'],
  [523, 'no'],
  [524, 'unknown'],
  [525, 'no'],
  [526, 'no'],
  [530, 'no'],
])
/** `error code: 521` and little more. */
const MAX_PLATFORM_BODY_BYTES = 64

export function attempt(ports: ProxyPorts, backend: Backend, member: Member, outgoing: Outgoing): Promise<Attempt> {
  return new Promise((resolve) => {
    let over = false
    const end = (made: Attempt | Promise<Attempt>) => {
      over = true
      resolve(made)
    }
    ports.send(member.server, outgoing).then(
      // Nobody reads a late response any more; discarded, its connection is free again.
      (response) => (over ? discard(response) : end(judge(ports, response))),
      (error: unknown) => end(causeOf(error)),
    )
    watch(ports, backend, member, outgoing.method, () => over, end)
  })
}

/** What fetch throws: a RangeError for a status that is none, a TypeError before it sends, anything else on the way. */
function causeOf(error: unknown): Attempt {
  if (error instanceof RangeError) return UNUSABLE
  return error instanceof TypeError ? UNSENDABLE : FAILED
}

const UNSENDABLE: Attempt = { outcome: 'unsendable' }
const UNUSABLE: Attempt = { outcome: 'unusable' }
const TIMEOUT: Attempt = { outcome: 'timeout' }
/** fetch does not say whether a connection was refused or lost after the request was sent. */
const FAILED: Attempt = { outcome: 'failed', delivered: 'unknown' }

/**
 * Gives an attempt up that takes too long.
 * fetch hides whether a connection was made, so a server that drops packets would cost the whole `timeout server`.
 * After each `timeout connect` without headers: is it known to be down, or can no connection be opened?
 * The timer is not cleared, which costs more than a late one that does nothing; the request's end takes it along.
 */
function watch(
  ports: ProxyPorts,
  backend: Backend,
  member: Member,
  method: string,
  isOver: () => boolean,
  giveUp: (made: Attempt) => void,
): void {
  let leftMs = backend.timeoutServerMs
  const arm = () => {
    const stepMs = Math.min(leftMs, backend.timeoutConnectMs)
    leftMs -= stepMs
    setTimeout(() => void onStep(), stepMs)
  }
  const onStep = async () => {
    if (isOver()) return
    if (leftMs <= 0) return giveUp(TIMEOUT)
    if (member.status.health === 'down' && isIdempotent(method)) return giveUp(FAILED)
    arm()
    if (ports.probe && !(await ports.probe(member.server, backend.timeoutConnectMs))) giveUp(FAILED)
  }
  arm()
}

function judge(ports: ProxyPorts, response: Response): Attempt | Promise<Attempt> {
  if (response.status >= 600) {
    discard(response)
    return UNUSABLE
  }
  if (ports.onCloudflare && PLATFORM_STATUS.has(response.status)) return judgePlatformStatus(response)
  return { outcome: 'response', response }
}

/** Its connection is free again. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}

/** Cloudflare's own error page, or an origin's answer that happens to have the same status? */
async function judgePlatformStatus(response: Response): Promise<Attempt> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (response.headers.get('server') !== 'cloudflare' || !(length <= MAX_PLATFORM_BODY_BYTES)) {
    return { outcome: 'response', response }
  }
  const text = await response.text()
  if (text.startsWith('error code:')) {
    return { outcome: 'failed', delivered: PLATFORM_STATUS.get(response.status)! }
  }
  return { outcome: 'response', response: new Response(text, response) }
}
