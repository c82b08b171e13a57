// The methods of each object, and of an isolate, that others may call: a leaf, so that callers need not know how they are made.

import type { MonitorPlace } from '../admin/operations.ts'
import type { Config } from '../config/config.ts'
import type { Place } from '../config/place.ts'
import type { Lease, Need } from '../flow/lease-book.ts'
import type { BackendView } from '../health/backend-record.ts'
import type { Refused, ReleaseChange } from '../health/release-change.ts'
import type { ReleaseView } from '../health/release-registry.ts'
import type { SentServerView } from '../health/server-view.ts'
import type { Snapshot } from '../health/snapshot.ts'
import type { StateChange } from '../health/state-change.ts'
import type { StateEvent } from '../health/state-event.ts'
import type { CountedShard } from '../counting/shard.ts'
import type { Claimed, Entry, Kind, Row, Target } from '../persistence/table.ts'
import type { ListChange, Outcome } from '../rules/lists/list-set.ts'
import type { VersionAnswer, VersionOrder } from '../rules/lists/versions.ts'
import type { Batch } from '../stats/report.ts'
import type { IsolateView, TotalView } from '../stats/totals.ts'

export interface MonitorRpc extends Rpc.DurableObjectBranded {
  snapshot(): Promise<Snapshot>
  /** Makes sure that checks run; called by the cron trigger. */
  arm(): Promise<void>
  servers(): Promise<readonly SentServerView[]>
  backends(): Promise<readonly BackendView[]>
  /** An isolate has seen a server's limit of errors (`observe`). */
  observed(key: string): Promise<void>
  /** Undefined: no such server. */
  change(
    key: string,
    change: StateChange,
    who: string,
  ): Promise<{ view: SentServerView; snapshot: Snapshot } | undefined>
  /** Of maps and lists. `who`: the operator's name; null: rules. Undefined: this release was built without them. */
  changeLists(
    changes: readonly ListChange[],
    who: string | null,
  ): Promise<{ outcomes: readonly Outcome[] | undefined; snapshot: Snapshot }>
  /** Versions of maps and lists that are prepared. `list`: '' to look at all. Undefined: this release was built without them. */
  arrangeList(
    list: string,
    order: VersionOrder,
    who: string,
  ): Promise<{ answer: VersionAnswer | undefined; snapshot: Snapshot }>
  /** One view for each release of each backend that has some. */
  releases(): Promise<readonly ReleaseView[]>
  /** Undefined: this backend has no releases, or this version was built without them. */
  changeRelease(
    backend: string,
    change: ReleaseChange,
    who: string,
  ): Promise<Refused | { snapshot: Snapshot } | undefined>
  /** The latest changes, newest first. */
  events(most: number): Promise<readonly StateEvent[]>
  /** Where it lives, as far as that can be known. */
  place(): Promise<MonitorPlace>
  /** Makes another object near `to` the Monitor; null: the first one. */
  move(to: Place | null, who: string): Promise<Moved>
}

/** The object to which the Monitor has moved, or why it did not. */
export type Moved = { readonly to: string } | { readonly problem: string }

export interface StickTableRpc extends Rpc.DurableObjectBranded {
  match(key: string): Promise<Row | undefined>
  claim(key: string, target: Target, gone: readonly string[], source?: string): Promise<Claimed>
  store(key: string, target: Target, kind: Kind, source?: string): Promise<Entry | undefined>
  /** For the operator: how many entries there are, at most `most` of them, and how many each server has. */
  list(most: number): Promise<Listed>
  /** Whether there was such an entry. */
  remove(key: string): Promise<boolean>
  /** What it counts: a call of counting/shard.ts. Undefined: it counts nothing. */
  counts(...call: CountsCall): Promise<CountsAnswer>
}

export interface Listed {
  readonly count: number
  readonly entries: readonly KeyedEntry[]
  /** By server, those that it has. */
  readonly servers: Readonly<Record<string, number>>
}

/** The name of a method, and what it is given. */
export type CountsCall = {
  [Name in CountsMethod]: [name: Name, ...given: Parameters<CountedShard[Name]>]
}[CountsMethod]
/** What the method says. */
export type CountsAnswer = ReturnType<CountedShard[CountsMethod]> | undefined
export type CountsMethod = 'merge' | 'list' | 'set' | 'remove'

export interface KeyedEntry extends Entry {
  readonly key: string
}

export interface SlotsRpc extends Rpc.DurableObjectBranded {
  /** `isPatient`: if there is no slot, the answer waits until there is one, a second at most. */
  ask(holder: string, need: Need, isPatient: boolean): Promise<Lease>
}

export interface StatsRpc extends Rpc.DurableObjectBranded {
  /** Whether somebody looks at the counters, and so wants to hear more often. */
  add(batch: Batch): Promise<boolean>
  view(): Promise<StatsView>
  /** `all`: everything; otherwise only the maxima. */
  clear(all: boolean): Promise<void>
  /** Of the root: one more location. */
  join(location: string): Promise<void>
  /** Of the root. */
  locations(): Promise<readonly string[]>
}

export interface StatsView {
  /** Unix milliseconds: counting began then. */
  readonly sinceMs: number
  readonly isolates: readonly IsolateView[]
  readonly totals: Readonly<Record<string, TotalView>>
}

export type ObjectBinding = 'MONITOR' | 'STICK_TABLE' | 'SLOTS' | 'STATS'

/** Of the process of `limpet serve` that has the objects. */
export interface KeeperRpc extends Rpc.WorkerEntrypointBranded {
  /** Calls a method of an object. */
  call(binding: ObjectBinding, name: string, method: string, args: readonly unknown[]): Promise<unknown>
  /** From now on its objects go by this configuration, unless they know a later generation. */
  configure(config: Config, generation: number): Promise<void>
}

export interface IsolateRpc extends Rpc.WorkerEntrypointBranded {
  accept(snapshot: Snapshot): Promise<void>
}
