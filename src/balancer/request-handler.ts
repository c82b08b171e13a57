// From a request to its response: reception, the frontend's rules, the backend's rules, then its dispatch, or an answer
// of our own on the way. A statistics page is answered where HAProxy does: after the rules of the section that mounts it.

import type { Config } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import type { MutableTarget } from '../http/target.ts'
import { isDenial, NOT_HEARD } from '../rules/ended.ts'
import type { Ended } from '../rules/ended.ts'
import type { Lists } from '../rules/lists/lists.ts'
import { reply } from '../rules/replies.ts'
import type { View } from '../rules/view.ts'
import type { Tally } from '../stats/tally.ts'
import { createAdmit } from './admit.ts'
import type { Admit } from './admit.ts'
import { after } from './after.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import type { BalancerPorts, StatsPage } from './balancer-ports.ts'
import { dispatch } from './dispatch/dispatch.ts'
import type { Journey } from './journey.ts'
import { respond } from './own-answers.ts'
import { createPlans } from './plan.ts'
import type { BackendPlan, FrontendPlan, Route } from './plan.ts'
import type { Arrival } from './reception/arrival.ts'
import { createCountPassage } from './reception/passages.ts'
import { createReception } from './reception/reception.ts'
import { judge } from './response-rules.ts'
import { countIntercepted, countRefused, countUnreadable } from './record/count.ts'
import { createFinish } from './record/finish.ts'
import { STATS_SERVER } from './record/http-log.ts'
import { unreadableLine } from './record/log-line.ts'
import type { Watch } from './watch.ts'

export interface RequestHandler {
  handle(request: Request, target: MutableTarget, arrival: Arrival): Response | Promise<Response>
  /** For the operator's API, which is not behind a frontend: whether rules refuse a request for it. */
  readonly admit: Admit
  /** Of a request whose URL or Host cannot be read. */
  refuseUnreadable(request: Request, arrival: Arrival): Response
  readonly lists: Lists | undefined
  /** The client's address, as the trustedProxies of the frontend that takes the request tell it. */
  clientAddressOf(request: Request, target: MutableTarget, arrival: Arrival): string
}

export function createRequestHandler(
  config: Config,
  runtimes: ReadonlyMap<string, BackendRuntime>,
  tallyOf: (frontend: Frontend) => Tally,
  ports: BalancerPorts,
  watch?: Watch,
): RequestHandler {
  const { rules } = ports
  const reception = createReception(config.frontends, tallyOf, watch)
  const { frontends, backends, routeOf } = createPlans(config, runtimes, tallyOf, ports)
  const users = rules.createUsers(config.userlists, ports.throttle)
  const settle = rules.createSettle(users)
  const recordAndExplain = createFinish(config, ports)
  const { maxPassages } = config
  const countPassage =
    maxPassages === null || ports.passagesToken === undefined
      ? undefined
      : createCountPassage(ports.passagesToken, maxPassages)
  const lists = rules.createLists(config)
  const known: Omit<View, 'processVariables'> = {
    facts: {
      config,
      backend: (name) => runtimes.get(name),
      frontend: (name) => frontends.get(config.frontends.find((each) => each.name === name)!),
    },
    now: ports.now,
    random: ports.random,
    lists,
    table: (name) => ports.counters?.table(name),
    groupsOf: users.groupsOf,
  }
  const view: View = { ...known, processVariables: rules.createProcessVariables(config.processVariables, known) }

  return {
    lists,
    handle(request, target, arrival) {
      const journey = reception.take(request, target, arrival)
      if (!journey) return unreadable(request, target, arrival, 404)
      if (journey === 'unreadable') return unreadable(request, undefined, arrival, 400)
      // A request that goes in a circle does not wait for a slot: its earlier passages hold them all.
      if (countPassage?.(journey.forOrigin.headers)) return answer(journey, true)
      const { gate } = frontends.get(journey.asked.frontend)!
      return gate ? gate.pass(journey, ports, async () => answer(journey)) : answer(journey)
    },
    refuseUnreadable: (request, arrival) => unreadable(request, undefined, arrival, 400),
    clientAddressOf(request, target, arrival) {
      const journey = reception.take(request, target, arrival)
      return typeof journey === 'object' ? journey.asked.clientAddress : arrival.peerAddress
    },
    admit: createAdmit(frontends, reception, { users, settle, view, finish, ports }),
  }

  /** A request that no frontend takes: the first that it could have meant counts it. */
  function unreadable(request: Request, target: MutableTarget | undefined, arrival: Arrival, status: 400 | 404) {
    const response = reply(status)
    const meant = config.frontends.find(({ name }) => arrival.socket.frontends?.includes(name) ?? true)
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
    frontend.tally.meter?.mark(startedMs)
    journey.uniqueId = frontend.identify?.(journey, view, { startedMs, random: ports.random })
    return after(hears(frontend.userlists, journey), journey, ports, (isHeard) => {
      journey.captures = isHeard ? frontend.capturing?.(journey, view) : undefined
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
    runtime.tally.meter?.mark(journey.startedMs)
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
    const route = routeOf(frontend, backend)
    for (const add of route.additions) add(journey)
    const words = (how: Ended) => worded(journey, how)
    const hear = (answered: Response) => judge(answered, route.responseRules, journey, view, settle, ports)
    return dispatch(runtime, journey, view, ports, hear, words, (response) => finishBy(route, journey, response))
  }

  /** The last that happens to any response. */
  function finish(journey: Journey, response: Response): Response | Promise<Response> {
    const frontend = frontends.get(journey.asked.frontend)!
    const backend = journey.backend === null ? undefined : backends.get(journey.backend)
    return finishBy(routeOf(frontend, backend), journey, response)
  }

  function finishBy({ afterResponse }: Route, journey: Journey, response: Response): Response | Promise<Response> {
    if (afterResponse.length === 0) return recordAndExplain(journey, response)
    return after(judge(response, afterResponse, journey, view, settle, ports), journey, ports, (judged) =>
      recordAndExplain(journey, judged.response),
    )
  }

  function worded(journey: Journey, how: Ended): Response {
    const ofBackend = journey.backend === null ? undefined : backends.get(journey.backend)?.errors
    return respond(how, journey, view, ofBackend, frontends.get(journey.asked.frontend)!.errors)
  }

  function answerOwn(journey: Journey, how: Ended, termination: string): Response | Promise<Response> {
    if ('service' in how) return show(journey, ports.exporter, [], '<PROMEX>')
    journey.termination = termination
    const response = worded(journey, how)
    journey.tracking?.advise(response)
    return finish(journey, response)
  }

  function refuse(journey: Journey, how: Ended): Response | Promise<Response> {
    return answerOwn(journey, how, countRefused(journey, how))
  }

  /** A page's answer counts as the frontend's, even in a backend. */
  async function show(
    journey: Journey,
    page: Pick<StatsPage, 'answer'>,
    userlists: readonly string[],
    server = STATS_SERVER,
  ): Promise<Response> {
    const isHeard = await hears(userlists, journey)
    const response = isHeard
      ? await page.answer(journey.request, journey, view)
      : respond(NOT_HEARD, journey, view, frontends.get(journey.asked.frontend)!.errors)
    journey.nowMs = ports.now()
    journey.server = server
    journey.termination = 'LR'
    return finish(journey, response)
  }
}
