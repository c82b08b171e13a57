// A check by fetch: on Cloudflare it takes the same way as requests. Sockets come from addresses outside Cloudflare's published
// ranges, which firewalls drop, and cannot reach proxied names. A failed connection is reported as a 52x or 530 made by the
// platform.

import type { CheckConfig } from '../config/options/check.ts'
import type { Exchange } from '../config/options/exchange.ts'
import type { Server } from '../config/config.ts'
import { bytesOf } from '../pattern/bytes.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { judge, MAX_BODY_BYTES, readsOf } from './expect.ts'
import type { Seen } from './expect.ts'
import { askedServer } from './check.ts'
import { cloudflareFailure } from './cloudflare-failure.ts'
import type { CheckCode, CheckResult, Prober } from './check.ts'

export interface FetchCheckPorts {
  fetch(
    url: string,
    init: { method: string; headers: [string, string][]; body?: string; signal: AbortSignal },
    /** The server whose address is used in place of the URL's. */
    resolveOverride: string | undefined,
  ): Promise<Response>
  /** Whether a URL with this name can be fetched from that server. If not, the server's own name is used. */
  hasName(server: Server, host: string): boolean
  now(): number
  readonly patternOf: PatternOf
}

export function createFetchCheck({ fetch, hasName, now, patternOf }: FetchCheckPorts): Prober {
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
        const { url, resolveOverride } = targetOf(server, check, exchange)
        const init = {
          method: exchange.method,
          headers: headersOf(exchange, state),
          ...(exchange.body === '' ? {} : { body: exchange.body }),
          signal: controller.signal,
        }
        const response = await fetch(url, init, resolveOverride)
        const failure = cloudflareFailure(response, server)
        const body = !failure && readsOf(exchange) === 'body' ? await startOf(response) : ''
        response.body?.cancel().catch(() => undefined)
        if (failure) return done(failure.code)
        status = response.status
        const code = judge(check, exchange, { status, headers: bytesOfHeaders(response), body }, patternOf)
        if (code !== 'L7OK') return done(code, status)
      }
      return done('L7OK', status)
    } catch {
      return done(controller.signal.aborted ? 'L7TOUT' : 'L4CON')
    } finally {
      clearTimeout(timer)
    }
  }

  function targetOf(server: Server, check: CheckConfig, { host, uri }: Exchange) {
    const asked = askedServer(server, check)
    const path = uri === '*' ? '/' : uri
    const isNamed = host !== null && host !== asked.hostname && hasName(server, host)
    if (!isNamed) return { url: asked.origin + path, resolveOverride: undefined }
    const named = new URL(asked.origin + path)
    named.hostname = host
    return { url: named.href, resolveOverride: asked.hostname }
  }
}

function headersOf({ headers }: Exchange, state: string | undefined): [string, string][] {
  const sent = headers.map(([name, value]): [string, string] => [name, value])
  if (!sent.some(([name]) => name.toLowerCase() === 'user-agent')) sent.push(['User-Agent', 'limpet-check'])
  if (state !== undefined) sent.push(['X-Haproxy-Server-State', state])
  return sent
}

function bytesOfHeaders({ headers }: Response): Seen['headers'] {
  return [...headers].map(([name, value]) => [name, bytesOf(value)])
}

/** Fetch's equivalent of a connection that opens. */
const ANY_ANSWER: Exchange = {
  method: 'HEAD',
  uri: '/',
  version: '1.1',
  host: null,
  headers: [],
  body: '',
  expect: [],
}

/** The part of the body that is compared, a character for each byte. */
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
