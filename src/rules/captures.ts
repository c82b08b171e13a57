// What a log line tells of a request and its response because the operator asked for it (configuration manual 8.8).

import type { Capture, Captures } from '../config/capture.ts'
import { pairBeginning } from '../http/cookie-header.ts'
import type { Incoming } from './transaction.ts'
import { compileSample } from './samples.ts'
import type { View } from './view.ts'

/** Null: nothing was found. Lists have a place for each capture, '' where there was nothing. */
export interface Captured {
  readonly requestCookie: string | null
  readonly responseCookie: string | null
  readonly request: readonly string[]
  readonly response: readonly string[]
}

/** Called before any rule changes the request; what it returns, with the server's own response, if there was one. */
export type Capturing = (incoming: Incoming, view: View) => (answered: Response | undefined) => Captured

export function createCapturing({ cookie, request, response }: Captures): Capturing {
  const captureRequest = request.map(compileCapture)
  const captureResponse = response.map(compileCapture)
  return (incoming, view) => {
    const requestCookie = cookie && cut(pairBeginning(incoming.headers.get('cookie') ?? '', cookie.name), cookie)
    const ofRequest = captureRequest.map((capture) => capture(incoming, view))
    return (answered) => {
      const seen: View = answered ? { ...view, response: answered } : view
      const given = (answered?.headers.getSetCookie() ?? []).map((line) => line.split(';', 1)[0]!.trim())
      return {
        requestCookie,
        responseCookie:
          cookie &&
          cut(
            given.find((pair) => pair.startsWith(cookie.name)),
            cookie,
          ),
        request: ofRequest,
        response: captureResponse.map((capture) => (answered ? capture(incoming, seen) : '')),
      }
    }
  }
}

function compileCapture({ sample, maxCharacters }: Capture): (incoming: Incoming, view: View) => string {
  const fetch = compileSample(sample)
  return (incoming, view) => (fetch(incoming, view).at(-1) ?? '').slice(0, maxCharacters)
}

function cut(pair: string | undefined, { maxCharacters }: NonNullable<Captures['cookie']>): string | null {
  return pair?.slice(0, maxCharacters) ?? null
}
