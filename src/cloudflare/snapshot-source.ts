// Where an isolate gets the snapshot from: under serve and in small deployments the Monitor itself, shared per location
// through the Cache API on Cloudflare; with a KV namespace bound, KV.

import type { Snapshot } from '../health/snapshot.ts'
import { isServe, monitorStub, SNAPSHOT_KEY } from './env.ts'
import type { Env } from './env.ts'

/** The least that KV allows. */
const KV_CACHE_S = 30
/** Only a key: nothing is ever fetched from this host (RFC 2606). */
const CACHE_URL = `https://limpet.invalid/${SNAPSHOT_KEY}`

export async function loadSnapshot(env: Env, refreshMs: number): Promise<Snapshot> {
  if (isServe(env)) return copy(await monitorStub(env).snapshot())
  if (env.SNAPSHOT) {
    const stored = await env.SNAPSHOT.get<Snapshot>(SNAPSHOT_KEY, { type: 'json', cacheTtl: KV_CACHE_S })
    // Nothing there yet: the Monitor publishes on change, and this may be the first request of all.
    return stored ?? copy(await monitorStub(env).snapshot())
  }
  const cached = await caches.default.match(CACHE_URL)
  if (cached) return cached.json<Snapshot>()
  const snapshot = copy(await monitorStub(env).snapshot())
  const maxAgeS = Math.max(1, Math.floor(refreshMs / 1000))
  await caches.default.put(CACHE_URL, Response.json(snapshot, { headers: { 'cache-control': `max-age=${maxAgeS}` } }))
  return snapshot
}

/** A plain object: what an RPC returns may hold on to the call it came from. */
function copy(snapshot: Snapshot): Snapshot {
  return { epoch: snapshot.epoch, n: snapshot.n, servers: { ...snapshot.servers } }
}
