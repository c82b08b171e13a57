// From the `balance` line to its policy.

import type { Balance } from '../config/balance.ts'
import type { Backend } from '../config/config.ts'
import { addressHash } from '../config/network.ts'
import { avalanche } from '../hash/avalanche.ts'
import { crc32, djb2, sdbm, wt6 } from '../hash/string-hash.ts'
import { bytesOf } from '../pattern/bytes.ts'
import { createBoundedLoad } from './bounded-load.ts'
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
import { bytesOfSample } from './sample-bytes.ts'
import { createStaticRr } from './static-rr.ts'

export function createPolicy(backend: Backend, ports: PolicyPorts): Policy {
  const policy = createUnbounded(backend, ports)
  return isBounded(backend) ? createBoundedLoad(policy, backend.hashBalanceFactor!) : policy
}

function createUnbounded(backend: Backend, ports: PolicyPorts): Policy {
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

const HASHES = { crc32, djb2, sdbm, wt6 }

/** HAProxy balances requests without a key in turn; with a map, in the map's order. */
function createHashing(backend: Backend, ports: PolicyPorts): Policy {
  const { balance, hashType, hashFunction, hashAvalanche, ipv6PrefixLength } = backend
  const keyOf = (request: HashRequest) => hashKeyOf(balance, request, ipv6PrefixLength)
  if (hashType === 'rendezvous') return createHash(keyOf, createRoundrobin(ports))
  const rawHashOf = (request: HashRequest) => {
    // An address is its own hash.
    if (balance.policy === 'source') return addressHash(request.clientAddress)
    const key = keyOf(request)
    const bytes =
      key === undefined ? undefined : balance.policy === 'sample' ? bytesOfSample(balance.sample, key) : bytesOf(key)
    return bytes === undefined ? undefined : HASHES[hashFunction](bytes)
  }
  const hashOf = (request: HashRequest) => {
    const hash = rawHashOf(request)
    return hash !== undefined && hashAvalanche ? avalanche(hash) : hash
  }
  return hashType === 'consistent' ? createConsistentHash(hashOf) : createMapHash(hashOf, createStaticRr(ports))
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
