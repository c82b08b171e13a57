// From the `balance` line to its policy.

import type { Balance } from '../config/balance.ts'
import type { Backend } from '../config/config.ts'
import { addressHash } from '../config/network.ts'
import { sdbm } from '../hash/string-hash.ts'
import { bytesOf } from '../pattern/bytes.ts'
import { createConsistentHash } from './consistent-hash.ts'
import { createFirst } from './first.ts'
import { hashKeyOf } from './hash-key.ts'
import type { HashRequest } from './hash-key.ts'
import { createHash } from './hash.ts'
import { createLeastconn } from './leastconn.ts'
import { createMapHash } from './map-hash.ts'
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
      return createHashing(backend, ports)
  }
}

/** HAProxy balances requests without a key in turn; with a map, in the map's order. */
function createHashing({ balance, hashType, ipv6PrefixLength }: Backend, ports: PolicyPorts): Policy {
  const keyOf = (request: HashRequest) => hashKeyOf(balance, request, ipv6PrefixLength)
  if (hashType === 'rendezvous') return createHash(keyOf, createRoundrobin(ports))
  const hashOf = (request: HashRequest) => {
    // An address is its own hash.
    if (balance.policy === 'source') return addressHash(request.clientAddress)
    const key = keyOf(request)
    return key === undefined ? undefined : sdbm(bytesOf(key))
  }
  return hashType === 'consistent' ? createConsistentHash(hashOf) : createMapHash(hashOf, createStaticRr(ports))
}

/** Whether a policy sends each key to one server. */
export function isHashed({ policy }: Balance): boolean {
  return !['roundrobin', 'static-rr', 'leastconn', 'first', 'random'].includes(policy)
}

/** Whether a policy reads `inFlight`, so that requests must count until their bodies have ended. */
export function countsInFlight(balance: Balance): boolean {
  return balance.policy === 'leastconn' || balance.policy === 'random'
}
