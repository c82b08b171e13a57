// What the balancer is handed from outside. Built in cloudflare/, and in tests.

import type { Policies } from '../balance/policies.ts'
import type { Backend, Server } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import type { StatsConfig } from '../config/options/stats.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { Counters } from '../counting/counters.ts'
import type { Limit } from '../flow/limit.ts'
import type { Target } from '../http/target.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import type { RulesEngine } from '../rules/rules-engine.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'
import type { createGate } from './maxconn/frontend.ts'
import type { createHolding } from './maxconn/in-flight.ts'
import type { createAdmission } from './maxconn/server.ts'
import type { NamedTable } from './persist/stick-rules.ts'
import type { createStick } from './persist/stick.ts'
import type { RequestPorts } from './ports.ts'
import type { createReleases } from './releases/routing.ts'

/** What has a `maxconn`. */
export type Limited = { readonly backend: Backend; readonly server: Server } | { readonly frontend: Frontend }

/** A statistics page at a path of a frontend or backend. */
export interface StatsPage {
  matches(target: Target): boolean
  answer(request: Request, transaction: Transaction, view: View): Promise<Response>
}

/** How requests wait for slots. */
export interface Maxconn {
  /** The slots of one `maxconn`. `onAnswer`: called when there may be some for requests that wait. */
  limit(limited: Limited, max: number, onAnswer: () => void): Limit
  readonly createAdmission: typeof createAdmission
  readonly createGate: typeof createGate
}

export interface BalancerPorts extends RequestPorts {
  /** Of cookies; empty: none is sealed. */
  readonly cookieKeys: CookieKeys
  readonly rules: RulesEngine
  /** By backend. */
  readonly tables: ReadonlyMap<string, NamedTable>
  /** Undefined: no table counts. */
  readonly counters: Counters | undefined
  /** Called for backends with stick rules. */
  readonly createStick: typeof createStick
  /** Called for backends with releases. */
  readonly createReleases: typeof createReleases
  /** Those of all backends. */
  readonly policies: Partial<Policies>
  /** Called for backends where it matters when a request has ended. */
  readonly createHolding: typeof createHolding
  /** Used where something has a `maxconn`. */
  readonly maxconn: Maxconn
  pageOf(stats: StatsConfig): StatsPage
  /** What `useService: 'prometheus-exporter'` answers with. */
  readonly exporter: Pick<StatsPage, 'answer'>
  /** For all guesses of passwords and tokens. */
  readonly throttle: Throttle
  /** Marks requests that come back; undefined: passages are not counted. */
  readonly passagesToken: string | undefined
  /** Rotating policies begin at a random turn: otherwise many isolates with a few requests each would all begin at the first server. */
  readonly startsAtRandom: boolean
}
