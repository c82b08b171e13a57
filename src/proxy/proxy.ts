// From a request to its response: reception, the frontend's rules, the backend's rules, then its dispatch, or an answer
// of our own on the way.

import type { Config, Frontend } from '../config/config.ts'
import type { Tally } from '../stats/tally.ts'
import { countDenied } from './count.ts'
import { createCapturing } from './captures.ts'
import { dispatch, NO_TRIES } from './dispatch.ts'
import type { Dispatched } from './dispatch.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import { createFinish } from './finish.ts'
import type { Gate } from './gate.ts'
import { createReception } from './incoming.ts'
import type { Arrival, Incoming } from './incoming.ts'
import type { ProxyPorts } from './ports.ts'
import { createMaps } from './maps.ts'
import { createErrorReplies, reply } from './replies.ts'
import { createForwarded, createForwardFor, setXForwarded } from './request-headers.ts'
import { createResponseRules, createRules } from './rules.ts'
import type { Ended } from './rules.ts'
import type { View } from './samples.ts'
import { createUsers } from './users.ts'

const NO_RULES: readonly never[] = []

/** The operator's page at a path of a frontend. */
export interface Window {
  matches(url: URL): boolean
  answer(incoming: Incoming): Promise<Response>
}

export type Proxy = (request: Request, url: URL, arrival: Arrival, ports: ProxyPorts) => Promise<Response>

export function createProxy(
  config: Config,
  runtimes: ReadonlyMap<string, BackendRuntime>,
  makeGate: (frontend: Frontend) => Gate | undefined,
  tallyOf: (frontend: Frontend) => Tally,
  windowOf: (frontend: Frontend) => Window | undefined,
): Proxy {
  const reception = createReception(config.frontends)
  const frontends = new Map(
    config.frontends.map((frontend) => [
      frontend,
      {
        gate: makeGate(frontend),
        capturing: config.log === 'off' || !frontend.captures ? undefined : createCapturing(frontend.captures),
        tally: tallyOf(frontend),
        window: windowOf(frontend),
        rules: createRules(frontend.rules),
        responseRules: createResponseRules(frontend.responseRules),
        errors: createErrorReplies(frontend.errors),
        forwardFor: createForwardFor(frontend.forwardfor),
        forwarded: createForwarded(frontend.forwarded),
      },
    ]),
  )
  const backends = new Map(
    config.backends.map(({ name, rules, responseRules, forwardfor, forwarded, errors }) => [
      name,
      {
        rules: createRules(rules),
        responseRules: createResponseRules(responseRules),
        errors: createErrorReplies(errors),
        forwardFor: forwardfor && createForwardFor(forwardfor),
        forwarded: forwarded && createForwarded(forwarded),
        runtime: runtimes.get(name)!,
      },
    ]),
  )
  const users = createUsers(config.userlists)
  const finish = createFinish(config)
  const view: View = {
    candidates: (backend) => runtimes.get(backend)?.pool.candidates().length ?? 0,
    lookUp: createMaps(config.maps),
    groupsOf: users.groupsOf,
  }

  return async (request, url, arrival, ports) => {
    const incoming = reception(request, url, arrival)
    if (!incoming) return reply(404)
    const { gate, window } = frontends.get(incoming.frontend)!
    if (window?.matches(url)) return window.answer(incoming)
    return gate ? gate(incoming, ports, () => answer(incoming, ports)) : answer(incoming, ports)
  }

  async function answer(incoming: Incoming, ports: ProxyPorts): Promise<Response> {
    const startedMs = ports.now()
    const { frontend, request, url } = incoming
    // As the client asked: rules may change it.
    const path = url.pathname
    const query = url.search
    const { rules, responseRules, forwardFor, forwarded, errors, tally, capturing } = frontends.get(frontend)!
    const capture = capturing?.(incoming, view)
    const verifying = users.verify(request.headers)
    if (verifying) await verifying
    const ended = rules(incoming, view)
    if (ended && !('backend' in ended)) {
      countDenied(tally)
      return own(null, respond(ended, undefined), 'status' in ended ? 'PR' : 'LR')
    }
    const chosen = ended && backends.has(ended.backend) ? ended.backend : frontend.defaultBackend
    const backend = chosen === null ? undefined : backends.get(chosen)
    if (chosen === null || !backend) return own(null, respond({ status: 503 }, undefined), 'SC')
    const refused = backend.rules(incoming, view)
    if (refused) {
      countDenied(backend.runtime.tally)
      return own(chosen, respond(refused, backend), 'status' in refused ? 'PR' : 'LR')
    }
    const addAddress = backend.forwardFor ?? forwardFor
    addAddress(incoming)
    const addForwarded = backend.forwarded ?? forwarded
    addForwarded(incoming)
    setXForwarded(incoming)
    // HAProxy's order: the backend's, then the frontend's.
    const edits =
      backend.responseRules || responseRules
        ? [backend.responseRules, responseRules].filter((rule) => rule !== undefined)
        : NO_RULES
    const answerOurselves = (how: Ended) => respond(how, backend)
    return finished(chosen, await dispatch(backend.runtime, incoming, view, ports, edits, answerOurselves))

    /** The backend's words come before the frontend's. */
    function respond(how: Ended, by: typeof backend): Response {
      if ('response' in how) return how.response
      if ('backend' in how) throw new TypeError('a backend cannot choose a backend')
      const response =
        by?.errors(how.status, incoming, view) ?? errors(how.status, incoming, view) ?? reply(how.status, how.why)
      if (how.challenge !== undefined) response.headers.set('www-authenticate', how.challenge)
      return response
    }

    function own(backendName: string | null, response: Response, termination: string): Response {
      return finished(backendName, { response, server: null, tally: null, verdict: '--', termination, ...NO_TRIES })
    }

    function finished(backendName: string | null, made: Dispatched): Response {
      const backendTally = backendName === null ? undefined : backends.get(backendName)?.runtime.tally
      return finish(
        { incoming, path, query, startedMs, tally, backend: backendName, backendTally, capture, made },
        ports,
      )
    }
  }
}
