// A check by fetch, for servers that sockets may not reach: on Cloudflare, connect() is barred to proxied names.
// There a failed connection comes back as a 52x or 530 that the platform made.

import type { Exchange } from '../config/check.ts'
import { bytesOf } from '../pattern/bytes.ts'
import { judge, MAX_BODY_BYTES, readsOf } from './expect.ts'
import type { Seen } from './expect.ts'
import { askedServer } from './check.ts'
import { cloudflareFailure } from './cloudflare-failure.ts'
import type { CheckCode, CheckResult, Prober } from './check.ts'

export interface FetchCheckPorts {
  fetch(
    url: string,
    init: { method: string; headers: [string, string][]; body?: string; signal: AbortSignal },
  ): Promise<Response>
  now(): number
}

export function createFetchCheck({ fetch, now }: FetchCheckPorts): Prober {
  return async (server, check, state) => {
    const startedMs = now()
    const done = (code: CheckCode, status: number | null = null): CheckResult => ({
      code,
      status,
      durationMs: Math.round(now() - startedMs),
    })
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), check.timeoutMs)
    try {
      let status: number | null = null
      for (const exchange of check.type === 'tcp' ? [ANY_ANSWER] : check.exchanges) {
        const response = await fetch(askedServer(server, check).origin + (exchange.uri === '*' ? '/' : exchange.uri), {
          method: exchange.method,
          headers: [...exchange.headers, ...(state === undefined ? [] : [['X-Haproxy-Server-State', state]])] as [
            string,
            string,
          ][],
          ...(exchange.body === '' ? {} : { body: exchange.body }),
          signal: controller.signal,
        })
        const failure = cloudflareFailure(response, server)
        const body = !failure && readsOf(exchange) === 'body' ? await startOf(response) : ''
        response.body?.cancel().catch(() => undefined)
        if (failure) return done(failure.code)
        status = response.status
        const code = judge(check, exchange, { status, headers: bytesOfHeaders(response), body })
        if (code !== 'L7OK') return done(code, status)
      }
      return done('L7OK', status)
    } catch {
      return done(controller.signal.aborted ? 'L7TOUT' : 'L4CON')
    } finally {
      clearTimeout(timer)
    }
  }
}

function bytesOfHeaders({ headers }: Response): Seen['headers'] {
  return [...headers].map(([name, value]) => [name, bytesOf(value)])
}

/** What fetch has in place of a connection that opens. */
const ANY_ANSWER: Exchange = {
  method: 'HEAD',
  uri: '/',
  version: '1.1',
  host: null,
  headers: [],
  body: '',
  expect: [{ not: false, status: [[100, 599]] }],
}

/** As much of the body as is looked at, a character for a byte. */
async function startOf(response: Response): Promise<string> {
  let text = ''
  if (!response.body) return text
  const reader = response.body.getReader()
  while (text.length < MAX_BODY_BYTES) {
    const { value, done } = await reader.read()
    if (done) break
    text += String.fromCharCode(...(value as Uint8Array).subarray(0, MAX_BODY_BYTES))
  }
  reader.releaseLock()
  return text.slice(0, MAX_BODY_BYTES)
}

/** Asks over a socket first; when no connection can be made, fetch decides: the name may be one that sockets may not reach. */
export function createSocketThenFetchCheck(socket: Prober, byFetch: Prober): Prober {
  const refusesSockets = new Set<string>()
  return async (server, check, state) => {
    if (refusesSockets.has(server.origin)) return byFetch(server, check, state)
    const first = await socket(server, check, state)
    if (!isUnreachable(first)) return first
    const second = await byFetch(server, check, state)
    if (!isUnreachable(second)) refusesSockets.add(server.origin)
    return second
  }
}

function isUnreachable({ code }: CheckResult): boolean {
  return code === 'L4CON' || code === 'L4TOUT'
}
