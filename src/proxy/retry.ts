// After a failed attempt: again, and where? Pure; HAProxy: configuration manual 4.2 "retries", "option redispatch".

import type { Backend } from '../config/config.ts'
import type { Attempt } from './attempt.ts'
import { isIdempotent } from './replay.ts'

/** Whether the request may be sent once more. */
export function mayRetry(
  backend: Pick<Backend, 'retries' | 'retryMethods'>,
  failed: Attempt,
  request: { readonly method: string; readonly replayable: boolean; readonly retries: number },
): boolean {
  if (failed.outcome !== 'failed' || request.retries >= backend.retries || !request.replayable) return false
  return failed.delivered === 'no' || backend.retryMethods === 'all' || isIdempotent(request.method)
}

/**
 * Whether retry number `retry` (from 1) goes to another server.
 * HAProxy's interval: 0 never, n > 0 at every nth retry, -1 at the last one, -n at the nth from the end.
 */
export function mayRedispatch(
  backend: Pick<Backend, 'retries' | 'redispatch'>,
  retry: number,
  situation: { readonly persistent: boolean; readonly down: boolean },
): boolean {
  const { redispatch, retries } = backend
  if (redispatch === 0) return false
  // A server that left meanwhile is not waited for, and a client that belongs to nobody loses nothing by moving.
  if (situation.down || !situation.persistent) return true
  return redispatch > 0 ? retry % redispatch === 0 : retry === retries + 1 + redispatch
}

/** HAProxy's turn-around: the pause before the same server is tried again. */
export function turnAroundMs(backend: Pick<Backend, 'timeoutConnectMs'>): number {
  return Math.min(backend.timeoutConnectMs, 1000)
}
