// A check over its own socket: HTTP/1.x written and read by hand, because fetch can set neither Host nor version
// and cannot tell a refused connection from a reset one. Reads no more than it needs: the status line, unless more is expected.

import type { Exchange } from '../config/options/exchange.ts'
import type { Server } from '../config/config.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { askedServer } from './check.ts'
import type { CheckCode, CheckResult, Prober } from './check.ts'
import { judge, MAX_BODY_BYTES, readsOf } from './expect.ts'
import type { Seen } from './expect.ts'

/** A TCP or TLS connection; the shape of a Socket of cloudflare:sockets. */
export interface Connection {
  readonly opened: Promise<unknown>
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  close(): Promise<unknown>
}

export interface HttpCheckPorts {
  /** `asked`: where the check goes, which may not be where requests of `server` go. */
  connect(asked: Server, server: Server): Connection
  /** Milliseconds; only differences count. */
  now(): number
  readonly patternOf: PatternOf
}

/** How many bytes of status line and headers are read. */
const MAX_HEAD_BYTES = 16_384

export function createHttpCheck({ connect, now, patternOf }: HttpCheckPorts): Prober {
  return async (requested, check, state) => {
    const server = askedServer(requested, check)
    const startedMs = now()
    const done = (code: CheckCode, status: number | null = null): CheckResult => ({
      code,
      status,
      durationMs: Math.round(now() - startedMs),
    })
    const deadline = createDeadline(check.timeoutMs)
    let connection: Connection | undefined
    try {
      connection = connect(server, requested)
      const opened = await deadline.race(connection.opened)
      if (opened === TIMED_OUT) return done(server.tls ? 'L6TOUT' : 'L4TOUT')
      if (check.type === 'tcp') {
        deadline.clear()
        ignoreRejection(connection.close())
        return done(server.tls ? 'L6OK' : 'L4OK')
      }
    } catch (error) {
      deadline.clear()
      return done(isTlsFailure(server, error) ? 'L6RSP' : 'L4CON')
    }
    let code: CheckCode = 'L7OK'
    let status: number | null = null
    try {
      for (const [i, exchange] of check.exchanges.entries()) {
        // Each on its own connection; the first is open already.
        if (i > 0) {
          ignoreRejection(connection.close())
          connection = connect(server, requested)
          ignoreRejection(connection.opened)
        }
        const seen = await deadline.race(ask(connection, requestText(server, exchange, state), readsOf(exchange)))
        if (seen === TIMED_OUT) return done('L7TOUT', status)
        status = seen.status
        code = judge(check, exchange, seen, patternOf)
        if (code !== 'L7OK') break
      }
      return done(code, status)
    } catch {
      return done('L7RSP')
    } finally {
      deadline.clear()
      ignoreRejection(connection.close())
    }
  }
}

function requestText(server: Server, exchange: Exchange, state: string | undefined): string {
  const { method, uri, version, headers, body } = exchange
  const fqdn = server.resolution?.fqdn ?? server.hostname
  const ownName = server.port === (server.tls ? 443 : 80) ? fqdn : `${fqdn}:${server.port}`
  const host = exchange.host ?? (version === '1.1' ? ownName : null)
  const named = new Set(headers.map(([name]) => name.toLowerCase()))
  const lines = [`${method} ${uri} HTTP/${version}`]
  if (host !== null && !named.has('host')) lines.push(`Host: ${host}`)
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  if (!named.has('user-agent')) lines.push('User-Agent: limpet-check')
  if (state !== undefined) lines.push(`X-Haproxy-Server-State: ${state}`)
  if (body !== '') lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`)
  lines.push('Connection: close', '', body)
  return lines.join('\r\n')
}

/** Sends the request and reads the part of the answer that is compared. Throws if it is not HTTP. */
async function ask(connection: Connection, request: string, reads: 'status' | 'headers' | 'body'): Promise<Seen> {
  const writer = connection.writable.getWriter()
  await writer.write(new TextEncoder().encode(request))
  const source = createTextSource(connection.readable.getReader())
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec((await source.until('\n')).trimEnd())?.[1]
  if (status === undefined) throw new Error('no HTTP')
  if (reads === 'status') return { status: Number(status), headers: [], body: '' }
  const headers: [string, string][] = []
  for (;;) {
    const line = (await source.until('\n')).trimEnd()
    if (line === '') break
    const colon = line.indexOf(':')
    if (colon > 0) headers.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()])
  }
  const body = reads === 'body' ? await bodyOf(source, headers) : ''
  return { status: Number(status), headers, body }
}

/** RFC 9112 section 6.3: chunks, a length, or all until the connection ends. */
async function bodyOf(source: TextSource, headers: readonly (readonly [string, string])[]): Promise<string> {
  const valueOf = (name: string) => headers.find(([each]) => each === name)?.[1]
  if (!/chunked$/i.test(valueOf('transfer-encoding') ?? '')) {
    return source.upTo(Math.min(MAX_BODY_BYTES, Number(valueOf('content-length') ?? MAX_BODY_BYTES)))
  }
  let body = ''
  for (;;) {
    const size = Number.parseInt(await source.until('\n'), 16)
    if (!(size > 0) || body.length >= MAX_BODY_BYTES) return body
    body += await source.upTo(Math.min(size, MAX_BODY_BYTES))
    await source.until('\n')
  }
}

interface TextSource {
  /** Up to and including the delimiter, or all that is left. */
  until(delimiter: string): Promise<string>
  /** That many characters, or all that is left. */
  upTo(length: number): Promise<string>
}

/** Bytes as characters, one for one: what is compared is what was sent, and lengths are right. */
function createTextSource(reader: ReadableStreamDefaultReader<Uint8Array>): TextSource {
  let held = ''
  let total = 0
  let hasEnded = false
  /** False: there is no more. */
  const more = async (): Promise<boolean> => {
    if (hasEnded) return false
    const { value, done } = await reader.read()
    hasEnded = done || total > MAX_HEAD_BYTES + MAX_BODY_BYTES
    if (value) held += String.fromCharCode(...value.subarray(0, MAX_BODY_BYTES))
    total += value?.length ?? 0
    return !hasEnded
  }
  const take = (length: number) => {
    const taken = held.slice(0, length)
    held = held.slice(length)
    return taken
  }
  return {
    async until(delimiter) {
      while (!held.includes(delimiter) && (await more())) continue
      const at = held.indexOf(delimiter)
      return take(at === -1 ? held.length : at + delimiter.length)
    },
    async upTo(length) {
      while (held.length < length && (await more())) continue
      return take(length)
    },
  }
}

/** workerd describes a failed handshake, but not a refused connection. */
function isTlsFailure(server: Server, error: unknown): boolean {
  return server.tls && /tls|ssl|certificate/i.test(String(error))
}

const TIMED_OUT = Symbol('timed out')

function createDeadline(timeoutMs: number) {
  const { promise: expired, resolve } = Promise.withResolvers<typeof TIMED_OUT>()
  const timer = setTimeout(() => resolve(TIMED_OUT), timeoutMs)
  return {
    race: <T>(work: Promise<T>): Promise<T | typeof TIMED_OUT> => Promise.race([work, expired]),
    clear: () => clearTimeout(timer),
  }
}

/** The outcome is known already; a late rejection must not surface as an unhandled one. */
function ignoreRejection(promise: Promise<unknown>): void {
  promise.catch(() => undefined)
}
