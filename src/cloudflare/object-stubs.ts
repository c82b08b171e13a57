// How this deployment's objects are found: the Monitor and the counters here, by names that never change. Those of stick tables are
// shard-name.ts's, those of limits limit-name.ts's.

import type { Place } from '../config/place.ts'
import { LimpetError } from '../errors.ts'
import type { Env } from './env.ts'
import type { MonitorRpc, StatsRpc } from './rpc.ts'

/** What the Monitor's first object is called. */
export const FIRST_MONITOR = 'monitor'
/** The object that knows which locations have counters. */
export const STATS_ROOT = 'root'

/** Something that only this deployment has. */
export function deploymentIdentity(env: Env): string {
  return env.LIMPET_DEPLOYMENT ?? monitorIdentity(env)
}

/** What this deployment's Monitor calls itself; on Cloudflare an object's id is another for each script. */
export function monitorIdentity(env: Env): string {
  return monitorNamespace(env).idFromName(FIRST_MONITOR).toString()
}

/** A deployment's Monitor: its first object, which passes calls on if it has moved. `near`: only the very first call heeds it. */
export function monitorStub(env: Env, near: Place | null): DurableObjectStub<MonitorRpc> {
  return monitorNamespace(env).getByName(FIRST_MONITOR, near === null ? {} : { locationHint: near })
}

/** A configuration that needs none may still be asked for its servers' states. */
export function monitorNamespace({ MONITOR }: Env): DurableObjectNamespace<MonitorRpc> {
  if (!MONITOR) throw new LimpetError('CONFIG_INVALID', 'the binding MONITOR is missing')
  return MONITOR
}

/** The object of a location. */
export function statsStub({ STATS }: Env, location: string): DurableObjectStub<StatsRpc> {
  if (!STATS) throw new Error('counters need the binding STATS')
  return STATS.getByName(location)
}

/** Of all locations. */
export async function locationStubs(env: Env): Promise<readonly DurableObjectStub<StatsRpc>[]> {
  const names = await statsStub(env, STATS_ROOT).locations()
  return [...names].map((name) => statsStub(env, name))
}
