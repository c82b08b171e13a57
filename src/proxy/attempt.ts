// One attempt at one server: send, wait for headers, and say what happened in words the loop can decide by.
// Timers end when headers arrive: a signal that outlives them would cut the body.

import type { Member } from '../balance/pool.ts'
import type { Backend } from '../config/config.ts'
import type { Outgoing, ProxyPorts } from './ports.ts'

export type Attempt =
  | { readonly outcome: 'response'; readonly response: Response }
  /** `delivered` no: the server cannot have seen the request. */
  | { readonly outcome: 'failed'; readonly delivered: 'no' | 'unknown' }
  | { readonly outcome: 'timeout' }
  /** The client went away; nobody's fault. */
  | { readonly outcome: 'aborted' }
  /** The server answered, but with nothing that can be passed on. */
  | { readonly outcome: 'unusable' }

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

export async function attempt(
  ports: ProxyPorts,
  backend: Backend,
  member: Member,
  outgoing: Omit<Outgoing, 'signal'>,
  clientSignal: AbortSignal | undefined,
): Promise<Attempt> {
  const controller = new AbortController()
  let reason: 'timeout' | 'unreachable' | 'aborted' | undefined
  const abort = (why: typeof reason) => {
    reason ??= why
    controller.abort()
  }
  const onClientAbort = () => abort('aborted')
  if (clientSignal?.aborted) return { outcome: 'aborted' }
  clientSignal?.addEventListener('abort', onClientAbort)
  const stopWatching = watch(ports, backend, member, outgoing.method, abort)
  try {
    const response = await ports.send(member.server, { ...outgoing, signal: controller.signal })
    if (response.status >= 600) {
      response.body?.cancel().catch(() => undefined)
      return { outcome: 'unusable' }
    }
    return ports.onCloudflare && PLATFORM_STATUS.has(response.status)
      ? await judgePlatformStatus(response)
      : { outcome: 'response', response }
  } catch (error) {
    if (reason === 'timeout') return { outcome: 'timeout' }
    if (reason === 'aborted' || clientSignal?.aborted) return { outcome: 'aborted' }
    if (error instanceof RangeError) return { outcome: 'unusable' }
    return { outcome: 'failed', delivered: 'unknown' }
  } finally {
    stopWatching()
    clientSignal?.removeEventListener('abort', onClientAbort)
  }
}

/**
 * fetch hides whether a connection was made, so a server that drops packets would cost the whole `timeout server`.
 * After each `timeout connect` without headers: is it known to be down, or can no connection be opened?
 */
function watch(
  ports: ProxyPorts,
  backend: Backend,
  member: Member,
  method: string,
  abort: (why: 'timeout' | 'unreachable') => void,
): () => void {
  let leftMs = backend.timeoutServerMs
  let timer: ReturnType<typeof setTimeout>
  let stopped = false
  const arm = () => {
    const stepMs = Math.min(leftMs, backend.timeoutConnectMs)
    leftMs -= stepMs
    timer = setTimeout(() => void onStep(), stepMs)
  }
  const onStep = async () => {
    if (leftMs <= 0) return abort('timeout')
    if (member.status.health === 'down' && (method === 'GET' || method === 'HEAD')) return abort('unreachable')
    arm()
    if (ports.probe && !(await ports.probe(member.server, backend.timeoutConnectMs)) && !stopped) abort('unreachable')
  }
  arm()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
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
