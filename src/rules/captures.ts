// What a log line also shows of a request and its response because the operator asked for it (configuration manual 8.8).

import type { Capture, Captures } from '../config/options/captures.ts'
import { pairBeginning } from '../http/cookie-header.ts'
import { fieldsOf } from '../http/fields.ts'
import type { Transaction } from './transaction.ts'
import type { Tools } from './tools.ts'
import { compileText } from './samples.ts'
import type { View } from './view.ts'

/** Null: nothing was found. Lists have a place for each capture, '' where there was nothing. */
export interface Captured {
  readonly requestCookie: string | null
  readonly responseCookie: string | null
  readonly request: readonly string[]
  readonly response: readonly string[]
}

/** Called before any rule changes the request; what it returns, with the server's own response, if there was one. */
export type Capturing = (transaction: Transaction, view: View) => (answered: Response | undefined) => Captured

export function createCapturing({ cookie, request, response }: Captures, tools: Tools): Capturing {
  const captureRequest = request.map((capture) => compileCapture(capture, tools))
  const captureResponse = response.map((capture) => compileCapture(capture, tools))
  return (transaction, view) => {
    const requestCookie =
      cookie && cut(pairBeginning(transaction.forOrigin.headers.get('cookie') ?? '', cookie.name), cookie)
    const ofRequest = captureRequest.map((capture) => capture(transaction, view))
    return (answered) => {
      const seen: View = answered ? { ...view, response: seenOf(answered) } : view
      const given = (answered ? fieldsOf(answered.headers).all('set-cookie') : []).map((line) =>
        line.split(';', 1)[0]!.trim(),
      )
      return {
        requestCookie,
        responseCookie:
          cookie &&
          cut(
            given.find((pair) => pair.startsWith(cookie.name)),
            cookie,
          ),
        request: ofRequest,
        response: captureResponse.map((capture) => (answered ? capture(transaction, seen) : '')),
      }
    }
  }
}

/** As rules see it. */
function seenOf({ status, headers }: Response): View['response'] & {} {
  return { status, headers: fieldsOf(headers) }
}

function compileCapture(
  { sample, maxCharacters }: Capture,
  tools: Tools,
): (transaction: Transaction, view: View) => string {
  const text = compileText(sample, tools)
  return (transaction, view) => (text(transaction, view) ?? '').slice(0, maxCharacters)
}

function cut(pair: string | undefined, { maxCharacters }: NonNullable<Captures['cookie']>): string | null {
  return pair?.slice(0, maxCharacters) ?? null
}
