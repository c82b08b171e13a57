// The Hono app: the operator's window at admin.path, everything else to the proxy; the only onError.

import { Hono } from 'hono'
import type { ExecutionContext as HonoContext } from 'hono'

import { createAdmin } from './admin/admin.ts'
import { arrivalOf } from './cloudflare/arrival.ts'
import type { SocketProps } from './cloudflare/arrival.ts'
import type { Env } from './cloudflare/env.ts'
import type { Runtime } from './cloudflare/runtime.ts'
import { LimpetError, statusOfError } from './errors.ts'
import { urlOf } from './proxy/incoming.ts'
import { reply } from './proxy/replies.ts'

export type App = Hono<{ Bindings: Env }>

export function createApp(runtime: Runtime): App {
  const { config, proxy, ports, reader } = runtime
  const app: App = new Hono({ getPath: (request) => urlOf(request).pathname })
  app.route(config.admin.path, createAdmin(reader))
  app.all('*', (c) => proxy(c.req.raw, arrivalOf(c.req.raw, !ports.onCloudflare, propsOf(c.executionCtx)), ports))
  app.onError(answerError)
  return app
}

/** The only place where a thrown error becomes an answer: its words go to the log, its status alone to the client. */
export function answerError(error: unknown): Response {
  const expected = error instanceof LimpetError && error.status < 500
  if (!expected) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
    console.error(JSON.stringify({ event: 'error', message, ...(error instanceof LimpetError ? {} : { stack }) }))
  }
  return reply(statusOfError(error))
}

function propsOf(context: HonoContext): SocketProps | undefined {
  return context.props as SocketProps | undefined
}
