// The request's body, as much as has come and rules may see. HAProxy: configuration manual 7.3.6 "req.body".

import { NO_BODY, readBody } from '../body.ts'
import type { SeenBody } from '../body.ts'
import { PendingError } from '../pending.ts'
import type { Fetch, FetchMaker, Tools } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { Bytes } from '../values.ts'
import { firstLast } from './header-values.ts'
import { valuesNamed } from './request-line.ts'

/** What comes with the headers, or right behind them, is there. */
const COMING_MS = 5

export const reqBody: FetchMaker = (_, tools) => (transaction) => new Bytes(bodyOf(transaction, tools).bytes)

export const reqBodyLen: FetchMaker = (_, tools) => (transaction) => BigInt(bodyOf(transaction, tools).bytes.length)

export const reqBodySize: FetchMaker = (_, tools) => (transaction) => {
  const announced = transaction.asked.headers.get('content-length') ?? ''
  return BigInt(/^\d{1,15}$/.test(announced) ? announced : bodyOf(transaction, tools).bytes.length)
}

export const reqBodyParam: FetchMaker = ([name = ''], tools): Fetch => {
  return (transaction) =>
    firstLast(valuesNamed(name, bodyOf(transaction, tools).bytes.split(/[&;]/)).map((value) => new Bytes(value)))
}

function bodyOf(transaction: Transaction, { mayWait }: Tools): SeenBody {
  if (transaction.request.body === null) return NO_BODY
  if (transaction.body) return transaction.body
  if (!mayWait) return NO_BODY
  throw new PendingError(async ({ request }) => {
    transaction.body = await readBody(request, Infinity, COMING_MS)
    return undefined
  })
}
