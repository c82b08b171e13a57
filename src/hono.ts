// limpet/hono: the balancer as a middleware of a Hono app, for the routes that it is used on.

import type { MiddlewareHandler } from 'hono'
import { cloneRawRequest } from 'hono/request'

import { sharedLimpet } from './cloudflare/limpet.ts'
import type { BuiltConfig } from './cloudflare/limpet.ts'
import type { Mount } from './cloudflare/mounts.ts'
import type { AnyConfigSource } from './config/define.ts'

export type { Mount as LimpetOptions } from './cloudflare/mounts.ts'

/**
 * Balances the requests of a route. The server gets the path as the client asked for it, with the route's prefix. All middlewares of
 * one configuration share one balancer, also with `createLimpet(config)`, which makes the Durable Objects that the Worker exports.
 *
 * The operator's paths work where a route leads to them: `app.use('/.limpet/*', limpet(config))`. Until LIMPET_ADMIN_TOKEN is set, they
 * are left to the next handler.
 * @param source what `createLimpet` gets: what `defineConfig` returned, a function of `env`, or what `limpet build` wrote
 * @param options `backend`: which backend gets the route's requests. In place of the frontend's `defaultBackend` and of its rules that
 *   choose one (`useBackend`); all its other rules hold. By default the frontend chooses
 * @throws {LimpetError} CONFIG_INVALID: there is no such backend
 * @example app.use('/api/*', limpet(config, { backend: 'api' }))
 */
export function limpet(source: AnyConfigSource | BuiltConfig, options: Mount = {}): MiddlewareHandler {
  const answer = sharedLimpet(source).mount(options)
  return async (c, next) => {
    // What a middleware has read before, a form's token say, Hono keeps.
    const request = c.req.raw.bodyUsed ? await cloneRawRequest(c.req) : c.req.raw
    const response = await answer(request, c.env, c.executionCtx)
    if (!response) return next()
    // A server's own headers cannot be changed, and middlewares such as secureHeaders() change what they find.
    c.res = new Response(response.body, response)
    // Hono keeps what middlewares set before, and drops our cookies if one of them has set another.
    const missing = response.headers.getSetCookie().filter((cookie) => !c.res.headers.getSetCookie().includes(cookie))
    for (const cookie of missing) c.res.headers.append('set-cookie', cookie)
  }
}
