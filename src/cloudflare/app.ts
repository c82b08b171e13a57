// Where a request goes in the Worker: under admin.path to the operator's API (a Hono app in operator-window.ts), once a token is set; everything else
// to the balancer. The balancer is not a Hono route: matching one and making its context cost a tenth of a request's CPU.

import type { RequestContext } from './adapters/arrival.ts'
import type { Env } from './env.ts'
import type { Mount } from './mounts.ts'
import type { Runtime } from './runtime.ts'
import { DEBUG_HEADER } from '../balancer/record/debug-headers.ts'
import { isAtOrBelow, isUnresolved, requestTarget, toHref, urlTarget } from '../http/target.ts'
import type { MutableTarget } from '../http/target.ts'
import type { Arrival } from '../balancer/reception/arrival.ts'
import { reply } from '../rules/replies.ts'

/**
 * Throws, or rejects. `mount`: where an application has routes of its own; undefined is answered only there, for an operator's path while
 * no token is set.
 */
export type App = (
  request: Request,
  env: Env,
  ctx: RequestContext,
  mount?: Mount,
) => Response | Promise<Response> | undefined

export function createApp(runtime: Runtime): App {
  const { config, balancer, platform } = runtime
  const { enabled, path: adminPath } = config.admin
  return (request, env, ctx, mount) => {
    const { url } = request
    const target = mount && isUnresolved(url) ? null : (urlTarget(url) ?? null)
    const came = platform.arrivalOf(request, ctx, env)
    const arrival = mount?.backend === undefined ? came : { ...came, backend: mount.backend }
    if (!target) return balancer.handle(request, arrival, target)
    if (!enabled) return balancer.handle(request, arrival, target)
    const { LIMPET_ADMIN_TOKEN: secret } = env
    const isOperators = isAtOrBelow(target, adminPath)
    // Until a token is set, these paths belong to the application like any others.
    if (!secret) return isOperators && mount ? undefined : balancer.handle(request, arrival, target)
    if (isOperators) {
      return requestTarget(request)
        ? answerAdmin(request, target, arrival, secret)
        : balancer.handle(request, arrival, null)
    }
    const asked = request.headers.get(DEBUG_HEADER)
    if (asked === null) return balancer.handle(request, arrival, target)
    return answerDebug(request, target, arrival, asked, secret)
  }

  async function answerAdmin(
    request: Request,
    target: MutableTarget,
    arrival: Arrival,
    secret: string,
  ): Promise<Response> {
    const { refusal, clientAddress } = await balancer.admit(request, arrival, target)
    if (refusal) return refusal
    if (runtime.isAdminClosed) {
      return Response.json(
        { error: 'LIMPET_ADMIN_TOKEN is refused; the log of the balancer says why' },
        { status: 503 },
      )
    }
    const { admin } = await runtime.window()
    return admin(new Request(toHref(target), request), secret, clientAddress)
  }

  async function answerDebug(request: Request, target: MutableTarget, arrival: Arrival, token: string, secret: string) {
    if (runtime.isAdminClosed) return reply(503)
    const clientAddress = balancer.clientAddressOf(request, arrival, target)
    const { checkToken } = await runtime.window()
    const visitor = await checkToken(token, { clientAddress, secret })
    if (typeof visitor !== 'string') return balancer.handle(request, { ...arrival, isDebugged: true }, target)
    // A wrong token is not passed on either: it may be a right one with a typo.
    return visitor === 'blocked' ? reply(429, 'Too many wrong tokens; try again in a minute.') : reply(401)
  }
}
