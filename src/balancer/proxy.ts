// From a request to its response: reception, the frontend's rules, the backend's rules, then its dispatch, or an answer
// of our own on the way. A statistics page is answered where HAProxy does: after the rules of the section that mounts it.

import { createAdmit } from './admit.ts'
import type { Admit } from './admit.ts'
import type { Config, Frontend } from '../config/config.ts'
import type { StatsConfig } from '../config/stats.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { Tally } from '../stats/tally.ts'
import { countDenied, countDeniedResponse, countIntercepted, countUnreadable } from './record/count.ts'
import { createCapturing } from '../rules/captures.ts'
import { dispatch, NO_TRIES } from './dispatch/dispatch.ts'
import type { Dispatched } from './dispatch/dispatch.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import { createFinish, logUnreadable } from './record/finish.ts'
import type { Gate } from './maxconn/frontend.ts'
import { createReception } from './reception/incoming.ts'
import type { Arrival } from './reception/incoming.ts'
import type { Incoming } from '../rules/transaction.ts'
import type { ProxyPorts } from './ports.ts'
import { STATS_SERVER } from './record/http-log.ts'
import { createMaps } from '../rules/maps.ts'
import { createErrorReplies, reply } from '../rules/replies.ts'
import type { CountPassage } from './reception/passages.ts'
import { addUniqueId, createForwarded, createForwardFor, setXForwarded } from './reception/request-headers.ts'
import { createRefusals, createResponseRules, createRules, isDenial } from '../rules/rules.ts'
import type { Ended } from '../rules/rules.ts'
import type { View } from '../rules/view.ts'
import { createSettle, NOT_HEARD } from '../rules/settle.ts'
import { createIdentify, createNumbering } from '../rules/unique-id.ts'
import { createUsers, userlistsIn } from '../rules/users.ts'

const NO_RULES: readonly never[] = []

/** A statistics page at a path of a frontend or backend. */
export interface StatsPage {
  matches(url: URL): boolean
  answer(incoming: Incoming, view: View): Promise<Response>
}

export interface Proxy {
  handle(request: Request, url: URL, arrival: Arrival, ports: ProxyPorts): Promise<Response>
  /** For the operator's API, which is not behind a frontend: whether rules refuse a request for it. */
  readonly admit: Admit
  /** Of a request whose URL or Host cannot be read. */
  refuseUnreadable(request: Request, arrival: Arrival, ports: ProxyPorts): Response
  /** The client's address, as the trustedProxies of the frontend that takes the request tell it. */
  clientAddressOf(request: Request, url: URL, arrival: Arrival): string
}

/** What is made for each proxy, and what all of an isolate share. */
export interface ProxyParts {
  /** Undefined: the frontend has no maxconn. */
  readonly makeGate: (frontend: Frontend) => Gate | undefined
  readonly tallyOf: (frontend: Frontend) => Tally
  readonly pageOf: (stats: StatsConfig) => StatsPage
  readonly throttle: Throttle
  /** Undefined: requests may go round in circles. */
  readonly countPassage: CountPassage | undefined
}

export function createProxy(
  config: Config,
  runtimes: ReadonlyMap<string, BackendRuntime>,
  { makeGate, tallyOf, pageOf, throttle, countPassage }: ProxyParts,
): Proxy {
  const reception = createReception(config.frontends)
  const numbering = createNumbering()
  const frontends = new Map(
    config.frontends.map((frontend) => [
      frontend,
      {
        gate: makeGate(frontend),
        capturing: config.log === 'off' || !frontend.captures ? undefined : createCapturing(frontend.captures),
        tally: tallyOf(frontend),
        page: frontend.stats === null ? undefined : pageOf(frontend.stats),
        rules: createRules(frontend.rules),
        refusals: createRefusals(frontend.rules),
        userlists: userlistsIn({ ...frontend, rules: null, stats: null }),
        pageUserlists: userlistsIn(frontend.stats),
        responseRules: createResponseRules(frontend.responseRules),
        errors: createErrorReplies(frontend.errors),
        forwardFor: createForwardFor(frontend.forwardfor),
        forwarded: createForwarded(frontend.forwarded),
        identify: frontend.uniqueId === null ? undefined : createIdentify(frontend.uniqueId, numbering),
      },
    ]),
  )
  const backends = new Map(
    config.backends.map((backend) => [
      backend.name,
      {
        rules: createRules(backend.rules),
        userlists: userlistsIn({ ...backend, rules: null, stats: null }),
        page: backend.stats === null ? undefined : pageOf(backend.stats),
        pageUserlists: userlistsIn(backend.stats),
        responseRules: createResponseRules(backend.responseRules),
        errors: createErrorReplies(backend.errors),
        forwardFor: backend.forwardfor && createForwardFor(backend.forwardfor),
        forwarded: backend.forwarded && createForwarded(backend.forwarded),
        runtime: runtimes.get(backend.name)!,
      },
    ]),
  )
  const users = createUsers(config.userlists, throttle)
  const settle = createSettle(users)
  const finish = createFinish(config)
  const view: View = {
    candidates: (backend) => runtimes.get(backend)?.pool.candidates().length ?? 0,
    lookUp: createMaps(config.maps),
    groupsOf: users.groupsOf,
  }

  return {
    async handle(request, url, arrival, ports) {
      const incoming = reception.take(request, url, arrival)
      if (!incoming) return unreadable(request, url, arrival, ports, 404)
      // A request that goes round in a circle waits for no place: those before it have them all.
      if (countPassage?.(incoming.headers)) return answer(incoming, ports, true)
      const { gate } = frontends.get(incoming.frontend)!
      return gate ? gate(incoming, ports, () => answer(incoming, ports)) : answer(incoming, ports)
    },
    refuseUnreadable: (request, arrival, ports) => unreadable(request, undefined, arrival, ports, 400),
    clientAddressOf: (request, url, arrival) =>
      reception.take(request, url, arrival)?.clientAddress ?? arrival.peerAddress,
    admit: createAdmit(frontends, reception, { users, settle, view, finish }),
  }

  /** A request that no frontend takes: the first that it could have meant counts it. */
  function unreadable(request: Request, url: URL | undefined, arrival: Arrival, ports: ProxyPorts, status: 400 | 404) {
    const response = reply(status)
    const meant = config.frontends.find(({ name }) => arrival.frontends?.includes(name) ?? true)
    if (meant && config.counters) countUnreadable(frontends.get(meant)!.tally, status)
    if (config.log !== 'off' && meant?.log) logUnreadable(request, url, arrival, ports, response)
    return response
  }

  async function answer(incoming: Incoming, ports: ProxyPorts, isCircling = false): Promise<Response> {
    const startedMs = ports.now()
    const { frontend, url } = incoming
    // As the client asked: rules may change it.
    const path = url.pathname
    const query = url.search
    const { rules, userlists, page, pageUserlists, responseRules } = frontends.get(frontend)!
    const { forwardFor, forwarded, errors, tally, capturing, identify } = frontends.get(frontend)!
    if (identify) incoming.uniqueId = identify(incoming, view, { startedMs, random: ports.random })
    const isHeard = userlists.length === 0 || (await users.verifyAll(userlists, incoming, ports.now))
    const capture = isHeard ? capturing?.(incoming, view) : undefined
    if (isCircling) return refuse({ status: 508 }, null)
    const settling = settle(isHeard ? rules(incoming, view) : NOT_HEARD, incoming, ports)
    const ended = settling instanceof Promise ? await settling : settling
    if (ended && !('backend' in ended)) {
      if (isDenial(ended)) return refuse(ended, null)
      countIntercepted(tally)
      return own(null, respond(ended, undefined), 'LR')
    }
    if (page?.matches(url)) {
      countIntercepted(tally)
      return show(page, pageUserlists, null)
    }
    const chosen = ended && backends.has(ended.backend) ? ended.backend : frontend.defaultBackend
    const backend = chosen === null ? undefined : backends.get(chosen)
    if (chosen === null || !backend) return own(null, respond({ status: 503 }, undefined), 'SC')
    const isHeardThere =
      backend.userlists.length === 0 || (await users.verifyAll(backend.userlists, incoming, ports.now))
    const refusing = settle(isHeardThere ? backend.rules(incoming, view) : NOT_HEARD, incoming, ports)
    const refused = refusing instanceof Promise ? await refusing : refusing
    if (refused) {
      if ('backend' in refused || isDenial(refused)) return refuse(refused, chosen)
      return own(chosen, respond(refused, backend), 'LR')
    }
    if (backend.page?.matches(url)) return show(backend.page, backend.pageUserlists, chosen)
    ports.noticeClient?.(chosen, incoming.clientAddress)
    const addAddress = backend.forwardFor ?? forwardFor
    addAddress(incoming)
    const addForwarded = backend.forwarded ?? forwarded
    addForwarded(incoming)
    setXForwarded(incoming)
    if (incoming.uniqueId) addUniqueId(incoming)
    // HAProxy's order: the backend's, then the frontend's.
    const edits =
      backend.responseRules || responseRules
        ? [backend.responseRules, responseRules].filter((rule) => rule !== undefined)
        : NO_RULES
    const answerOurselves = (how: Ended) => respond(how, backend)
    const dispatched = await dispatch(backend.runtime, incoming, view, ports, edits, answerOurselves)
    if (dispatched.isDenied) countDeniedResponse([tally, backend.runtime.tally, dispatched.tally!])
    if (dispatched.isUnreadable) tally.counts.ereq += 1
    return finished(chosen, dispatched)

    /** The backend's words come before the frontend's. */
    function respond(how: Ended, by: typeof backend): Response {
      if ('response' in how) return how.response
      if ('backend' in how) throw new TypeError('a backend cannot choose a backend')
      const response =
        by?.errors(how.status, incoming, view) ?? errors(how.status, incoming, view) ?? reply(how.status, how.why)
      if (how.challenge !== undefined) response.headers.set('www-authenticate', how.challenge)
      if (how.retryAfterS !== undefined) response.headers.set('retry-after', String(how.retryAfterS))
      return response
    }

    function refuse(how: Ended, backendName: string | null): Response {
      const by = backendName === null ? undefined : backends.get(backendName)
      countDenied(by ? [tally, by.runtime.tally] : [tally])
      return own(backendName, respond(how, by), 'PR')
    }

    function own(backendName: string | null, response: Response, termination: string): Response {
      return finished(backendName, { response, server: null, tally: null, verdict: '--', termination, ...NO_TRIES })
    }

    async function show(shown: StatsPage, asking: readonly string[], backendName: string | null): Promise<Response> {
      const isHeardHere = asking.length === 0 || (await users.verifyAll(asking, incoming, ports.now))
      const response = isHeardHere ? await shown.answer(incoming, view) : respond(NOT_HEARD, undefined)
      const made = { response, tally: null, verdict: '--', termination: 'LR', ...NO_TRIES }
      return finished(backendName, { ...made, server: STATS_SERVER })
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
