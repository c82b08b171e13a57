// From the `balance` line to its policy.

import type { Backend, Balance } from '../config/config.ts'
import { createFirst } from './first.ts'
import { hashKeyOf } from './hash-key.ts'
import { createHash } from './hash.ts'
import { createLeastconn } from './leastconn.ts'
import type { Policy, PolicyPorts } from './policy.ts'
import { createRandom } from './random.ts'
import { createRoundrobin } from './roundrobin.ts'
import { createStaticRr } from './static-rr.ts'

export function createPolicy(backend: Backend, ports: PolicyPorts): Policy {
  const { balance } = backend
  switch (balance.policy) {
    case 'roundrobin':
      return createRoundrobin(ports)
    case 'static-rr':
      return createStaticRr(ports)
    case 'leastconn':
      return createLeastconn()
    case 'first':
      return createFirst()
    case 'random':
      return createRandom(balance.draws, ports)
    default:
      // HAProxy balances in turn whoever has no key.
      return createHash((request) => hashKeyOf(balance, request, backend.ipv6PrefixLength), createRoundrobin(ports))
  }
}

/** Whether a policy reads `inFlight`, so that a request must count until its body has ended. */
export function countsInFlight(balance: Balance): boolean {
  return balance.policy === 'leastconn' || balance.policy === 'random' || balance.policy === 'first'
}
