// The numbered view of all servers' states that isolates hold. The Monitor makes it; everyone else only compares and reads.

import { isAdminState, isHealthState } from '../server/states.ts'
import type { ServerState } from '../server/states.ts'
import { readReleaseStates } from './release-states.ts'
import type { ReleaseStatesByBackend } from './release-states.ts'

export interface Snapshot {
  /** When the Monitor's storage was made: after a reset it must not lose to an older, longer count. */
  readonly epoch: number
  /** Grows with every change. */
  readonly n: number
  /** By `backend/server`, also under former names: isolates with the previous configuration still ask. */
  readonly servers: Readonly<Record<string, ServerState>>
  /** Which Monitor made it: a cache or a namespace may hold another deployment's. Release 0.1 does not say. */
  readonly monitor?: string
  /** The name of the object that made it, if the Monitor has moved; absent: the first. */
  readonly at?: string
  /** Unix milliseconds by the Monitor's clock: when it was made. Release 0.1 does not say. */
  readonly atMs?: number
  /** How maps and lists differ from the configuration, as rules/lists writes it; absent: the Monitor cannot say. */
  readonly lists?: string
  /** Of backends that have releases; absent: the Monitor cannot say. */
  readonly releases?: ReleaseStatesByBackend
}

/** Whether `a` may replace `b`. */
export function isNewer(a: Snapshot, b: Snapshot | undefined): boolean {
  if (b === undefined) return true
  // A snapshot without an id and from another start may belong to another deployment.
  if (a.epoch !== b.epoch && a.monitor !== b.monitor) return a.monitor !== undefined
  return a.epoch !== b.epoch ? a.epoch > b.epoch : a.n > b.n
}

/** Reads a snapshot from a place where others may write. Undefined: it is not one. Impossible states of servers are left out. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  if (!isObject(value)) return undefined
  const { epoch, n, servers, monitor, at, atMs, lists } = value
  const releases = readReleaseStates(value['releases'])
  if (!Number.isFinite(epoch) || !Number.isFinite(n) || !isObject(servers)) return undefined
  return {
    epoch: epoch as number,
    n: n as number,
    servers: Object.fromEntries(
      Object.entries(servers).filter(([, state]) => isServerState(state)),
    ) as Snapshot['servers'],
    ...(typeof monitor === 'string' ? { monitor } : {}),
    ...(typeof at === 'string' ? { at } : {}),
    ...(Number.isFinite(atMs) ? { atMs: atMs as number } : {}),
    ...(typeof lists === 'string' ? { lists } : {}),
    ...(releases ? { releases } : {}),
  }
}

function isServerState(value: unknown): boolean {
  if (!isObject(value)) return false
  const { admin, health, weight, startedMs } = value
  return (
    isAdminState(admin) &&
    isHealthState(health) &&
    Number.isFinite(weight) &&
    (startedMs === undefined || Number.isFinite(startedMs))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
