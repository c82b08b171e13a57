// What others may call of the Monitor: a leaf, so that whoever calls it need not know how it is made.

import type { MonitorPlace } from '../admin/operations.ts'
import type { Place } from '../config/monitor.ts'
import type { BackendView } from '../health/backend-record.ts'
import type { SentServerView } from '../health/server-view.ts'
import type { Snapshot } from '../health/snapshot.ts'
import type { StateChange } from '../health/state-change.ts'
import type { StateEvent } from '../health/state-event.ts'

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
  /** The latest changes, newest first. */
  events(most: number): Promise<readonly StateEvent[]>
  /** Where it lives, as far as that can be known. */
  place(): Promise<MonitorPlace>
  /** Makes another object near `to` the Monitor; null: the first one. */
  move(to: Place | null, who: string): Promise<Moved>
}

/** The object to which the Monitor has moved, or why it did not. */
export type Moved = { readonly to: string } | { readonly problem: string }
