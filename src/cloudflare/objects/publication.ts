// The snapshot's way into KV, which accepts one write a second per key and refuses the next. A pending write is marked in
// the Monitor's storage, and the mark stays until KV has accepted it: no restart, refusal or second change within the second loses one.
// The Monitor calls this at its start, after each change, with its alarm and when cron calls.

import type { Snapshot } from '../../health/snapshot.ts'
import { REPUBLISH_MS, SNAPSHOT_KEY } from '../env.ts'

/** KV accepts one write a second per key. */
const WRITE_EACH_MS = 1_000
/** After a refusal the next try comes after one second, then two, and so on up to this. */
const MAX_RETRY_MS = 60_000
/** A write that has not ended after this counts as lost at the next alarm or cron call. */
const WRITE_LOST_MS = 10_000

export interface Publication {
  /** What isolates must hear has changed. */
  mark(): void
  /** Starts a write if one is due and none is in progress; undefined: there is nothing to do now. Never rejects. */
  send(): Promise<void> | undefined
  /** Unix milliseconds at which to call `send` next. Undefined: KV is up to date, or about to be. */
  nextDueMs(): number | undefined
}

/** Without a namespace nothing is published. */
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

  // The release before also counts starts, but does not record them here: whether it published is unknown.
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
      // A write that counts as lost may end after a later one.
      if (snapshot.n >= sentN) {
        sentN = snapshot.n
        sentMs = startedMs
        // KV counts its second from when it accepted this write, which may be later than it was sent.
        nextTryMs = Math.max(nextTryMs, Date.now() + WRITE_EACH_MS)
        sql.exec('UPDATE publication SET sent_n = ?, sent_ms = ?, states = ?', sentN, sentMs, statesOf(snapshot))
      }
    } catch (error) {
      // Logged once per outage, not per attempt.
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
      // A namespace that refused the previous change may accept this one.
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

function statesOf({ servers, lists = '', releases }: Snapshot): string {
  return JSON.stringify(servers) + lists + (releases ? JSON.stringify(releases) : '')
}
