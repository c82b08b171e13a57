// The way of a request through the Worker: the operator's window (a Hono app) under admin.path once a token is set,
// the proxy for everything else; the only place where a thrown error becomes an answer.
// The proxy is not a Hono route: matching one and making its context cost a tenth of a request's CPU.

import { createAdmin } from './admin/admin.ts'
import { createLogin } from './admin/login.ts'
import { arrivalOf } from './cloudflare/arrival.ts'
import type { Env } from './cloudflare/env.ts'
import type { Runtime } from './cloudflare/runtime.ts'
import { LimpetError, statusOfError } from './errors.ts'
import { DEBUG_HEADER } from './proxy/debug-headers.ts'
import { parseUrl } from './proxy/incoming.ts'
import { reply } from './proxy/replies.ts'

/** Throws, or rejects. */
export type App = (request: Request, env: Env, ctx: ExecutionContext) => Response | Promise<Response>

export function createApp(runtime: Runtime): App {
  const { config, proxy, ports, operations } = runtime
  const admin = createAdmin(operations)
  const askedForDebug = createLogin({ accounts: [], isAdmin: false }, operations)
  const adminPrefix = `${config.admin.path}/`
  return (request, env, ctx) => {
    const url = parseUrl(request)
    // Until a token is set, these paths belong to the application like any others.
    if (env.LIMPET_ADMIN_TOKEN && `${url.pathname}/`.startsWith(adminPrefix)) {
      return admin.fetch(new Request(url, request), env, ctx)
    }
    const arrival = arrivalOf(request, !ports.onCloudflare, ctx)
    const asked = env.LIMPET_ADMIN_TOKEN ? request.headers.get(DEBUG_HEADER) : null
    if (asked === null) return proxy(request, url, arrival, ports)
    return askedForDebug.checkToken(asked, arrival.peerAddress, env.LIMPET_ADMIN_TOKEN!).then((visitor) => {
      if (typeof visitor !== 'string') return proxy(request, url, { ...arrival, isDebugged: true }, ports)
      // A wrong token is not passed on either: it may be a right one with a slip of the pen.
      return reply(visitor === 'blocked' ? 429 : 401)
    })
  }
}

/** Its words go to the log, its status alone to the client. */
export function answerError(error: unknown): Response {
  const expected = error instanceof LimpetError && error.status < 500
  if (!expected) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
    console.error(JSON.stringify({ event: 'error', message, ...(error instanceof LimpetError ? {} : { stack }) }))
  }
  return reply(statusOfError(error))
}
