// The body of the request or the response, as much as has come and rules may see. HAProxy: configuration manual 7.3.6 "req.body".

import { readBodyOf, seenBody } from '../body-of.ts'
import { NO_BODY } from '../body.ts'
import type { SeenBody } from '../body.ts'
import { PendingError } from '../pending.ts'
import type { Fetch, FetchMaker, Phase, Tools } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { Bytes } from '../values.ts'
import type { View } from '../view.ts'
import { firstLast } from './header-values.ts'
import { valuesNamed } from './request-line.ts'

/** What comes with the headers, or right behind them, is there. */
const COMING_MS = 5

export const reqBody: FetchMaker = (_, tools) => whole('request', tools)

export const resBody: FetchMaker = (_, tools) => whole('response', tools)

export const reqBodyLen: FetchMaker = (_, tools) => seenLength('request', tools)

export const resBodyLen: FetchMaker = (_, tools) => seenLength('response', tools)

export const reqBodySize: FetchMaker = (_, tools) => {
  return size('request', tools, ({ asked }) => asked.headers.get('content-length'))
}

export const resBodySize: FetchMaker = (_, tools) => {
  // The length of what HEAD would get is no body.
  return size('response', tools, (__, { response }) =>
    response?.source?.body ? response.headers.get('content-length') : null,
  )
}

export const reqBodyParam: FetchMaker =
  ([name = ''], tools) =>
  (transaction, view) => {
    const { bytes } = bodyOf('request', tools, transaction, view)
    return firstLast(valuesNamed(name, bytes.split(/[&;]/)).map((value) => new Bytes(value)))
  }

function whole(phase: Phase, tools: Tools): Fetch {
  return (transaction, view) => new Bytes(bodyOf(phase, tools, transaction, view).bytes)
}

function seenLength(phase: Phase, tools: Tools): Fetch {
  return (transaction, view) => BigInt(bodyOf(phase, tools, transaction, view).bytes.length)
}

function size(phase: Phase, tools: Tools, announcedIn: (transaction: Transaction, view: View) => string | null): Fetch {
  return (transaction, view) => {
    const announced = announcedIn(transaction, view) ?? ''
    return BigInt(/^\d{1,15}$/.test(announced) ? announced : bodyOf(phase, tools, transaction, view).bytes.length)
  }
}

function bodyOf(phase: Phase, { mayWait }: Tools, transaction: Transaction, view: View): SeenBody {
  const seen = seenBody(phase, transaction, view)
  if (seen) return seen
  if (!mayWait) return NO_BODY
  throw new PendingError(async () => {
    await readBodyOf(phase, transaction, view, Infinity, COMING_MS)
    return undefined
  })
}
