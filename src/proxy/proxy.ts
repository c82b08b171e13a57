// From a request to its response: reception, the frontend's rules, the backend's rules, then its dispatch, or an answer
// of our own on the way; one log line each.

import type { Config, FinalAction } from '../config/config.ts'
import { dispatch } from './dispatch.ts'
import type { BackendRuntime, Dispatched } from './dispatch.ts'
import { createReception } from './incoming.ts'
import type { Arrival, Incoming } from './incoming.ts'
import type { ProxyPorts } from './ports.ts'
import { redirect, reply } from './replies.ts'
import { createForwardFor, setXForwarded } from './request-headers.ts'
import { createResponseRules, createRules } from './rules.ts'
import { compileTemplate } from './samples.ts'
import type { View } from './samples.ts'

const NO_RULES: readonly never[] = []

export type Proxy = (request: Request, url: URL, arrival: Arrival, ports: ProxyPorts) => Promise<Response>

export function createProxy(config: Config, runtimes: ReadonlyMap<string, BackendRuntime>): Proxy {
  const reception = createReception(config.frontends)
  const frontends = new Map(
    config.frontends.map((frontend) => [
      frontend,
      {
        rules: createRules(frontend.rules),
        responseRules: createResponseRules(frontend.responseRules),
        forwardFor: createForwardFor(frontend.forwardfor),
      },
    ]),
  )
  const backends = new Map(
    config.backends.map(({ name, rules, responseRules, forwardfor }) => [
      name,
      {
        rules: createRules(rules),
        responseRules: createResponseRules(responseRules),
        forwardFor: forwardfor && createForwardFor(forwardfor),
        runtime: runtimes.get(name)!,
      },
    ]),
  )
  const view: View = { candidates: (backend) => runtimes.get(backend)?.pool.candidates().length ?? 0 }

  return async (request, url, arrival, ports) => {
    const startedMs = ports.now()
    // As the client asked: rules may change it.
    const path = url.pathname
    const incoming = reception(request, url, arrival)
    if (!incoming) return reply(404)
    const { frontend } = incoming
    const { rules, responseRules, forwardFor } = frontends.get(frontend)!
    const action = rules(incoming, view)
    const name = action === undefined ? frontend.defaultBackend : 'useBackend' in action ? action.useBackend : null
    if (name === null) return own(null, action === undefined ? reply(503) : answer(action, incoming, view))
    const backend = backends.get(name)!
    const refused = backend.rules(incoming, view)
    if (refused) return own(name, answer(refused, incoming, view))
    const addAddress = backend.forwardFor ?? forwardFor
    addAddress(incoming)
    setXForwarded(incoming)
    // HAProxy's order: the backend's, then the frontend's.
    const edits =
      backend.responseRules || responseRules
        ? [backend.responseRules, responseRules].filter((rule) => rule !== undefined)
        : NO_RULES
    const dispatched = await dispatch(backend.runtime, incoming, view, ports, edits)
    log(name, dispatched)
    return dispatched.response

    function own(backendName: string | null, response: Response): Response {
      log(backendName, { response, server: null, verdict: '--', retries: 0, redispatches: 0 })
      return response
    }

    function log(backendName: string | null, made: Dispatched): void {
      if (config.log === 'off') return
      const nowMs = ports.now()
      ports.log({
        time: new Date(nowMs).toISOString(),
        client: incoming!.clientAddress,
        method: request.method,
        host: url.host,
        path,
        frontend: frontend.name,
        backend: backendName,
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

function answer(action: FinalAction, incoming: Incoming, view: View): Response {
  const { url } = incoming
  if ('deny' in action) return reply(action.deny.status)
  if ('return' in action) {
    const { status, contentType, body } = action.return
    const headers = { 'content-type': contentType, 'cache-control': 'no-cache' }
    return new Response(body === '' ? null : body, { status, headers })
  }
  if ('redirectScheme' in action) {
    const { scheme, code } = action.redirectScheme
    return redirect(`${scheme}://${url.host}${url.pathname}${url.search}`, code)
  }
  if ('redirect' in action) {
    const { location, prefix, code } = action.redirect
    if (location) return redirect(compileTemplate(location)(incoming, view), code)
    return redirect(compileTemplate(prefix ?? [])(incoming, view) + url.pathname + url.search, code)
  }
  throw new TypeError('a backend cannot choose a backend')
}
