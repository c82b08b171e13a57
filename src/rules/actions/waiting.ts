// Actions that wait, or say how long others do. HAProxy: configuration manual 4.2 "http-request tarpit", "http-request wait-for-body",
// "http-request set-timeout".

import { readBodyOf, seenBody } from '../body-of.ts'
import { isEnough, MAX_BODY_BYTES } from '../body.ts'
import type { Ended } from '../ended.ts'
import { PendingError } from '../pending.ts'
import { compileSample } from '../samples.ts'
import { lastOf, toInteger } from '../values.ts'
import { compileReply } from '../worded-replies.ts'
import type { ActionMaker, Phase } from '../tools.ts'

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

const LATE: Readonly<Record<Phase, Ended>> = {
  request: { status: 408, termination: 'cR' },
  response: { status: 504, isDenied: false, termination: 'sR' },
}

export const waitForBody: ActionMaker<'waitForBody'> = ({ waitForBody: { timeMs, atLeast } }, _, phase) => {
  const least = atLeast === 0 ? MAX_BODY_BYTES : atLeast
  return (transaction, view) => {
    const before = seenBody(phase, transaction, view)
    if (before && isEnough(before, least)) return undefined
    throw new PendingError(async () => {
      const seen = await readBodyOf(phase, transaction, view, least, timeMs)
      return isEnough(seen, least) ? undefined : LATE[phase]
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
