// The draw: which clients get the canary. A client has one of 256 buckets; each canary puts the buckets into an order of its own,
// drawn from its name, and gets the first of them, as many as its share says. So a larger share takes clients in and sends none back,
// a smaller one sends back those that came last, and the next canary meets other clients first.

import { sourceNetwork } from '../config/network.ts'
import { avalanche } from '../hash/avalanche.ts'
import { crc32 } from '../hash/string-hash.ts'
import { createMemo } from '../memo.ts'

/** One byte of a pin: too few to tell clients apart, enough for steps of 0.4 %. */
export const BUCKETS = 256

/** @param share of the clients, from 0 to 1. More than 0 is at least one bucket, so that nobody waits for a canary without clients. */
export function bucketsOf(share: number): number {
  return share > 0 ? Math.max(1, Math.round(BUCKETS * share)) : 0
}

/** Whether a client's arm is the canary; else it is the current release. `bucket`: from 0 to 255. */
export function armOf(share: number, canary: string, bucket: number): boolean {
  return ranksOf(canary)[bucket]! < bucketsOf(share)
}

/** A canary follows another by the day; those before are not asked for again. */
const MOST_CANARIES = 16
const known = createMemo<Uint8Array>(MOST_CANARIES)

/** By bucket, its place in the canary's order. */
function ranksOf(canary: string): Uint8Array {
  const memoised = known.get(canary)
  if (memoised) return memoised
  const seed = crc32(bytesOf(canary))
  const drawn = Array.from({ length: BUCKETS }, (_, bucket) => avalanche(seed ^ avalanche(bucket)))
  const order = drawn.map((_, bucket) => bucket).toSorted((a, b) => drawn[a]! - drawn[b]! || a - b)
  const ranks = new Uint8Array(BUCKETS)
  order.forEach((bucket, rank) => (ranks[bucket] = rank))
  known.set(canary, ranks)
  return ranks
}

/** How many networks are remembered, per isolate. */
const MOST_NETWORKS = 10_000

/**
 * The bucket of a client that brings no pin: one without cookies stays in its arm. Clients of one IPv6 /64 are one. Keyed, so that nobody
 * can choose an address for its arm.
 */
export function createAddressBuckets(key: CryptoKey): (address: string) => number | Promise<number> {
  const buckets = createMemo<number>(MOST_NETWORKS)
  return (address) => {
    const network = sourceNetwork(address)
    return buckets.get(network) ?? draw(network)
  }

  async function draw(network: string): Promise<number> {
    const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`limpet\0release-bucket\0${network}`))
    const [bucket] = new Uint8Array(mac)
    buckets.set(network, bucket!)
    return bucket!
  }
}

function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text))
}
