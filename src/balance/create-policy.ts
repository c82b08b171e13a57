// From the `balance` line to its policy. policies.ts has what there is.

import { algorithmOf } from '../config/balance.ts'
import type { Balance } from '../config/balance.ts'
import type { Backend } from '../config/config.ts'
import type { Policies } from './policies.ts'
import type { Policy, PolicyPorts } from './policy.ts'

/** `policies`: must have the backend's. */
export function createPolicy(backend: Backend, ports: PolicyPorts, policies: Partial<Policies>): Policy {
  return policies[algorithmOf(backend)]!(backend, ports)
}

/** Whether a policy sends each key to one server. */
export function isHashed({ policy }: Balance): boolean {
  return !UNHASHED.has(policy)
}

const UNHASHED: ReadonlySet<string> = new Set(['roundrobin', 'static-rr', 'leastconn', 'first', 'random'])
