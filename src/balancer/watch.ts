// A window into a whole balancer, for `limpet explain`: what is decided about a request, and why. A Worker has none.

import type { Frontend } from '../config/options/frontend.ts'
import type { Policy } from '../balance/policy.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import type { ReleaseRouting } from './releases/way.ts'

/** Why a frontend does not take a request: it listens elsewhere, or takes another scheme or other hosts. */
export type PassedOver = 'socket' | 'scheme' | 'host'

export interface Watch {
  /** A frontend does not take the request. */
  passedOver(frontend: Frontend, why: PassedOver): void
  /** May put others in place of what decides in a backend. */
  backend(runtime: BackendRuntime): BackendRuntime
  /** The same for what finds the release of a request; asked for backends that have some. */
  releases(runtime: BackendRuntime, routing: ReleaseRouting<BackendRuntime>): ReleaseRouting<BackendRuntime>
  /** The same for the policy of one of the backend's releases. */
  policy(runtime: BackendRuntime, policy: Policy): Policy
}
