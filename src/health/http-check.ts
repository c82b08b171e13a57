// A check over a socket of its own: HTTP/1.x written and read by hand, because fetch can set neither Host nor version
// and cannot tell a refused connection from a reset one. Reads no more than it needs: the status line.

import type { CheckConfig, Server } from '../config/config.ts'
import { judgeStatus } from './check.ts'
import type { CheckCode, CheckResult, Prober } from './check.ts'

/** A TCP or TLS connection; the shape of a Socket of cloudflare:sockets. */
export interface Connection {
  readonly opened: Promise<unknown>
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  close(): Promise<unknown>
}

export interface HttpCheckPorts {
  connect(server: Server): Connection
  /** Milliseconds; only differences count. */
  now(): number
}

/** A status line that has not ended after this many bytes is none. */
const MAX_STATUS_LINE_BYTES = 16_384

export function createHttpCheck({ connect, now }: HttpCheckPorts): Prober {
  return async (requested, check) => {
    const server = { ...requested, port: check.port ?? requested.port }
    const startedMs = now()
    const done = (code: CheckCode, status: number | null = null): CheckResult => ({
      code,
      status,
      durationMs: Math.round(now() - startedMs),
    })
    const deadline = createDeadline(check.timeoutMs)
    let connection: Connection | undefined
    try {
      connection = connect(server)
      // A connection that fails later rejects all of these; each is looked at once at most.
      ignoreRejection(connection.opened)
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
    try {
      const line = await deadline.race(exchange(connection, requestText(server, check)))
      if (line === TIMED_OUT) return done('L7TOUT')
      const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(line)?.[1]
      return status === undefined ? done('L7RSP') : done(judgeStatus(Number(status), check), Number(status))
    } catch {
      return done('L7RSP')
    } finally {
      deadline.clear()
      ignoreRejection(connection.close())
    }
  }
}

function requestText(server: Server, check: CheckConfig): string {
  const ownName = server.port === (server.tls ? 443 : 80) ? server.hostname : `${server.hostname}:${server.port}`
  const host = check.host ?? (check.version === '1.1' ? ownName : null)
  const lines = [`${check.method} ${check.uri} HTTP/${check.version}`]
  if (host !== null) lines.push(`Host: ${host}`)
  lines.push('User-Agent: limpet-check', 'Connection: close', '', '')
  return lines.join('\r\n')
}

/** Sends the request and returns the first line of the answer. */
async function exchange(connection: Connection, request: string): Promise<string> {
  const writer = connection.writable.getWriter()
  await writer.write(new TextEncoder().encode(request))
  const reader = connection.readable.getReader()
  let text = ''
  const decoder = new TextDecoder()
  while (!text.includes('\n') && text.length < MAX_STATUS_LINE_BYTES) {
    const { value, done } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  return text.split(/\r?\n/, 1)[0]!
}

/** workerd words a failed handshake; a refused connection it does not. */
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
