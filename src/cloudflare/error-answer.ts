// Where an error that a request's way throws becomes an answer (docs/errors.md). The operator's API has its own: admin.ts.

import { LimpetError, messageOf, statusOfError } from '../errors.ts'
import { reply } from '../rules/replies.ts'

/** Its words go to the log, its status alone to the client. */
export function answerError(error: unknown): Response {
  const code = error instanceof LimpetError ? error.code : undefined
  const stack = error instanceof Error && code === undefined ? error.stack : undefined
  console.error(JSON.stringify({ event: 'error', code, message: messageOf(error), stack }))
  return reply(statusOfError(error))
}
