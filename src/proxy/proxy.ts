// From a request to its response: reception, rules, then the backend's dispatch or an answer of our own; one log line each.

import type { Action, Config } from '../config/config.ts'
import { dispatch } from './dispatch.ts'
import type { BackendRuntime, Dispatched } from './dispatch.ts'
import { createReception } from './incoming.ts'
import type { Arrival, Incoming } from './incoming.ts'
import type { ProxyPorts } from './ports.ts'
import { redirect, reply } from './replies.ts'
import { createRequestHeaders } from './request-headers.ts'
import { createRules } from './rules.ts'

export type Proxy = (request: Request, url: URL, arrival: Arrival, ports: ProxyPorts) => Promise<Response>

export function createProxy(config: Config, backends: ReadonlyMap<string, BackendRuntime>): Proxy {
  const reception = createReception(config.frontends)
  const compiled = new Map(
    config.frontends.map((frontend) => [
      frontend,
      { rules: createRules(frontend), requestHeaders: createRequestHeaders(frontend) },
    ]),
  )

  return async (request, url, arrival, ports) => {
    const startedMs = ports.now()
    const incoming = reception(request, url, arrival)
    if (!incoming) return reply(404)
    const { rules, requestHeaders } = compiled.get(incoming.frontend)!
    const action = rules(incoming)
    if (action === undefined || !('useBackend' in action)) {
      const response = action === undefined ? reply(503) : answer(action, incoming)
      log(incoming, null, { response, server: null, verdict: '--', retries: 0, redispatches: 0 })
      return response
    }
    const runtime = backends.get(action.useBackend)!
    const dispatched = await dispatch(runtime, incoming, requestHeaders(incoming, ports.onCloudflare), ports)
    log(incoming, runtime.backend.name, dispatched)
    return dispatched.response

    function log({ frontend, clientAddress }: Incoming, backend: string | null, made: Dispatched): void {
      if (config.log === 'off') return
      const nowMs = ports.now()
      ports.log({
        time: new Date(nowMs).toISOString(),
        client: clientAddress,
        method: request.method,
        host: url.host,
        path: url.pathname,
        frontend: frontend.name,
        backend,
        server: made.server,
        verdict: made.verdict,
        status: made.response.status,
        retries: made.retries,
        redispatches: made.redispatches,
        durationMs: nowMs - startedMs,
      })
    }
  }
}

function answer(action: Exclude<Action, { useBackend: string }>, { url }: Incoming): Response {
  if ('deny' in action) return reply(action.deny.status)
  const { scheme, code } = action.redirectScheme
  return redirect(`${scheme}://${url.host}${url.pathname}${url.search}`, code)
}
