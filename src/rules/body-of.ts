// Whose body a rule reads: the request's, or in a rule for responses the response's. What was read of it stays with the message.

import { NO_BODY, readBody } from './body.ts'
import type { BodySource, SeenBody } from './body.ts'
import type { Phase } from './tools.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

interface Message {
  /** Undefined: nothing can be read of it. */
  readonly source: BodySource | undefined
  readonly holder: { body?: SeenBody | undefined }
}

/** Undefined: there is no response. */
function messageOf(phase: Phase, transaction: Transaction, { response }: View): Message | undefined {
  if (phase === 'request') return { source: transaction.request, holder: transaction }
  return response && { source: response.source, holder: response }
}

/** What has been read of it; undefined: nobody has read any, and there may be some. */
export function seenBody(phase: Phase, transaction: Transaction, view: View): SeenBody | undefined {
  const message = messageOf(phase, transaction, view)
  if (message?.holder.body) return message.holder.body
  return message?.source?.body ? undefined : NO_BODY
}

/** As readBody. */
export async function readBodyOf(
  phase: Phase,
  transaction: Transaction,
  view: View,
  least: number,
  timeMs: number | null,
): Promise<SeenBody> {
  const { source, holder } = messageOf(phase, transaction, view)!
  return (holder.body = await readBody(source!, least, timeMs))
}
