// The snapshots of the Monitor that is in command: what one says, its number, and its way to the isolates at hand and, by publication.ts,
// into KV.

import type { ServerRegistry } from '../../health/server-registry.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import { isolates } from '../env.ts'
import type { Env } from '../env.ts'
import type { ListStore } from '../list-parts.ts'
import type { ReleaseStore } from '../release-parts.ts'
import { createPublication } from './publication.ts'
import type { Seat } from './seat.ts'

/** How long a command waits for isolates to accept it. */
const HAND_ON_MS = 1_000

/** What is on its way, also from work by the configuration before. */
export interface OnItsWay {
  /** Resolves when isolates have the latest change, or have had the time for it. */
  handedOn: Promise<unknown>
  /** A write of the snapshot into KV that is in progress. */
  writing: Promise<void> | undefined
}

export interface SnapshotPorts {
  readonly ctx: DurableObjectState
  readonly env: Env
  readonly seat: Seat
  readonly onItsWay: OnItsWay
  readonly registry: ServerRegistry
  readonly lists: ListStore | undefined
  readonly releases: ReleaseStore | undefined
  /** After a write: the next may be due. */
  setAlarm(): Promise<void>
}

export interface Snapshots {
  current(): Snapshot
  /** After a change: resolves when isolates have it, or have had the time for it. */
  publish(): Promise<void>
  /** Writes into KV what is due there, and does not wait for it. */
  sendDue(): void
  /** Unix milliseconds at which to call `sendDue` next; undefined: KV is up to date, or about to be. */
  nextDueMs(): number | undefined
}

/** Called once for each start, which counts. */
export function createSnapshots(ports: SnapshotPorts): Snapshots {
  const { ctx, env, seat, onItsWay, registry, lists, releases, setAlarm } = ports
  const { sql } = ctx.storage
  const sequence = sql.exec<{ epoch: number; n: number }>('SELECT epoch, n FROM sequence').one()
  // A deploy may have changed the configuration, and with it the states.
  let n = sequence.n + 1
  sql.exec('UPDATE sequence SET n = ?', n)
  const publication = createPublication(sql, env.SNAPSHOT, sequence.n, current)

  function current(): Snapshot {
    const servers = registry.states()
    const { name, home, root } = seat.row
    const at = name === home ? {} : { at: name }
    return {
      epoch: sequence.epoch,
      n,
      servers,
      monitor: root,
      atMs: Date.now(),
      ...at,
      ...lists?.inSnapshot(),
      ...releases?.inSnapshot(),
    }
  }

  function sendDue(): void {
    if (!seat.isHere) return
    const sent = publication.send()
    if (!sent) return
    // A write that counts as lost may still end while another is in progress.
    const writing: Promise<void> = sent.then(() => wrote(writing))
    onItsWay.writing = writing
    ctx.waitUntil(writing.then(() => setAlarm()))
  }

  function wrote(writing: Promise<void>): void {
    if (onItsWay.writing === writing) onItsWay.writing = undefined
  }

  return {
    current,
    async publish() {
      n += 1
      sql.exec('UPDATE sequence SET n = ?', n)
      const snapshot = current()
      publication.mark()
      sendDue()
      const told = Promise.allSettled(isolates(env).map((isolate) => isolate.accept(snapshot)))
      onItsWay.handedOn = Promise.race([told, new Promise((resolve) => setTimeout(resolve, HAND_ON_MS))])
      await onItsWay.handedOn
    },
    sendDue,
    nextDueMs: () => publication.nextDueMs(),
  }
}
