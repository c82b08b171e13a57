// This isolate's view of the servers. Reading it costs nothing; it is refreshed behind a request's back when it has
// grown old, and waited for, briefly, only when there is none or an ancient one (an idle isolate runs no timers).

import type { Snapshot } from '../health/snapshot.ts'
import { isNewer } from '../health/snapshot.ts'

/** A request waits this long for a view and then goes on with what there is. */
const MAX_WAIT_MS = 100
/** A refresh whose request was cancelled never ends; after this another is begun. */
const REFRESH_LOST_MS = 5_000

export interface Loaded {
  readonly snapshot: Snapshot
  /** Lets other isolates have it; called after it was accepted. Never rejects. */
  share?(): Promise<void>
}

export interface SnapshotReaderPorts {
  /** Asks the Monitor, or whatever stands before it. `url`: of the request on whose behalf. */
  load(url: string): Promise<Loaded>
  /** Whether a snapshot is of this deployment's Monitor. */
  isOwn(snapshot: Snapshot): boolean
  now(): number
  /** Called with each snapshot that replaces an older one. */
  onChange(snapshot: Snapshot): void
  onFailure(error: unknown): void
}

export interface SnapshotReader {
  /** Call once per request. A promise only when it is worth waiting. */
  ensure(after: (work: Promise<unknown>) => void, request: { readonly url: string }): Promise<void> | undefined
  /** Takes a snapshot that came by another way; an older or a foreign one changes nothing. */
  accept(snapshot: Snapshot): void
}

export function createSnapshotReader(refreshMs: number, ports: SnapshotReaderPorts): SnapshotReader {
  let current: Snapshot | undefined
  let loadedMs = Number.NEGATIVE_INFINITY
  let refreshStartedMs = Number.NEGATIVE_INFINITY
  let failing = false

  async function refresh(url: string): Promise<Loaded | undefined> {
    let loaded: Loaded | undefined
    try {
      loaded = await ports.load(url)
      reader.accept(loaded.snapshot)
      failing = false
    } catch (error) {
      // Said once, not with every request of an outage.
      if (!failing) ports.onFailure(error)
      failing = true
    }
    // Also after a failure: the next attempt comes with the next refresh, not with the next request.
    loadedMs = ports.now()
    refreshStartedMs = Number.NEGATIVE_INFINITY
    return loaded
  }

  const reader: SnapshotReader = {
    ensure(after, request) {
      const nowMs = ports.now()
      const ageMs = nowMs - loadedMs
      if (ageMs < refreshMs || nowMs - refreshStartedMs < REFRESH_LOST_MS) return undefined
      refreshStartedMs = nowMs
      const refreshed = refresh(request.url)
      // Nobody waits for what helps others only.
      after(refreshed.then((loaded) => loaded?.share?.()))
      if (ageMs < 2 * refreshMs) return undefined
      return Promise.race([
        refreshed.then(() => undefined),
        new Promise<void>((resolve) => setTimeout(resolve, MAX_WAIT_MS)),
      ])
    },
    accept(snapshot) {
      if (!ports.isOwn(snapshot)) return
      loadedMs = ports.now()
      if (!isNewer(snapshot, current)) return
      current = snapshot
      ports.onChange(snapshot)
    },
  }
  return reader
}
