// Actions on what is known and written of a request. HAProxy: configuration manual 4.2 "http-request set-src", "set-log-level".

import { compileSample } from '../samples.ts'
import type { ActionMaker } from '../tools.ts'
import { lastOf, toIp } from '../values.ts'

export const setLogLevel: ActionMaker<'setLogLevel'> = ({ setLogLevel: level }) => {
  return (transaction) => void (transaction.isUnlogged = level === 'silent')
}

export const setSrc: ActionMaker<'setSrc'> = ({ setSrc: sample }, tools) => {
  const find = compileSample(sample, tools)
  return (transaction, view) => {
    const value = lastOf(find(transaction, view))
    const address = value === undefined ? undefined : toIp(value)
    if (!address) return undefined
    // What X-Forwarded-For gets, too, as in HAProxy.
    const { text } = address
    transaction.asked = { ...transaction.asked, clientAddress: text, peerAddress: text }
    return undefined
  }
}
