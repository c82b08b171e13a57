// Actions that wait, or say how long others do. HAProxy: configuration manual 4.2 "http-request tarpit", "http-request wait-for-body",
// "http-request set-timeout".

import { isEnough, MAX_BODY_BYTES, NO_BODY, readBody } from '../body.ts'
import type { Ended } from '../ended.ts'
import { PendingError } from '../pending.ts'
import { compileSample } from '../samples.ts'
import { lastOf, toInteger } from '../values.ts'
import { compileReply } from '../worded-replies.ts'
import type { ActionMaker } from '../tools.ts'

export const tarpit: ActionMaker<'tarpit'> = ({ tarpit: { timeMs, status, reply } }, tools) => {
  const make = reply && compileReply(reply, tools)
  return (transaction, view) => {
    const ended: Ended = make
      ? { response: make(transaction, view), isDenied: true, termination: 'PT' }
      : { status, termination: 'PT' }
    if (!tools.tarpit?.enter(view.now(), timeMs)) return ended
    throw new PendingError(() => new Promise((resolve) => globalThis.setTimeout(resolve, timeMs, ended)))
  }
}

const LATE: Ended = { status: 408, termination: 'cR' }

export const waitForBody: ActionMaker<'waitForBody'> = ({ waitForBody: { timeMs, atLeast } }) => {
  const least = atLeast === 0 ? MAX_BODY_BYTES : atLeast
  return (transaction) => {
    if (transaction.request.body === null) transaction.body = NO_BODY
    if (transaction.body && isEnough(transaction.body, least)) return undefined
    throw new PendingError(async ({ request }) => {
      const seen = await readBody(request, least, timeMs)
      transaction.body = seen
      return isEnough(seen, least) ? undefined : LATE
    })
  }
}

/** Longer than any timer can be. */
const MOST_MS = 2_147_483_647

export const setTimeout: ActionMaker<'setTimeout'> = ({ setTimeout: { server } }, tools) => {
  if (typeof server === 'number') return (transaction) => void (transaction.timeoutServerMs = server)
  const find = compileSample(server, tools)
  return (transaction, view) => {
    const value = lastOf(find(transaction, view))
    const ms = value === undefined ? undefined : toInteger(value)
    // As in HAProxy 0 is none, and what is below is over at once.
    if (ms) transaction.timeoutServerMs = Math.min(Math.max(Number(ms), 0), MOST_MS)
    return undefined
  }
}
