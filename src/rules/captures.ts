// What a frontend captures of requests and responses: its slots, which rules may fill and read, and which a log line shows
// (configuration manual 8.8).

import type { Capture, Captures } from '../config/options/captures.ts'
import { pairBeginning } from '../http/cookie-header.ts'
import { fieldsOf } from '../http/fields.ts'
import type { CaptureSlots, Direction } from './capture-slots.ts'
import type { Transaction } from './transaction.ts'
import type { Tools } from './tools.ts'
import { compileText } from './samples.ts'
import type { View } from './view.ts'

/** Called before any rule changes the request. */
export type Capturing = (transaction: Transaction, view: View) => CaptureSlots

export function createCapturing({ cookie, request, response }: Captures, tools: Tools): Capturing {
  const all = { request, response }
  const captureRequest = request.map((capture) => compileCapture(capture, tools))
  const captureResponse = response.map((capture) => compileCapture(capture, tools))
  return (transaction, view) => {
    const requestCookie =
      cookie && cut(pairBeginning(transaction.forOrigin.headers.get('cookie') ?? '', cookie.name), cookie)
    let responseCookie: string | null = null
    const slots: Record<Direction, (string | undefined)[]> = {
      request: captureRequest.map((capture) => capture?.(transaction, view)),
      response: response.map(() => undefined),
    }
    return {
      read: (direction, slot) => slots[direction][slot],
      write(direction, slot, text) {
        const capture = all[direction][slot]
        if (capture) slots[direction][slot] = text.slice(0, capture.maxCharacters)
        return capture !== undefined
      },
      hear({ status, headers }) {
        const fields = fieldsOf(headers)
        const pairs = fields.all('set-cookie').map((line) => line.split(';', 1)[0]!.trim())
        responseCookie =
          cookie &&
          cut(
            pairs.find((pair) => pair.startsWith(cookie.name)),
            cookie,
          )
        const seen: View = { ...view, response: { status, headers: fields } }
        captureResponse.forEach((capture, i) => {
          if (capture) slots.response[i] = capture(transaction, seen)
        })
      },
      captured: () => ({
        requestCookie,
        responseCookie,
        request: slots.request.map((text) => text ?? ''),
        response: slots.response.map((text) => text ?? ''),
      }),
    }
  }
}

/** Undefined: only rules fill the slot. */
function compileCapture(
  { sample, maxCharacters }: Capture,
  tools: Tools,
): ((transaction: Transaction, view: View) => string | undefined) | undefined {
  if (sample === null) return undefined
  const text = compileText(sample, tools)
  return (transaction, view) => text(transaction, view)?.slice(0, maxCharacters)
}

function cut(pair: string | undefined, { maxCharacters }: NonNullable<Captures['cookie']>): string | null {
  return pair?.slice(0, maxCharacters) ?? null
}
