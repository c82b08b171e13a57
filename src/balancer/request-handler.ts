// From a request to its response: reception, the frontend's rules, the backend's rules, then its dispatch, or an answer
// of our own on the way. A statistics page is answered where HAProxy does: after the rules of the section that mounts it.

import type { Backend, Config } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import type { MutableTarget } from '../http/target.ts'
import type { Capturing } from '../rules/captures.ts'
import { isDenial, NOT_HEARD } from '../rules/ended.ts'
import type { Ended } from '../rules/ended.ts'
import { reply } from '../rules/replies.ts'
import type { JudgeResponse, RunRules } from '../rules/rules.ts'
import type { Identify } from '../rules/unique-id.ts'
import type { View } from '../rules/view.ts'
import type { ErrorReplies } from '../rules/worded-replies.ts'
import type { Tally } from '../stats/tally.ts'
import { createAdmit } from './admit.ts'
import { after } from './after.ts'
import type { Admit } from './admit.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import { dispatch } from './dispatch/dispatch.ts'
import { addUniqueId, createForwarded, createForwardFor, createXForwarded } from './dispatch/forwarded-headers.ts'
import type { Addition } from './dispatch/forwarded-headers.ts'
import type { Journey } from './journey.ts'
import type { Gate } from './maxconn/frontend.ts'
import { respond } from './own-answers.ts'
import type { BalancerPorts, StatsPage } from './balancer-ports.ts'
import type { Arrival } from './reception/arrival.ts'
import { createCountPassage } from './reception/passages.ts'
import { createReception } from './reception/reception.ts'
import { judge } from './response-rules.ts'
import { countDenied, countIntercepted, countUnreadable } from './record/count.ts'
import { createFinish } from './record/finish.ts'
import { STATS_SERVER } from './record/http-log.ts'
import { unreadableLine } from './record/log-line.ts'
import type { Watch } from './watch.ts'

const NO_RULES: readonly never[] = []

export interface RequestHandler {
  handle(request: Request, target: MutableTarget, arrival: Arrival): Response | Promise<Response>
  /** For the operator's API, which is not behind a frontend: whether rules refuse a request for it. */
  readonly admit: Admit
  /** Of a request whose URL or Host cannot be read. */
  refuseUnreadable(request: Request, arrival: Arrival): Response
  /** The client's address, as the trustedProxies of the frontend that takes the request tell it. */
  clientAddressOf(request: Request, target: MutableTarget, arrival: Arrival): string
}

/** What is done to a request, made once of the configuration; undefined: nothing. */
interface Plan {
  readonly rules: RunRules
  readonly userlists: readonly string[]
  readonly page: StatsPage | undefined
  readonly pageUserlists: readonly string[]
  readonly responseRules: JudgeResponse | undefined
  readonly afterResponse: JudgeResponse | undefined
  readonly errors: ErrorReplies
}

interface FrontendPlan extends Plan {
  readonly gate: Gate | undefined
  readonly capturing: Capturing | undefined
  readonly refusals: RunRules
  readonly ownAfterResponse: readonly JudgeResponse[]
  readonly forwardFor: Addition | undefined
  readonly forwarded: Addition | undefined
  readonly xForwarded: Addition | undefined
  readonly identify: Identify | undefined
  readonly routes: Map<BackendPlan, Route>
}

interface BackendPlan extends Plan {
  /** Null: the frontend's. */
  readonly forwardFor: Addition | undefined | null
  readonly forwarded: Addition | undefined | null
  readonly runtime: BackendRuntime
}

interface Route {
  readonly additions: readonly Addition[]
  readonly responseRules: readonly JudgeResponse[]
  readonly afterResponse: readonly JudgeResponse[]
}

export function createRequestHandler(
  config: Config,
  runtimes: ReadonlyMap<string, BackendRuntime>,
  tallyOf: (frontend: Frontend) => Tally,
  ports: BalancerPorts,
  watch?: Watch,
): RequestHandler {
  const { rules } = ports
  const identifier = rules.createIdentifier()
  const reception = createReception(config.frontends, tallyOf, watch)
  const frontends = new Map(config.frontends.map((frontend) => [frontend, planFrontend(frontend)]))
  const backends = new Map(config.backends.map((backend) => [backend.name, planBackend(backend)]))
  const users = rules.createUsers(config.userlists, ports.throttle)
  const settle = rules.createSettle(users)
  const recordAndExplain = createFinish(config, ports)
  const { maxPassages } = config
  const countPassage =
    maxPassages === null || ports.passagesToken === undefined
      ? undefined
      : createCountPassage(ports.passagesToken, maxPassages)
  const known: Omit<View, 'processVariables'> = {
    facts: { candidates: (backend) => runtimes.get(backend)?.pool.candidates().length ?? 0 },
    now: ports.now,
    random: ports.random,
    lookUp: rules.createMaps(config.maps),
    groupsOf: users.groupsOf,
  }
  const view: View = { ...known, processVariables: rules.createProcessVariables(config.processVariables, known) }

  return {
    handle(request, target, arrival) {
      const journey = reception.take(request, target, arrival)
      if (!journey) return unreadable(request, target, arrival, 404)
      // A request that goes in a circle does not wait for a slot: its earlier passages hold them all.
      if (countPassage?.(journey.forOrigin.headers)) return answer(journey, true)
      const { gate } = frontends.get(journey.asked.frontend)!
      return gate ? gate(journey, ports, async () => answer(journey)) : answer(journey)
    },
    refuseUnreadable: (request, arrival) => unreadable(request, undefined, arrival, 400),
    clientAddressOf: (request, target, arrival) =>
      reception.take(request, target, arrival)?.asked.clientAddress ?? arrival.peerAddress,
    admit: createAdmit(frontends, reception, { users, settle, view, finish, ports }),
  }

  function planFrontend(frontend: Frontend): FrontendPlan {
    const afterResponse = rules.createResponseRules(frontend.afterResponseRules)
    return {
      gate: gateOf(frontend),
      capturing: config.log === 'off' || !frontend.captures ? undefined : rules.createCapturing(frontend.captures),
      page: frontend.stats === null ? undefined : ports.pageOf(frontend.stats),
      rules: rules.createRules(frontend.rules),
      refusals: rules.createRefusals(frontend.rules),
      userlists: rules.userlistsIn({ ...frontend, rules: null, stats: null }),
      pageUserlists: rules.userlistsIn(frontend.stats),
      responseRules: rules.createResponseRules(frontend.responseRules),
      afterResponse,
      errors: rules.createErrorReplies(frontend.errors),
      ownAfterResponse: afterResponse ? [afterResponse] : NO_RULES,
      forwardFor: createForwardFor(frontend.forwardfor),
      forwarded: createForwarded(frontend.forwarded),
      xForwarded: createXForwarded(frontend),
      identify: frontend.uniqueId === null ? undefined : identifier(frontend.uniqueId),
      routes: new Map<BackendPlan, Route>(),
    }
  }

  function gateOf(frontend: Frontend): Gate | undefined {
    const { maxconn } = frontend
    if (maxconn === null) return undefined
    return ports.maxconn.createGate((onAnswer) => ports.maxconn.limit({ frontend }, maxconn, onAnswer), ports.now)
  }

  function planBackend(backend: Backend): BackendPlan {
    return {
      rules: rules.createRules(backend.rules),
      userlists: rules.userlistsIn({ ...backend, rules: null, stats: null }),
      page: backend.stats === null ? undefined : ports.pageOf(backend.stats),
      pageUserlists: rules.userlistsIn(backend.stats),
      responseRules: rules.createResponseRules(backend.responseRules),
      afterResponse: rules.createResponseRules(backend.afterResponseRules),
      errors: rules.createErrorReplies(backend.errors),
      forwardFor: backend.forwardfor && createForwardFor(backend.forwardfor),
      forwarded: backend.forwarded && createForwarded(backend.forwarded),
      runtime: runtimes.get(backend.name)!,
    }
  }

  /** A request that no frontend takes: the first that it could have meant counts it. */
  function unreadable(request: Request, target: MutableTarget | undefined, arrival: Arrival, status: 400 | 404) {
    const response = reply(status)
    const meant = config.frontends.find(({ name }) => arrival.frontends?.includes(name) ?? true)
    if (meant && config.counters) countUnreadable(tallyOf(meant), status)
    if (config.log !== 'off' && meant?.log) {
      const line = unreadableLine(request, target, arrival, status, ports.now())
      ports.log(line, arrival.lifetime)
    }
    return response
  }

  function answer(journey: Journey, isCircling = false): Response | Promise<Response> {
    journey.startedMs = journey.nowMs = ports.now()
    const { startedMs } = journey
    const frontend = frontends.get(journey.asked.frontend)!
    journey.uniqueId = frontend.identify?.(journey, view, { startedMs, random: ports.random })
    return after(hears(frontend.userlists, journey), journey, ports, (isHeard) => {
      journey.capture = isHeard ? frontend.capturing?.(journey, view) : undefined
      if (isCircling) return refuse(journey, { status: 508 })
      const judging = settle(isHeard ? frontend.rules(journey, view) : NOT_HEARD, journey, ports)
      return after(judging, journey, ports, (ended) => choose(journey, frontend, ended))
    })
  }

  /** False: too many wrong passwords came from the client. */
  function hears(userlists: readonly string[], journey: Journey): boolean | Promise<boolean> {
    return userlists.length === 0 || users.verifyAll(userlists, journey, ports.now)
  }

  /** What the frontend's rules have come to. */
  function choose(journey: Journey, frontend: FrontendPlan, ended: Ended | undefined): Response | Promise<Response> {
    if (ended && !('backend' in ended)) {
      if (isDenial(ended)) return refuse(journey, ended)
      countIntercepted(journey)
      return answerOwn(journey, ended, 'LR')
    }
    if (frontend.page?.matches(journey.forOrigin.target)) {
      countIntercepted(journey)
      return show(journey, frontend.page, frontend.pageUserlists)
    }
    const byRules = ended && backends.has(ended.backend) ? ended.backend : journey.asked.frontend.defaultBackend
    const chosen = journey.boundBackend ?? byRules
    const backend = chosen === null ? undefined : backends.get(chosen)
    if (!backend) return answerOwn(journey, { status: 503 }, 'SC')
    const { runtime } = backend
    journey.backend = runtime.backend.name
    journey.backendTally = runtime.tally
    return after(hears(backend.userlists, journey), journey, ports, (isHeard) => {
      const judging = settle(isHeard ? backend.rules(journey, view) : NOT_HEARD, journey, ports)
      return after(judging, journey, ports, (refused) => pass(journey, frontend, backend, refused))
    })
  }

  /** What the backend's rules have come to. */
  function pass(
    journey: Journey,
    frontend: FrontendPlan,
    backend: BackendPlan,
    refused: Ended | undefined,
  ): Response | Promise<Response> {
    if (refused) {
      return 'backend' in refused || isDenial(refused) ? refuse(journey, refused) : answerOwn(journey, refused, 'LR')
    }
    if (backend.page?.matches(journey.forOrigin.target)) return show(journey, backend.page, backend.pageUserlists)
    const { runtime } = backend
    ports.noticeClient?.(runtime.backend.name, journey.asked.clientAddress)
    const { additions, responseRules } = routeOf(frontend, backend)
    for (const add of additions) add(journey)
    const words = (how: Ended) => worded(journey, how)
    return dispatch(runtime, journey, view, ports, responseRules, words, (response) => finish(journey, response))
  }

  /** What a frontend and a backend do together; there may be many pairs, of which few are used. */
  function routeOf(frontend: FrontendPlan, backend: BackendPlan): Route {
    let route = frontend.routes.get(backend)
    if (!route) {
      const adding = [
        backend.forwardFor === null ? frontend.forwardFor : backend.forwardFor,
        backend.forwarded === null ? frontend.forwarded : backend.forwarded,
        frontend.xForwarded,
        frontend.identify && addUniqueId,
      ]
      // HAProxy's order: the backend's, then the frontend's.
      const [responseRules, afterResponse] = (['responseRules', 'afterResponse'] as const).map((which) =>
        [backend[which], frontend[which]].filter((rule) => rule !== undefined),
      )
      route = {
        additions: adding.filter((add) => add !== undefined),
        responseRules: responseRules!,
        afterResponse: afterResponse!,
      }
      frontend.routes.set(backend, route)
    }
    return route
  }

  /** The last that happens to any response. */
  function finish(journey: Journey, response: Response): Response {
    const frontend = frontends.get(journey.asked.frontend)!
    const backend = journey.backend === null ? undefined : backends.get(journey.backend)
    const rules = backend ? routeOf(frontend, backend).afterResponse : frontend.ownAfterResponse
    return recordAndExplain(journey, judge(response, rules, journey, view).response)
  }

  function worded(journey: Journey, how: Ended): Response {
    const ofBackend = journey.backend === null ? undefined : backends.get(journey.backend)?.errors
    return respond(how, journey, view, ofBackend, frontends.get(journey.asked.frontend)!.errors)
  }

  function answerOwn(journey: Journey, how: Ended, termination: string): Response {
    journey.termination = termination
    return finish(journey, worded(journey, how))
  }

  function refuse(journey: Journey, how: Ended): Response {
    countDenied(journey)
    return answerOwn(journey, how, 'PR')
  }

  /** A page's answer counts as the frontend's, even in a backend. */
  async function show(journey: Journey, page: StatsPage, userlists: readonly string[]): Promise<Response> {
    const isHeard = await hears(userlists, journey)
    const response = isHeard
      ? await page.answer(journey.request, journey, view)
      : respond(NOT_HEARD, journey, view, frontends.get(journey.asked.frontend)!.errors)
    journey.nowMs = ports.now()
    journey.server = STATS_SERVER
    journey.termination = 'LR'
    return finish(journey, response)
  }
}
