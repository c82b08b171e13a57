// The way of a request through the Worker: the operator's window (a Hono app) under admin.path once a token is set,
// the proxy for everything else; the only place where a thrown error becomes an answer.
// The proxy is not a Hono route: matching one and making its context cost a tenth of a request's CPU.

import { createAdmin } from './admin/admin.ts'
import { arrivalOf } from './cloudflare/arrival.ts'
import type { Env } from './cloudflare/env.ts'
import type { Runtime } from './cloudflare/runtime.ts'
import { LimpetError, statusOfError } from './errors.ts'
import { parseUrl } from './proxy/incoming.ts'
import { reply } from './proxy/replies.ts'

/** Throws, or rejects. */
export type App = (request: Request, env: Env, ctx: ExecutionContext) => Response | Promise<Response>

export function createApp(runtime: Runtime): App {
  const { config, proxy, ports, operations } = runtime
  const admin = createAdmin(operations)
  const adminPrefix = `${config.admin.path}/`
  return (request, env, ctx) => {
    const url = parseUrl(request)
    // Until a token is set, these paths belong to the application like any others.
    if (env.LIMPET_ADMIN_TOKEN && `${url.pathname}/`.startsWith(adminPrefix)) {
      return admin.fetch(new Request(url, request), env, ctx)
    }
    return proxy(request, url, arrivalOf(request, !ports.onCloudflare, ctx), ports)
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
