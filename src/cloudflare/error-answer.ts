// Turns an error thrown while a request is handled into an answer (docs/errors.md). The operator's API has its own: admin.ts.

import { LimpetError, messageOf, statusOfError } from '../errors.ts'
import { reply } from '../rules/replies.ts'

/** The message goes to the log, only the status to the client. */
export function answerError(error: unknown): Response {
  const code = error instanceof LimpetError ? error.code : undefined
  const stack = error instanceof Error && code === undefined ? error.stack : undefined
  console.error(JSON.stringify({ event: 'error', code, message: messageOf(error), stack }))
  return reply(statusOfError(error))
}
