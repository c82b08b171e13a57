// Every algorithm by its name: a word of `balance`, or of `hash-type` for a policy that hashes a key. `limpet build` imports from here
// what a configuration names, and a bundler leaves out the rest: so nothing may be called here, or in what is imported, before a policy
// is made.

import type { Algorithm } from '../config/balance.ts'
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
import { createStaticRr } from './static-rr.ts'

export type CreatePolicy = (backend: Backend, ports: PolicyPorts) => Policy
export type Policies = Readonly<Record<Algorithm, CreatePolicy>>

export const roundrobin: CreatePolicy = (_, ports) => createRoundrobin(ports)

const staticRr: CreatePolicy = (_, ports) => createStaticRr(ports)
export { staticRr as 'static-rr' }

export const leastconn: CreatePolicy = () => createLeastconn()

export const first: CreatePolicy = () => createFirst()

export const random: CreatePolicy = (backend, ports) => {
  const { balance } = backend
  return createBoundedLoad(createRandom(balance.policy === 'random' ? balance.draws : 1, ports), backend)
}

/** Requests without a key are balanced in turn. */
export const rendezvous: CreatePolicy = (backend, ports) =>
  createBoundedLoad(createHash(keyOf(backend), createRoundrobin(ports)), backend)

export const consistent: CreatePolicy = (backend) => createBoundedLoad(createConsistentHash(hashOf(backend)), backend)

/** HAProxy balances requests without a key in the map's order. A map knows no next server for a key: no load is bounded. */
const mapBased: CreatePolicy = (backend, ports) => createMapHash(hashOf(backend), createStaticRr(ports))
export { mapBased as 'map-based' }

function keyOf({ balance, ipv6PrefixLength }: Backend) {
  return (request: HashRequest) => hashKeyOf(balance, request, ipv6PrefixLength)
}

function hashOf(backend: Backend): (request: HashRequest) => number | undefined {
  const raw = rawHashOf(backend)
  if (!backend.hashAvalanche) return raw
  return (request) => {
    const hash = raw(request)
    return hash === undefined ? undefined : avalanche(hash)
  }
}

function rawHashOf(backend: Backend): (request: HashRequest) => number | undefined {
  const { balance } = backend
  // An address is its own hash.
  if (balance.policy === 'source') return ({ clientAddress }) => addressHash(clientAddress)
  const key = keyOf(backend)
  const bytes = balance.policy === 'sample' ? (sampled: string) => sampled : bytesOf
  const hash = { crc32, djb2, sdbm, wt6 }[backend.hashFunction]
  return (request) => {
    const found = key(request)
    return found === undefined ? undefined : hash(bytes(found))
  }
}
