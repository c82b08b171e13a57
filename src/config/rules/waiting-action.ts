// Actions that take their time, or say how much others may take: input and result. HAProxy: configuration manual 4.2 "http-request
// tarpit", "http-request wait-for-body", "http-request set-timeout".

import * as v from 'valibot'

import { parseDurationMs } from '../duration.ts'
import { duration, integer, strict } from '../fields.ts'
import { resolveDeny } from './answer.ts'
import type { Denial } from './answer.ts'
import { replyEntries } from './reply.ts'
import { sample } from './samples/sample-fields.ts'
import { parseSample } from './samples/sample.ts'
import type { Sample } from './samples/sample.ts'

const TIME_OR_SAMPLE = "must be a duration such as '10s', or a sample that finds milliseconds"

export const WAIT_FOR_BODY_ACTION = v.strictObject({
  /**
   * Waits until the body of the request, or in `responseRules` of the response, is there, so that `req.body` or `res.body` has all of it: at
   * most 15 KB. A client that is too slow gets a 408; for a server that is too slow the client gets a 504. The body is passed on as it came.
   */
  waitForBody: strict({
    /**
     * How long. Without it: as long as the client stays.
     * @example time: '2s'
     */
    time: v.optional(duration(1)),
    /**
     * The bytes that are enough. Without it: all.
     * @example atLeast: 1024
     */
    atLeast: v.optional(integer(0, 2_147_483_647)),
  }),
})

export const WAITING_ACTIONS = [
  v.strictObject({
    /** Lets the client wait, then refuses its request. Of an isolate's requests 1,000 wait at once; further ones are refused at once. */
    tarpit: strict({
      /**
       * How long it waits. Without it: 10s.
       * @example time: '30s'
       */
      time: v.optional(duration(0)),
      ...replyEntries,
      /**
       * The status of the answer. Without it: 500.
       * @example status: 429
       */
      status: v.optional(integer(200, 599)),
    }),
  }),
  WAIT_FOR_BODY_ACTION,
  v.strictObject({
    /** Changes what `timeouts` of the backend say, for this request. */
    setTimeout: strict({
      /**
       * As `timeouts.server`: a duration, or a sample that finds milliseconds. Nothing changes if it finds none, or 0.
       * @example server: '5m'
       */
      server: v.union([duration(1), sample], TIME_OR_SAMPLE),
    }),
  }),
] as const

export type WaitingInput = v.InferInput<(typeof WAITING_ACTIONS)[number]>

/** `timeMs` null: as long as the client stays. */
export type WaitForBodyAction = {
  readonly waitForBody: { readonly timeMs: number | null; readonly atLeast: number }
}

export type WaitingAction =
  | { readonly tarpit: Denial & { readonly timeMs: number } }
  | WaitForBodyAction
  | { readonly setTimeout: { readonly server: number | Sample } }

const TARPIT_MS = 10_000

export function resolveWaitingAction(input: WaitingInput): WaitingAction {
  if ('tarpit' in input) {
    const { time, status = 500, ...words } = input.tarpit
    return {
      tarpit: { ...resolveDeny({ status, ...words }), timeMs: time === undefined ? TARPIT_MS : parseDurationMs(time)! },
    }
  }
  if ('setTimeout' in input) {
    const { server } = input.setTimeout
    return { setTimeout: { server: parseDurationMs(server) ?? parseSample(String(server))! } }
  }
  return resolveWaitForBody(input)
}

export function resolveWaitForBody({
  waitForBody: { time, atLeast = 0 },
}: v.InferInput<typeof WAIT_FOR_BODY_ACTION>): WaitForBodyAction {
  return { waitForBody: { timeMs: time === undefined ? null : parseDurationMs(time)!, atLeast } }
}
