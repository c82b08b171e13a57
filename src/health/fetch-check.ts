// A check by fetch, for servers that sockets may not reach: on Cloudflare, connect() is barred to proxied names.
// There a failed connection comes back as a 52x or 530 that the platform made.

import type { CheckConfig, Server } from '../config/config.ts'
import { judgeStatus } from './check.ts'
import type { CheckCode, CheckResult, Prober } from './check.ts'

export interface FetchCheckPorts {
  fetch(url: string, init: { method: string; signal: AbortSignal }): Promise<Response>
  now(): number
}

const PLATFORM_CODE: Record<number, CheckCode> = {
  520: 'L7RSP',
  521: 'L4CON',
  522: 'L4TOUT',
  523: 'L4CON',
  524: 'L7TOUT',
  525: 'L6RSP',
  526: 'L6RSP',
  530: 'L4CON',
}

export function createFetchCheck({ fetch, now }: FetchCheckPorts): Prober {
  return async (server: Server, check: CheckConfig) => {
    const startedMs = now()
    const done = (code: CheckCode, status: number | null = null): CheckResult => ({
      code,
      status,
      durationMs: Math.round(now() - startedMs),
    })
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), check.timeoutMs)
    try {
      const uri = check.uri === '*' ? '/' : check.uri
      const response = await fetch(originOf(server, check) + uri, {
        method: check.type === 'tcp' ? 'HEAD' : check.method,
        signal: controller.signal,
      })
      response.body?.cancel().catch(() => undefined)
      const platform = response.headers.get('server') === 'cloudflare' ? PLATFORM_CODE[response.status] : undefined
      if (platform) return done(platform)
      const isWanted = check.type === 'tcp' || judgeStatus(response.status, check) === 'L7OK'
      return done(isWanted ? 'L7OK' : 'L7STS', response.status)
    } catch {
      return done(controller.signal.aborted ? 'L7TOUT' : 'L4CON')
    } finally {
      clearTimeout(timer)
    }
  }
}

function originOf(server: Server, { port }: CheckConfig): string {
  return port === null ? server.origin : `${server.tls ? 'https' : 'http'}://${server.hostname}:${port}`
}

/** Asks over a socket first; when no connection can be made, fetch decides: the name may be one that sockets may not reach. */
export function createSocketThenFetchCheck(socket: Prober, byFetch: Prober): Prober {
  const refusesSockets = new Set<string>()
  return async (server, check) => {
    if (refusesSockets.has(server.origin)) return byFetch(server, check)
    const first = await socket(server, check)
    if (!isUnreachable(first)) return first
    const second = await byFetch(server, check)
    if (!isUnreachable(second)) refusesSockets.add(server.origin)
    return second
  }
}

function isUnreachable({ code }: CheckResult): boolean {
  return code === 'L4CON' || code === 'L4TOUT'
}
