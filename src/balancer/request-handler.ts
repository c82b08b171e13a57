// From a request to its response: reception, the frontend's rules, the backend's rules, then its dispatch, or an answer
// of our own on the way. A statistics page is answered where HAProxy does: after the rules of the section that mounts it.

import type { Backend, Config } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import type { MutableTarget } from '../http/target.ts'
import { isDenial, NOT_HEARD } from '../rules/ended.ts'
import type { Ended } from '../rules/ended.ts'
import { reply } from '../rules/replies.ts'
import type { View } from '../rules/view.ts'
import type { Tally } from '../stats/tally.ts'
import { createAdmit } from './admit.ts'
import type { Admit } from './admit.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import { dispatch } from './dispatch/dispatch.ts'
import { addUniqueId, createForwarded, createForwardFor, setXForwarded } from './dispatch/forwarded-headers.ts'
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
  handle(request: Request, target: MutableTarget, arrival: Arrival): Promise<Response>
  /** For the operator's API, which is not behind a frontend: whether rules refuse a request for it. */
  readonly admit: Admit
  /** Of a request whose URL or Host cannot be read. */
  refuseUnreadable(request: Request, arrival: Arrival): Response
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
    table: (name) => ports.counters?.table(name),
    groupsOf: users.groupsOf,
  }
  const view: View = { ...known, processVariables: rules.createProcessVariables(config.processVariables, known) }

  return {
    async handle(request, target, arrival) {
      const journey = reception.take(request, target, arrival)
      if (!journey) return unreadable(request, target, arrival, 404)
      // A request that goes in a circle does not wait for a slot: its earlier passages hold them all.
      if (countPassage?.(journey.forOrigin.headers)) return answer(journey, true)
      const { gate } = frontends.get(journey.asked.frontend)!
      return gate ? gate(journey, ports, () => answer(journey)) : answer(journey)
    },
    refuseUnreadable: (request, arrival) => unreadable(request, undefined, arrival, 400),
    clientAddressOf: (request, target, arrival) =>
      reception.take(request, target, arrival)?.asked.clientAddress ?? arrival.peerAddress,
    admit: createAdmit(frontends, reception, { users, settle, view, finish, ports }),
  }

  function planFrontend(frontend: Frontend) {
    return {
      gate: gateOf(frontend),
      capturing: config.log === 'off' || !frontend.captures ? undefined : rules.createCapturing(frontend.captures),
      page: frontend.stats === null ? undefined : ports.pageOf(frontend.stats),
      rules: rules.createRules(frontend.rules),
      refusals: rules.createRefusals(frontend.rules),
      userlists: rules.userlistsIn({ ...frontend, rules: null, stats: null }),
      pageUserlists: rules.userlistsIn(frontend.stats),
      responseRules: rules.createResponseRules(frontend.responseRules),
      afterResponse: rules.createResponseRules(frontend.afterResponseRules),
      errors: rules.createErrorReplies(frontend.errors),
      forwardFor: createForwardFor(frontend.forwardfor),
      forwarded: createForwarded(frontend.forwarded),
      identify: frontend.uniqueId === null ? undefined : identifier(frontend.uniqueId),
    }
  }

  function gateOf(frontend: Frontend): Gate | undefined {
    const { maxconn } = frontend
    if (maxconn === null) return undefined
    return ports.maxconn.createGate((onAnswer) => ports.maxconn.limit({ frontend }, maxconn, onAnswer), ports.now)
  }

  function planBackend(backend: Backend) {
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

  async function answer(journey: Journey, isCircling = false): Promise<Response> {
    journey.startedMs = ports.now()
    const { asked, forOrigin } = journey
    const frontend = frontends.get(asked.frontend)!
    const { startedMs } = journey
    journey.uniqueId = frontend.identify?.(journey, view, { startedMs, random: ports.random })
    const isHeard = frontend.userlists.length === 0 || (await users.verifyAll(frontend.userlists, journey, ports.now))
    journey.capture = isHeard ? frontend.capturing?.(journey, view) : undefined
    if (isCircling) return refuse(journey, { status: 508 })
    const settling = settle(isHeard ? frontend.rules(journey, view) : NOT_HEARD, journey, ports)
    const ended = settling instanceof Promise ? await settling : settling
    if (ended && !('backend' in ended)) {
      if (isDenial(ended)) return refuse(journey, ended)
      countIntercepted(journey)
      return answerOwn(journey, ended, 'LR')
    }
    if (frontend.page?.matches(forOrigin.target)) {
      countIntercepted(journey)
      return show(journey, frontend.page, frontend.pageUserlists)
    }
    const byRules = ended && backends.has(ended.backend) ? ended.backend : asked.frontend.defaultBackend
    const chosen = journey.boundBackend ?? byRules
    const backend = chosen === null ? undefined : backends.get(chosen)
    if (!backend) return answerOwn(journey, { status: 503 }, 'SC')
    const { runtime } = backend
    journey.backend = runtime.backend.name
    journey.backendTally = runtime.tally
    const isHeardThere =
      backend.userlists.length === 0 || (await users.verifyAll(backend.userlists, journey, ports.now))
    const refusing = settle(isHeardThere ? backend.rules(journey, view) : NOT_HEARD, journey, ports)
    const refused = refusing instanceof Promise ? await refusing : refusing
    if (refused) {
      return 'backend' in refused || isDenial(refused) ? refuse(journey, refused) : answerOwn(journey, refused, 'LR')
    }
    if (backend.page?.matches(forOrigin.target)) return show(journey, backend.page, backend.pageUserlists)
    ports.noticeClient?.(runtime.backend.name, journey.asked.clientAddress)
    const addAddress = backend.forwardFor ?? frontend.forwardFor
    addAddress(journey)
    const addForwarded = backend.forwarded ?? frontend.forwarded
    addForwarded(journey)
    setXForwarded(journey)
    addUniqueId(journey)
    // HAProxy's order: the backend's, then the frontend's.
    const responseRules =
      backend.responseRules || frontend.responseRules
        ? [backend.responseRules, frontend.responseRules].filter((rule) => rule !== undefined)
        : NO_RULES
    return finish(journey, await dispatch(runtime, journey, view, ports, responseRules, (how) => worded(journey, how)))
  }

  /** The last that happens to any response. */
  function finish(journey: Journey, response: Response): Response {
    const ofBackend = journey.backend === null ? undefined : backends.get(journey.backend)?.afterResponse
    const ofFrontend = frontends.get(journey.asked.frontend)!.afterResponse
    if (!ofBackend && !ofFrontend) return recordAndExplain(journey, response)
    const after = [ofBackend, ofFrontend].filter((each) => each !== undefined)
    return recordAndExplain(journey, judge(response, after, journey, view).response)
  }

  function worded(journey: Journey, how: Ended): Response {
    const ofBackend = journey.backend === null ? undefined : backends.get(journey.backend)?.errors
    return respond(how, journey, view, ofBackend, frontends.get(journey.asked.frontend)!.errors)
  }

  function answerOwn(journey: Journey, how: Ended, termination: string): Response {
    journey.termination = termination
    const response = worded(journey, how)
    journey.tracking?.advise(response)
    return finish(journey, response)
  }

  function refuse(journey: Journey, how: Ended): Response {
    countDenied(journey)
    return answerOwn(journey, how, 'PR')
  }

  /** A page's answer counts as the frontend's, even in a backend. */
  async function show(journey: Journey, page: StatsPage, userlists: readonly string[]): Promise<Response> {
    const isHeard = userlists.length === 0 || (await users.verifyAll(userlists, journey, ports.now))
    const response = isHeard
      ? await page.answer(journey.request, journey, view)
      : respond(NOT_HEARD, journey, view, frontends.get(journey.asked.frontend)!.errors)
    journey.server = STATS_SERVER
    journey.termination = 'LR'
    return finish(journey, response)
  }
}
