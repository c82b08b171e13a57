// The balancer's own answers in the operator's words. HAProxy: configuration manual 4.2 "http-error", "errorfile",
// "http-request return".

import type { Reply } from '../config/rules/reply.ts'
import type { Tools } from './tools.ts'
import { compileTemplate } from './samples.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

export type MakeReply = (transaction: Transaction, view: View) => Response

export function compileReply({ status, headers, body }: Reply, tools: Tools): MakeReply {
  const compiled = headers.map(([name, value]) => [name, compileTemplate(value, tools)] as const)
  const text = compileTemplate(body, tools)
  return (transaction, view) => {
    const lines = compiled.map(([name, valueOf]): [string, string] => [name, valueOf(transaction, view)])
    const said = body.length === 0 || NULL_BODY_STATUS.has(status) ? '' : text(transaction, view)
    // Samples may have made nothing: as in HAProxy, nothing has no type.
    if (said === '' && body.length > 0 && lines[0]?.[0] === 'content-type') lines.shift()
    return new Response(said === '' ? null : said, { status, headers: lines })
  }
}

const NULL_BODY_STATUS = new Set([204, 205, 304])

/** The operator's text for a status; undefined: there is none. */
export type ErrorReplies = (status: number, transaction: Transaction, view: View) => Response | undefined

export function createErrorReplies(errors: ReadonlyMap<number, Reply>, tools: Tools): ErrorReplies {
  const made = new Map([...errors].map(([status, written]) => [status, compileReply(written, tools)]))
  return (status, transaction, view) => made.get(status)?.(transaction, view)
}
