// When a request that failed is tried again, and on which server. HAProxy: configuration manual 4.2 "retries", "option redispatch",
// "retry-on".

import * as v from 'valibot'

import { bool, integer, listOf, oneOf } from '../fields.ts'
import { option } from '../option.ts'
import type { Values } from '../option.ts'

/** fetch does not tell the first two, and most of the third, apart. */
export const RETRY_FAILURES = ['conn-failure', 'empty-response', 'junk-response', 'response-timeout'] as const

/** A kind of failure, or a status. */
export type RetryReason = (typeof RETRY_FAILURES)[number] | number

const retryReason = v.union(
  [oneOf(RETRY_FAILURES), integer(400, 599, 'must be a status from 400 to 599')],
  'must be conn-failure, empty-response, junk-response, response-timeout or a status from 400 to 599',
)

const BUDGET_TEXT = 'must be a share from 0 to 10, such as 0.2, or false'

export const retryOptions = {
  /** How often a request is tried again after its first attempt. */
  retries: option(integer(0, 20), { default: 3, word: 'retries' }),
  /**
   * Which retries go to another server: `true` all, `false` none, `n` every nth, and `-1` the last.
   * @why a dead server costs its clients nothing but their session
   */
  redispatch: option(
    v.union(
      [bool, integer(-20, 20)],
      'must be true (at every retry), false, n (at every nth retry) or -1 (at the last retry)',
    ),
    {
      default: true,
      haproxy: false,
      word: 'option redispatch',
    },
  ),
  /**
   * Failures, and statuses of responses, after which a request is tried again.
   * @example retryOn: ['conn-failure', 503]
   * @why a server that dies in the middle of a request costs nobody an error page
   */
  retryOn: option(listOf(retryReason, 'must be a list of reasons and statuses'), {
    default: ['conn-failure', 'empty-response', 'junk-response'],
    haproxy: ['conn-failure'],
    word: 'retry-on',
  }),
  /**
   * Which methods are sent again although the server may have processed the first copy: idempotent ones, or `all`. What was never
   * delivered is sent again whatever its method.
   */
  retryMethods: option(oneOf(['idempotent', 'all']), { default: 'idempotent' }),
  /** How many bytes of a request's body are kept so that it can be sent again; larger bodies are sent once. */
  replayBodyBytes: option(integer(0, 8_388_608), { default: 65_536 }),
  /**
   * Retries as a share of the requests of an isolate, after a burst of 100; `false` sets no bound.
   * @why an outage is not multiplied
   */
  retryBudget: option(
    v.union(
      [v.pipe(v.number(), v.minValue(0, BUDGET_TEXT), v.maxValue(10, BUDGET_TEXT)), v.literal(false)],
      BUDGET_TEXT,
    ),
    { default: 0.2, haproxy: false },
  ),
  /**
   * Keeps new clients away from a server that has just failed one, for 1 to 30 seconds.
   * @why a dead server is asked by few, before any check has seen it
   */
  ejection: option(bool, { default: true, haproxy: false }),
  /**
   * Waits up to a second before a redispatch, too, when at most one active server is up.
   * @why a client that can be served elsewhere does not wait
   */
  turnAroundAlone: option(bool, { default: false, haproxy: true }),
}

type RetryValues = Values<typeof retryOptions>

export interface Retries extends Omit<RetryValues, 'redispatch' | 'retryOn' | 'retryBudget'> {
  /** HAProxy's interval: 0 never, n > 0 at every nth retry, -1 at the last retry only. */
  readonly redispatch: number
  /** What is worth another attempt: kinds of failure, and statuses. */
  readonly retryOn: ReadonlySet<RetryReason>
  /** Retries as a share of the requests of an isolate; null: no bound. */
  readonly retryBudget: number | null
}

export function resolveRetries(values: RetryValues): Pick<Retries, 'redispatch' | 'retryOn' | 'retryBudget'> {
  return {
    redispatch: Number(values.redispatch),
    retryOn: new Set(values.retryOn),
    retryBudget: values.retryBudget === false ? null : values.retryBudget,
  }
}
