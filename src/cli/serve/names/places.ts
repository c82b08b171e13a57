// Which server gets which address of an answer. A server keeps what it has as long as it is there; what is new goes to the first servers without
// one, in the order of the addresses: two balancers that ask for the same names have the same servers. HAProxy's order is that of its tree. Pure.

import { createNetworkTest } from '../../../config/network.ts'
import type { Resolution } from '../../../config/options/resolution.ts'
import type { Target } from './answer.ts'

/** Where a server is. */
export interface Place {
  /** Without brackets. */
  readonly address: string
  readonly port: number
  /** The host whose address it is. */
  readonly fqdn: string
  /** Of its SRV record, as HAProxy counts it; null: it has none. */
  readonly weight: number | null
}

export interface Asking {
  readonly key: string
  readonly port: number
  readonly resolution: Resolution
}

/** `servers`: those of one backend, in order. `before`: where they were so far. Those without an address are not in the result. */
export function addressesFor(
  servers: readonly Asking[],
  before: ReadonlyMap<string, Pick<Place, 'address' | 'fqdn'>>,
  addressesOf: (resolution: Resolution) => readonly string[],
): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  const chosen = new Map<string, string>()
  const asking = servers.map((server) => ({ ...server, addresses: addressesOf(server.resolution).toSorted(inOrder) }))
  // What servers have is theirs, before others choose.
  for (const server of asking) {
    const had = before.get(server.key)
    if (had?.fqdn === server.resolution.name && server.addresses.includes(had.address)) take(server, had.address)
  }
  for (const server of asking) {
    const { key, addresses, resolution } = server
    const had = chosen.get(key)
    const isPreferred = createNetworkTest(resolution.networks)
    const isHadBest = had !== undefined && (resolution.networks.length === 0 || isPreferred(had))
    if (isHadBest) continue
    const isFree = (address: string) => !owners.has(place(server, address))
    // HAProxy's scores: a preferred network, then an address that no other server has, then its own.
    const scored = addresses
      .filter((address) => address === had || resolution.allowsDuplicates || isFree(address))
      .map((address) => ({
        address,
        score: (isPreferred(address) ? 4 : 0) + (isFree(address) ? 2 : 0) + (address === had ? 3 : 0),
      }))
    const [best] = scored.toSorted((a, b) => b.score - a.score)
    if (best) take(server, best.address)
  }
  return chosen

  function take(server: Asking, address: string): void {
    const { key, resolution } = server
    const at = place(server, address)
    if (owners.has(at) && owners.get(at) !== key && !resolution.allowsDuplicates) return
    const had = chosen.get(key)
    if (had !== undefined && owners.get(place(server, had)) === key) owners.delete(place(server, had))
    owners.set(at, owners.get(at) ?? key)
    chosen.set(key, address)
  }
}

/** Two ports of one machine are two servers. */
function place({ port, resolution }: Asking, address: string): string {
  return `${resolution.name} ${address} ${port}`
}

/** Which server gets which SRV record. */
export function targetsOf(
  servers: readonly Asking[],
  before: ReadonlyMap<string, Pick<Place, 'port' | 'fqdn'>>,
  targets: readonly Target[],
): ReadonlyMap<string, Target> {
  const all = new Map(targets.map((target) => [keyOfTarget(target), target]))
  const left = new Map([...all].toSorted(([a], [b]) => inOrder(a, b)))
  const chosen = new Map<string, Target>()
  for (const { key } of servers) {
    const had = before.get(key)
    const own = had && left.get(`${had.fqdn}:${had.port}`)
    if (!own) continue
    chosen.set(key, own)
    left.delete(keyOfTarget(own))
  }
  const free = left.values()
  for (const { key } of servers) {
    if (chosen.has(key)) continue
    const { value, done } = free.next()
    if (done) break
    chosen.set(key, value)
  }
  return chosen
}

export function keyOfTarget({ host, port }: Target): string {
  return `${host}:${port}`
}

/** From 0 to 256, of 0 to 65535. */
export function weightOf({ weight }: Target): number {
  return Math.floor((weight + 255) / 256)
}

const NUMERIC = new Intl.Collator('en', { numeric: true })

function inOrder(a: string, b: string): number {
  return NUMERIC.compare(a, b)
}
