// The numbered view of all servers' states that isolates hold. The Monitor makes it; everyone else only compares and reads.

import type { AdminState, HealthState } from '../config/config.ts'
import { namesOf } from '../config/names.ts'
import type { Named } from '../config/names.ts'

export interface ServerState {
  readonly admin: AdminState
  readonly health: HealthState
  readonly weight: number
  /** Unix milliseconds: when a server in `slowstart` came up. */
  readonly startedMs?: number
}

export interface Snapshot {
  /** When the Monitor's storage was made: reset storage must not lose to an older, longer count. */
  readonly epoch: number
  /** Grows with every change. */
  readonly n: number
  /** By `backend/server`, and by the same of former names: isolates of the configuration before still ask. */
  readonly servers: Readonly<Record<string, ServerState>>
}

export function serverKey(backend: string, server: string): string {
  return `${backend}/${server}`
}

/** Under today's names first, then under every former one of both. */
export function serverKeys(backend: Named, server: Named): readonly string[] {
  return namesOf(backend).flatMap((own) => namesOf(server).map((name) => serverKey(own, name)))
}

/** Whether `a` may replace `b`. */
export function isNewer(a: Snapshot, b: Snapshot | undefined): boolean {
  if (b === undefined) return true
  return a.epoch !== b.epoch ? a.epoch > b.epoch : a.n > b.n
}
