// After a failed attempt: again, and where? Pure; HAProxy: configuration manual 4.2 "retries", "option redispatch".

import type { Backend } from '../../config/config.ts'
import type { Attempt } from './attempt.ts'
import { isIdempotent } from './replay.ts'

/** Whether the request may be sent once more. */
export function mayRetry(
  { retries, retryOn, retryMethods }: Pick<Backend, 'retries' | 'retryOn' | 'retryMethods'>,
  made: Attempt,
  request: {
    readonly method: string
    readonly replayable: boolean
    readonly retries: number
    /** Only what failed before an answer may be retried. */
    readonly isL7RetryOff?: boolean
  },
): boolean {
  if (request.retries >= retries || !request.replayable) return false
  if (request.isL7RetryOff && made.outcome !== 'failed') return false
  switch (made.outcome) {
    case 'response':
      return retryOn.has(made.status) && isRepeatable(retryMethods, request.method)
    case 'timeout':
      return retryOn.has('response-timeout') && isRepeatable(retryMethods, request.method)
    case 'unusable':
      return retryOn.has('junk-response') && isRepeatable(retryMethods, request.method)
    case 'unsendable':
    // It may have run, and an operator who wants it to end does not want it to start again.
    case 'cut':
      return false
    case 'failed': {
      if (made.delivered === 'no') return retryOn.has('conn-failure')
      // Refused, or lost after it was sent? A request that must not be sent twice needs permission for the worse case.
      if (isIdempotent(request.method)) return UNKNOWN_FAILURES.some((reason) => retryOn.has(reason))
      return retryMethods === 'all' && retryOn.has('empty-response')
    }
  }
}

function isRepeatable(retryMethods: Backend['retryMethods'], method: string): boolean {
  return retryMethods === 'all' || isIdempotent(method)
}

const UNKNOWN_FAILURES = ['conn-failure', 'empty-response', 'junk-response'] as const

/** What decides where a retry goes. */
export interface Situation {
  /** The request is where its client belongs. */
  readonly persistent: boolean
  /** The server that failed is known to be down by now. */
  readonly down: boolean
  /** How many active servers may get a new client, including the one that failed. */
  readonly active: number
}

/**
 * Whether retry number `retry` (from 1) goes to another server.
 * HAProxy's interval: 0 never, n > 0 at every nth retry, -1 at the last one, -n at the nth from the end.
 */
export function mayRedispatch(
  { redispatch, retries, balance }: Pick<Backend, 'retries' | 'redispatch' | 'balance'>,
  retry: number,
  { persistent, down, active }: Situation,
): boolean {
  if (redispatch === 0) return false
  // A server that went down meanwhile is not tried again; and a client that was only sent there in turn loses nothing elsewhere.
  if (down || (!persistent && active > 1 && BY_TURNS.has(balance.policy))) return true
  return retry % (redispatch > 0 ? redispatch : Math.max(1, retries + 1 + redispatch)) === 0
}

const BY_TURNS: ReadonlySet<string> = new Set(['roundrobin', 'static-rr', 'random'])

/** How long to wait before a retry. HAProxy waits when it would most likely meet the same failure again. */
export function turnAroundMs(
  backend: Pick<Backend, 'timeoutConnectMs' | 'turnAroundAlone'>,
  made: Attempt,
  isRedispatch: boolean,
  active: number,
): number {
  // A server that answered can be asked again at once.
  if (made.outcome !== 'failed') return 0
  if (isRedispatch && !(backend.turnAroundAlone && active <= 1)) return 0
  return Math.min(backend.timeoutConnectMs, 1000)
}
