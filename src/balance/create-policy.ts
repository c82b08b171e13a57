// From the `balance` line to its policy. policies.ts has what there is.

import { algorithmOf } from '../config/balance.ts'
import type { Balance } from '../config/balance.ts'
import type { Backend } from '../config/config.ts'
import { createBoundedLoad } from './bounded-load.ts'
import type { Policies } from './policies.ts'
import type { Policy, PolicyPorts } from './policy.ts'

/** `policies`: must have the backend's. */
export function createPolicy(backend: Backend, ports: PolicyPorts, policies: Partial<Policies>): Policy {
  const policy = policies[algorithmOf(backend)]!(backend, ports)
  return isBounded(backend) ? createBoundedLoad(policy, backend.hashBalanceFactor!) : policy
}

/** Whether a policy sends each key to one server. */
export function isHashed({ policy }: Balance): boolean {
  return !['roundrobin', 'static-rr', 'leastconn', 'first', 'random'].includes(policy)
}

/** A map knows no next server for a key: as in HAProxy, the factor has no effect on it. */
function isBounded({ balance, hashType, hashBalanceFactor }: Backend): boolean {
  const canMove = balance.policy === 'random' || (isHashed(balance) && hashType !== 'map-based')
  return hashBalanceFactor !== null && canMove
}

/** Whether a policy reads `inFlight`, so that requests must count until their bodies have ended. */
export function countsInFlight(backend: Backend): boolean {
  const { policy } = backend.balance
  return policy === 'leastconn' || policy === 'random' || isBounded(backend)
}
