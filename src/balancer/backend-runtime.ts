// A backend, and what this isolate holds for it.

import type { Policy } from '../balance/policy.ts'
import type { Member, Pool } from '../balance/pool.ts'
import type { Backend } from '../config/config.ts'
import type { Ejection } from '../health/ejection.ts'
import type { Codec } from '../persistence/codec.ts'
import type { Admission } from './maxconn/server.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'
import type { Tally } from '../stats/tally.ts'
import type { Assign } from './persist/assign.ts'
import type { Holding } from './maxconn/in-flight.ts'
import type { ReleaseRouting } from './releases/way.ts'
import type { RetryBudget } from './dispatch/retry-budget.ts'
import type { Stick } from './persist/stick.ts'

export interface BackendRuntime {
  readonly backend: Backend
  readonly pool: Pool
  readonly policy: Policy
  /** What the sample of `balance hash` finds, one character for each byte; undefined with any other policy. */
  readonly hashSample: ((transaction: Transaction, view: View) => string | undefined) | undefined
  /** Which servers have just failed; the backend's `ejection` says whether new clients avoid them. */
  readonly ejection: Ejection<Member>
  readonly retryBudget: RetryBudget
  readonly tally: Tally
  /** Undefined without a maxconn. */
  readonly admission: Admission | undefined
  /** Undefined: it does not matter when a request ends. */
  readonly holding: Holding | undefined
  readonly assign: Assign
  /** Undefined without stick rules. */
  readonly stick: Stick | undefined
  /** Undefined: its servers are all of one release. */
  readonly releases: ReleaseRouting<BackendRuntime> | undefined
  /** How cookies are written; undefined without one. */
  readonly codec: Codec | undefined
}
