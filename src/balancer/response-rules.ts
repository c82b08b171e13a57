// Rules over a response, the server's or Limpet's own: they change a copy of it, or end with another answer.

import { fieldsOf } from '../http/fields.ts'
import type { SeenBody } from '../rules/body.ts'
import type { Ended } from '../rules/ended.ts'
import type { JudgeResponse } from '../rules/rules.ts'
import type { Settle } from '../rules/settle.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { SeenResponse, View } from '../rules/view.ts'

export interface Judged {
  readonly response: Response
  /** What takes its place. */
  readonly ended: Ended | undefined
  /** What a rule has read of its body. */
  readonly body?: SeenBody | undefined
}

/** The same response if there are no rules. A promise only if a rule waits. */
export function judge(
  given: Response,
  rules: readonly JudgeResponse[],
  transaction: Transaction,
  view: View,
  settle: Settle,
  ports: { now(): number },
): Judged | Promise<Judged> {
  if (rules.length === 0) return { response: given, ended: undefined }
  const response = new Response(given.body, given)
  const seen: SeenResponse = { status: response.status, headers: fieldsOf(response.headers), source: response }
  return run(0)

  function run(from: number): Judged | Promise<Judged> {
    for (let i = from; i < rules.length; i++) {
      const ended = settle(rules[i]!(seen, transaction, view), transaction, ports)
      if (ended instanceof Promise) return ended.then((late) => (late ? { response, ended: late } : run(i + 1)))
      if (ended) return { response, ended }
    }
    return { response: withStatus(response, seen), ended: undefined, body: seen.body }
  }
}

function withStatus(response: Response, { status, reason }: SeenResponse): Response {
  if (reason === undefined) return response
  const isBodiless = BODILESS.has(status)
  if (isBodiless) void response.body?.cancel()
  return new Response(isBodiless ? null : response.body, { status, statusText: reason, headers: response.headers })
}

const BODILESS = new Set([204, 205, 304])
