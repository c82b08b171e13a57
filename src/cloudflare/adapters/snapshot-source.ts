// Where an isolate gets the snapshot from: under serve the Monitor itself; on Cloudflare the Monitor, shared per location
// through the Cache API, or with a KV namespace bound, KV. Both may hold another deployment's snapshot, or fail: then the
// Monitor is asked.

import type { Place } from '../../config/place.ts'
import { readSnapshot } from '../../health/snapshot.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import { REPUBLISH_MS, SNAPSHOT_KEY } from '../env.ts'
import type { Env } from '../env.ts'
import { monitorIdentity, monitorNamespace, monitorStub } from '../object-stubs.ts'
import { REFRESH_FROM } from './snapshot-reader.ts'
import type { Held, Loaded } from './snapshot-reader.ts'

/** The least that KV allows. */
const KV_CACHE_S = 30
/** A copy in KV is older than this only if nothing publishes there any more. */
const KV_MAX_AGE_MS = 2 * REPUBLISH_MS

export interface SourceOptions {
  readonly refreshMs: number
  /** Where the Monitor's first object is to be made. */
  readonly near: Place | null
}

/** `url`: of the request on whose behalf. `held`: a copy must be newer. */
export async function loadSnapshot(
  env: Env,
  { refreshMs, near }: SourceOptions,
  url: string,
  held: Held,
): Promise<Loaded> {
  const ask = () => askMonitor(env, near, held.at)
  // Nothing in KV yet: the Monitor publishes on change, and this may be the first request of all.
  if (env.SNAPSHOT) return (await readKv(env, env.SNAPSHOT)) ?? (await ask())
  const key = cacheKey(env, url)
  const cached = await readCache(env, key)
  // A copy that is itself due for a refresh does not help.
  if (cached && cached.asOfMs > Math.max(held.asOfMs, Date.now() - refreshMs * REFRESH_FROM)) return cached
  const loaded = await ask()
  return { ...loaded, share: () => writeCache(key, loaded.snapshot, refreshMs) }
}

/** By this machine's clock: the Monitor's may differ. `at`: the object that made the snapshot held, asked directly instead of through the first. */
export async function askMonitor(env: Env, near: Place | null, at: string | undefined): Promise<Loaded> {
  const asOfMs = Date.now()
  const first = monitorStub(env, near)
  const answer =
    at === undefined
      ? first.snapshot()
      : monitorNamespace(env)
          .getByName(at)
          .snapshot()
          .catch(() => first.snapshot())
  // A plain object: what an RPC returns may hold on to the call it came from.
  const snapshot = readSnapshot(await answer)
  if (!snapshot) throw new Error('the Monitor sent something else than a snapshot')
  // A Monitor of release 0.1, as in a gradual deployment, says neither who it is nor when.
  return { snapshot: { atMs: asOfMs, ...snapshot, monitor: monitorIdentity(env) }, asOfMs }
}

/** A copy in KV counts as true until another replaces it: how far this location's copy lags cannot be known. */
async function readKv(env: Env, kv: KVNamespace): Promise<Loaded | undefined> {
  try {
    const snapshot = ownSnapshot(env, await kv.get(SNAPSHOT_KEY, { type: 'json', cacheTtl: KV_CACHE_S }))
    const nowMs = Date.now()
    const isAbandoned = snapshot?.atMs !== undefined && nowMs - snapshot.atMs > KV_MAX_AGE_MS
    return snapshot && !isAbandoned ? { snapshot, asOfMs: nowMs } : undefined
  } catch {
    return undefined
  }
}

/** The cache is the zone's, in which other deployments may be; foreign host names are discouraged. */
function cacheKey(env: Env, url: string): string {
  return new URL(`/limpet-snapshot/${monitorIdentity(env)}`, url).href
}

/** There is none on workers.dev or behind Access, and any call may fail. */
async function readCache(env: Env, key: string): Promise<Loaded | undefined> {
  try {
    const cached = await caches.default.match(key)
    const snapshot = cached && ownSnapshot(env, await cached.json())
    // A clock that is ahead must not make a copy look younger than possible.
    return snapshot && { snapshot, asOfMs: Math.min(snapshot.atMs ?? Number.NEGATIVE_INFINITY, Date.now()) }
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

/** A snapshot without a `monitor` was made by release 0.1. */
export function isOwn(env: Env, { monitor }: Snapshot): boolean {
  return monitor === undefined || monitor === monitorIdentity(env)
}
