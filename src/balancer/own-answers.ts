// The bodies of Limpet's own answers: the backend's `errors` come before the frontend's, and these before the defaults.

import { fieldsOf } from '../http/fields.ts'
import type { Ended } from '../rules/ended.ts'
import { reply } from '../rules/replies.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'
import type { ErrorReplies } from '../rules/worded-replies.ts'

export function respond(
  how: Ended,
  transaction: Transaction,
  view: View,
  ...words: readonly (ErrorReplies | undefined)[]
): Response {
  if ('response' in how) return how.response
  if (!('status' in how)) throw new TypeError('this is no answer')
  let response: Response | undefined
  for (const worded of words) response ??= worded?.(how.status, transaction, view)
  response ??= reply(how.status, how.why)
  const headers = fieldsOf(response.headers)
  if (how.challenge !== undefined) headers.set('www-authenticate', how.challenge)
  if (how.retryAfterS !== undefined) headers.set('retry-after', String(how.retryAfterS))
  return response
}
