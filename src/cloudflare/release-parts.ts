// What the Monitor and operators do about releases: parts/release-states.ts has it.

import type { Command } from '../admin/operations.ts'
import type { ReleaseOperations } from '../admin/release-operations.ts'
import type { Config } from '../config/config.ts'
import type { Refused, ReleaseChange } from '../health/release-change.ts'
import type { ReleaseServersChange, ReleaseTransition, ReleaseView } from '../health/release-registry.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import type { Snapshot } from '../health/snapshot.ts'
import type { Env } from './env.ts'
import type { SnapshotReader } from './adapters/snapshot-reader.ts'

export interface ReleaseStateParts {
  /** What the Monitor keeps. */
  openStore(sql: SqlStorage, config: Config, servers: ServerRegistry, nowMs: number): ReleaseStore
  /** An operator's. */
  loadWindow(
    config: Config,
    env: Env,
    reader: Pick<SnapshotReader, 'accept'>,
  ): Promise<{ readonly commands: Readonly<Record<string, Command>>; readonly operations: ReleaseOperations }>
}

export interface ReleaseStore {
  /** Its part of a snapshot. */
  inSnapshot(): Pick<Snapshot, 'releases'>
  views(): readonly ReleaseView[]
  /** Undefined: this backend has no releases here. */
  change(backend: string, change: ReleaseChange, who: string): readonly ReleaseTransition[] | Refused | undefined
  /** Ends those that were kept long enough. */
  endKept(): readonly ReleaseTransition[]
  /** Releases that have lost their last server, or have one again, since it was asked last. */
  judgeServers(): readonly ReleaseServersChange[]
  /** Unix milliseconds; undefined: nothing ends by time. */
  nextEndMs(): number | undefined
}
