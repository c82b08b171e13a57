// The snapshot's way into KV, which takes one write a second of a key and refuses the next. What has to be written is marked in
// the Monitor's storage, and the mark stays until KV has taken it: no restart, refusal or second change within the second loses one.
// When to look is the Monitor's: at its start, after each change, with its alarm and when cron calls.

import type { Snapshot } from '../../health/snapshot.ts'
import { REPUBLISH_MS, SNAPSHOT_KEY } from '../env.ts'

/** KV takes one write a second. */
const WRITE_EACH_MS = 1_000
/** A namespace that refuses is asked again after a second, then two, and so on up to this. */
const MAX_RETRY_MS = 60_000
/** A write that has not ended after this is taken for lost, by the next alarm or call of cron. */
const WRITE_LOST_MS = 10_000

export interface Publication {
  /** What isolates must hear has changed. */
  mark(): void
  /** Begins to write when something is due and nobody writes; undefined: there is nothing to do now. Never rejects. */
  send(): Promise<void> | undefined
  /** Unix milliseconds at which `send` wants to be called. Undefined: KV has what it should have, or is about to. */
  nextDueMs(): number | undefined
}

/** Without a namespace there is nobody to publish to. */
const NOTHING: Publication = { mark: () => undefined, send: () => undefined, nextDueMs: () => undefined }

/**
 * Called once for each start, which counts: `n` of the snapshot is one more than `savedN`, the last of the start before.
 */
export function createPublication(
  sql: SqlStorage,
  kv: KVNamespace | undefined,
  savedN: number,
  current: () => Snapshot,
): Publication {
  if (!kv) return NOTHING
  sql.exec('INSERT OR IGNORE INTO publication (id, n, wanted_n, sent_n, sent_ms) VALUES (0, -1, -1, -1, 0)')
  const saved = sql
    .exec<{ n: number; wanted_n: number; sent_n: number; sent_ms: number; states: string | null }>(
      'SELECT n, wanted_n, sent_n, sent_ms, states FROM publication',
    )
    .one()
  let wantedN = saved.wanted_n
  let sentN = saved.sent_n
  let sentMs = saved.sent_ms
  let nextTryMs = sentMs + WRITE_EACH_MS
  let writingSinceMs: number | undefined
  let failures = 0
  let isFailing = false

  // The release before counts, too, and does not write it down here: what it published, or failed to, is not known.
  const isUnknown = saved.n !== savedN
  if (isUnknown || statesOf(current()) !== saved.states) wantedN = current().n
  sql.exec('UPDATE publication SET n = ?, wanted_n = ?', current().n, wantedN)

  const isDirty = () => wantedN > sentN
  const isWriting = (nowMs: number) => writingSinceMs !== undefined && nowMs - writingSinceMs < WRITE_LOST_MS

  async function write(target: KVNamespace, startedMs: number): Promise<void> {
    const snapshot = current()
    try {
      await target.put(SNAPSHOT_KEY, JSON.stringify(snapshot))
      failures = 0
      isFailing = false
      // One that was taken for lost may end after a later one.
      if (snapshot.n >= sentN) {
        sentN = snapshot.n
        sentMs = startedMs
        // KV counts its second from when it took this one, which may be later than it was sent.
        nextTryMs = Math.max(nextTryMs, Date.now() + WRITE_EACH_MS)
        sql.exec('UPDATE publication SET sent_n = ?, sent_ms = ?, states = ?', sentN, sentMs, statesOf(snapshot))
      }
    } catch (error) {
      // Said once, not with every attempt of an outage.
      if (!isFailing) console.error(JSON.stringify({ event: 'snapshot-not-published', error: String(error) }))
      isFailing = true
      nextTryMs = Math.max(nextTryMs, startedMs + Math.min(WRITE_EACH_MS * 2 ** failures, MAX_RETRY_MS))
      failures += 1
    }
    if (writingSinceMs === startedMs) writingSinceMs = undefined
  }

  return {
    mark() {
      wantedN = current().n
      sql.exec('UPDATE publication SET n = ?, wanted_n = ?', wantedN, wantedN)
      // A namespace that refused the change before may take this one.
      if (failures > 0) nextTryMs = Math.min(nextTryMs, Date.now() + WRITE_EACH_MS)
      failures = 0
    },
    send() {
      const nowMs = Date.now()
      const isDue = (isDirty() || nowMs - sentMs >= REPUBLISH_MS) && nowMs >= nextTryMs
      if (!isDue || isWriting(nowMs)) return undefined
      writingSinceMs = nowMs
      nextTryMs = nowMs + WRITE_EACH_MS
      return write(kv, nowMs)
    },
    nextDueMs() {
      return isDirty() && !isWriting(Date.now()) ? nextTryMs : undefined
    },
  }
}

function statesOf({ servers }: Snapshot): string {
  return JSON.stringify(servers)
}
