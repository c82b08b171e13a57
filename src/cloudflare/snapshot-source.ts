// Where an isolate gets the snapshot from: under serve and in small deployments the Monitor itself, shared per location
// through the Cache API on Cloudflare; with a KV namespace bound, KV. Both may hold another deployment's snapshot, or
// fail: then the Monitor is asked.

import { readSnapshot } from '../health/snapshot.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { isServe, monitorIdentity, monitorStub, SNAPSHOT_KEY } from './env.ts'
import type { Env } from './env.ts'
import type { Loaded } from './snapshot-reader.ts'

/** The least that KV allows. */
const KV_CACHE_S = 30

/** `url`: of the request on whose behalf. */
export async function loadSnapshot(env: Env, refreshMs: number, url: string): Promise<Loaded> {
  if (isServe(env)) return { snapshot: await askMonitor(env) }
  // Nothing in KV yet: the Monitor publishes on change, and this may be the first request of all.
  if (env.SNAPSHOT) return { snapshot: (await readKv(env, env.SNAPSHOT)) ?? (await askMonitor(env)) }
  const key = cacheKey(env, url)
  const cached = await readCache(env, key)
  if (cached) return { snapshot: cached }
  const snapshot = await askMonitor(env)
  return { snapshot, share: () => writeCache(key, snapshot, refreshMs) }
}

/** A plain object: what an RPC returns may hold on to the call it came from. */
async function askMonitor(env: Env): Promise<Snapshot> {
  const snapshot = readSnapshot(await monitorStub(env).snapshot())
  if (!snapshot) throw new Error('the Monitor sent something else than a snapshot')
  // A Monitor of release 0.1, as in a gradual deployment, does not say who it is.
  return { ...snapshot, monitor: monitorIdentity(env) }
}

async function readKv(env: Env, kv: KVNamespace): Promise<Snapshot | undefined> {
  try {
    return ownSnapshot(env, await kv.get(SNAPSHOT_KEY, { type: 'json', cacheTtl: KV_CACHE_S }))
  } catch {
    return undefined
  }
}

/** The cache is the zone's, in which other deployments may be; foreign host names are discouraged. */
function cacheKey(env: Env, url: string): string {
  return new URL(`/limpet-snapshot/${monitorIdentity(env)}`, url).href
}

/** There is none on workers.dev or behind Access, and any call may fail. */
async function readCache(env: Env, key: string): Promise<Snapshot | undefined> {
  try {
    const cached = await caches.default.match(key)
    return cached && ownSnapshot(env, await cached.json())
  } catch {
    return undefined
  }
}

async function writeCache(key: string, snapshot: Snapshot, refreshMs: number): Promise<void> {
  const maxAgeS = Math.max(1, Math.floor(refreshMs / 1000))
  try {
    await caches.default.put(key, Response.json(snapshot, { headers: { 'cache-control': `max-age=${maxAgeS}` } }))
  } catch {
    // The next isolate asks the Monitor, too.
  }
}

function ownSnapshot(env: Env, value: unknown): Snapshot | undefined {
  const snapshot = readSnapshot(value)
  return snapshot && isOwn(env, snapshot) ? snapshot : undefined
}

/** One that does not say whose it is was made by release 0.1. */
export function isOwn(env: Env, { monitor }: Snapshot): boolean {
  return monitor === undefined || monitor === monitorIdentity(env)
}
