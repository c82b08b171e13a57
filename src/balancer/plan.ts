// What each frontend and backend does to a request: made once, of the configuration, with undefined for what is not configured. A request
// goes through the steps of its frontend and its backend, in HAProxy's order, and through no others.

import type { Backend, Config } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import { waitingForPosted } from '../config/posted-parameter.ts'
import type { Rule } from '../config/rules/rule.ts'
import type { Capturing } from '../rules/captures.ts'
import type { JudgeResponse, RunRules } from '../rules/rules.ts'
import type { Identify } from '../rules/unique-id.ts'
import type { ErrorReplies } from '../rules/worded-replies.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import type { BalancerPorts, StatsPage } from './balancer-ports.ts'
import { addUniqueId, createForwarded, createForwardFor, createXForwarded } from './dispatch/forwarded-headers.ts'
import type { Addition } from './dispatch/forwarded-headers.ts'
import type { Gate } from './maxconn/frontend.ts'
import type { Tally } from '../stats/tally.ts'

interface Plan {
  readonly rules: RunRules
  /** Those whose passwords its rules ask for. */
  readonly userlists: readonly string[]
  readonly page: StatsPage | undefined
  readonly pageUserlists: readonly string[]
  readonly responseRules: JudgeResponse | undefined
  readonly afterResponse: JudgeResponse | undefined
  readonly errors: ErrorReplies
}

export interface FrontendPlan extends Plan {
  readonly tally: Tally
  readonly gate: Gate | undefined
  readonly capturing: Capturing | undefined
  readonly refusals: RunRules
  readonly identify: Identify | undefined
  readonly forwardFor: Addition | undefined
  readonly forwarded: Addition | undefined
  readonly xForwarded: Addition | undefined
}

export interface BackendPlan extends Plan {
  readonly runtime: BackendRuntime
  /** Null: the frontend's. */
  readonly forwardFor: Addition | undefined | null
  readonly forwarded: Addition | undefined | null
}

/** What a frontend and a backend do together. */
export interface Route {
  readonly additions: readonly Addition[]
  readonly responseRules: readonly JudgeResponse[]
  readonly afterResponse: readonly JudgeResponse[]
}

export interface Plans {
  readonly frontends: ReadonlyMap<Frontend, FrontendPlan>
  readonly backends: ReadonlyMap<string, BackendPlan>
  /** Without a backend: of an answer to a request that came to none. */
  routeOf(frontend: FrontendPlan, backend: BackendPlan | undefined): Route
}

export function createPlans(
  config: Config,
  runtimes: ReadonlyMap<string, BackendRuntime>,
  tallyOf: (frontend: Frontend) => Tally,
  { rules, maxconn: slots, pageOf, now }: BalancerPorts,
): Plans {
  const identifier = rules.createIdentifier()
  /** There may be many pairs, of which few are used. */
  const routes = new Map<FrontendPlan, Map<BackendPlan | undefined, Route>>()

  return {
    frontends: new Map(config.frontends.map((frontend) => [frontend, planFrontend(frontend)])),
    backends: new Map(config.backends.map((backend) => [backend.name, planBackend(backend)])),
    routeOf(frontend, backend) {
      let known = routes.get(frontend)
      if (!known) routes.set(frontend, (known = new Map()))
      let route = known.get(backend)
      if (!route) known.set(backend, (route = planRoute(frontend, backend)))
      return route
    },
  }

  /** `last`: rules behind its own. */
  function planBoth(section: Frontend | Backend, last: readonly Rule[] = []): Plan {
    const { stats } = section
    return {
      rules: rules.createRules([...section.rules, ...last]),
      userlists: rules.userlistsIn({ ...section, rules: null, stats: null }),
      page: stats === null ? undefined : pageOf(stats),
      pageUserlists: rules.userlistsIn(stats),
      responseRules: rules.createResponseRules(section.responseRules),
      afterResponse: rules.createResponseRules(section.afterResponseRules),
      errors: rules.createErrorReplies(section.errors),
    }
  }

  function planFrontend(frontend: Frontend): FrontendPlan {
    return {
      ...planBoth(frontend),
      tally: tallyOf(frontend),
      gate: gateOf(frontend),
      capturing: frontend.captures ? rules.createCapturing(frontend.captures) : undefined,
      refusals: rules.createRefusals(frontend.rules),
      identify: frontend.uniqueId === null ? undefined : identifier(frontend.uniqueId),
      forwardFor: createForwardFor(frontend.forwardfor),
      forwarded: createForwarded(frontend.forwarded),
      xForwarded: createXForwarded(frontend),
    }
  }

  function planBackend(backend: Backend): BackendPlan {
    return {
      ...planBoth(backend, waitingForPosted(backend)),
      runtime: runtimes.get(backend.name)!,
      forwardFor: backend.forwardfor && createForwardFor(backend.forwardfor),
      forwarded: backend.forwarded && createForwarded(backend.forwarded),
    }
  }

  function gateOf(frontend: Frontend): Gate | undefined {
    const { maxconn } = frontend
    if (maxconn === null && !config.countedProxies.includes(frontend.name)) return undefined
    return slots.createGate(maxconn, (max, onAnswer) => slots.limit({ frontend }, max, onAnswer), now)
  }
}

function planRoute(frontend: FrontendPlan, backend: BackendPlan | undefined): Route {
  return {
    additions: present([
      backend && backend.forwardFor !== null ? backend.forwardFor : frontend.forwardFor,
      backend && backend.forwarded !== null ? backend.forwarded : frontend.forwarded,
      frontend.xForwarded,
      frontend.identify && addUniqueId,
    ]),
    // HAProxy's order: the backend's, then the frontend's.
    responseRules: present([backend?.responseRules, frontend.responseRules]),
    afterResponse: present([backend?.afterResponse, frontend.afterResponse]),
  }
}

function present<T>(steps: readonly (T | undefined)[]): readonly T[] {
  return steps.filter((step) => step !== undefined)
}
