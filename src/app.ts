// The Hono app: the operator's window at admin.path, everything else to the proxy; the only onError.

import { Hono } from 'hono'
import type { ExecutionContext as HonoContext } from 'hono'

import { createAdmin } from './admin/admin.ts'
import { arrivalOf } from './cloudflare/arrival.ts'
import type { SocketProps } from './cloudflare/arrival.ts'
import type { Env } from './cloudflare/env.ts'
import type { Runtime } from './cloudflare/runtime.ts'
import { LimpetError, statusOfError } from './errors.ts'
import { reply } from './proxy/replies.ts'

export type App = Hono<{ Bindings: Env }>

export function createApp(runtime: Runtime): App {
  const { config, proxy, ports, reader } = runtime
  const app: App = new Hono()
  app.route(config.admin.path, createAdmin(reader))
  app.all('*', (c) => proxy(c.req.raw, arrivalOf(c.req.raw, !ports.onCloudflare, propsOf(c.executionCtx)), ports))
  app.onError((error) => {
    const expected = error instanceof LimpetError && error.status < 500
    if (!expected) console.error(JSON.stringify({ event: 'error', error: String(error), stack: error.stack }))
    return reply(statusOfError(error))
  })
  return app
}

function propsOf(context: HonoContext): SocketProps | undefined {
  return context.props as SocketProps | undefined
}
