// What the Monitor and isolates do about maps and lists that change: parts/lists.ts has it.

import type { Command } from '../admin/operations.ts'
import type { Config } from '../config/config.ts'
import type { Snapshot } from '../health/snapshot.ts'
import type { PatternOf } from '../pattern/compile.ts'
import type { CreateLists, Lists } from '../rules/lists/lists.ts'
import type { ListChange, Outcome } from '../rules/lists/list-set.ts'
import type { VersionAnswer, VersionOrder } from '../rules/lists/versions.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Env } from './env.ts'
import type { SnapshotReader } from './adapters/snapshot-reader.ts'

export interface ListParts {
  readonly createLists: CreateLists
  /** Sends what rules have changed; called after each request. Undefined: no rule changes anything. */
  createSender(
    config: Config,
    env: Env,
    lists: Lists | undefined,
    reader: SnapshotReader,
  ): ((lifetime: Lifetime) => void) | undefined
  /** What the Monitor keeps. */
  openStore(sql: SqlStorage, config: Config, nowMs: number): ListStore
  /** An operator's. */
  loadCommands(
    config: Config,
    env: Env,
    reader: SnapshotReader,
    patternOf: PatternOf,
  ): Promise<Readonly<Record<string, Command>>>
}

export interface ListStore {
  /** Its part of a snapshot. */
  inSnapshot(): Pick<Snapshot, 'lists'>
  /** What became of each. */
  change(changes: readonly ListChange[], who: string | null): readonly Outcome[]
  /** `list`: '' to look at all. `who`: the operator's name. */
  arrange(list: string, order: VersionOrder, who: string): VersionAnswer
}
