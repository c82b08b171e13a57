// This isolate's snapshot of the servers. Reading it costs nothing; when it has grown old, it is refreshed after an answer. A
// request waits for it, briefly, only if there is none or a very old one (an idle isolate runs no timers).

import type { Snapshot } from '../../health/snapshot.ts'
import { isNewer } from '../../health/snapshot.ts'

/** How long a request waits to replace a very old snapshot; then it goes on with what there is. */
const MAX_WAIT_MS = 100
/** A refresh whose request was cancelled never ends; after this time another is started. */
const REFRESH_LOST_MS = 5_000
/** No two clocks of the platform differ by as much. */
const CLOCKS_DIFFER_MS = 60_000
/** A snapshot is refreshed at this share of its maximum age, or later, at random: isolates that share a copy take turns. */
export const REFRESH_FROM = 0.75

export interface Loaded {
  readonly snapshot: Snapshot
  /** Unix milliseconds: it was true then. */
  readonly asOfMs: number
  /** Shares it with other isolates; called after it was accepted. Never rejects. */
  share?(): Promise<void>
}

/** The snapshot that an isolate holds. */
export interface Held {
  /** Unix milliseconds: it was true then. */
  readonly asOfMs: number
  /** The object that made it; undefined: the Monitor's first. */
  readonly at?: string | undefined
}

export interface SnapshotReaderPorts {
  /** Asks the Monitor, or a cache in front of it. `url`: of the request on whose behalf. */
  load(url: string, held: Held): Promise<Loaded>
  /** Whether a snapshot is of this deployment's Monitor. */
  isOwn(snapshot: Snapshot): boolean
  now(): number
  random(): number
  /** Called with each snapshot that replaces an older one. */
  onChange(snapshot: Snapshot): void
  onFailure(error: unknown): void
}

export interface SnapshotReader {
  /** Call once per request. A promise only when it is worth waiting. */
  ensure(after: (work: Promise<unknown>) => void, request: { readonly url: string }): Promise<void> | undefined
  /** Accepts a snapshot that just arrived another way; an older or a foreign one changes nothing. */
  accept(snapshot: Snapshot): void
}

export interface SnapshotReaderTimes {
  /** How old a snapshot may grow before it is refreshed. */
  readonly refreshMs: number
  /** How long the first request of an isolate waits for a snapshot. */
  readonly coldWaitMs: number
}

export function createSnapshotReader(
  { refreshMs, coldWaitMs }: SnapshotReaderTimes,
  ports: SnapshotReaderPorts,
): SnapshotReader {
  let current: Snapshot | undefined
  /** What is held was true then. */
  let asOfMs = Number.NEGATIVE_INFINITY
  let triedMs = Number.NEGATIVE_INFINITY
  let dueMs = Number.NEGATIVE_INFINITY
  let refreshStartedMs = Number.NEGATIVE_INFINITY
  let failing = false
  let hasWaited = false

  function accept(snapshot: Snapshot, trueMs: number): void {
    if (!ports.isOwn(snapshot)) return
    asOfMs = Math.max(asOfMs, trueMs)
    dueMs = asOfMs + refreshMs * (REFRESH_FROM + (1 - REFRESH_FROM) * ports.random())
    if (!isNewer(snapshot, current)) return
    // A Monitor of another version, as in a gradual deployment, says nothing of releases: what is known of them stays.
    const releases = snapshot.releases ?? current?.releases
    current = releases ? { ...snapshot, releases } : snapshot
    ports.onChange(current)
  }

  async function refresh(url: string): Promise<Loaded | undefined> {
    let loaded: Loaded | undefined
    try {
      loaded = await ports.load(url, { asOfMs, at: current?.at })
      accept(loaded.snapshot, loaded.asOfMs)
      failing = false
    } catch (error) {
      // Logged once per outage, not per request.
      if (!failing) ports.onFailure(error)
      failing = true
      // The next attempt comes with the next refresh, not with the next request.
      dueMs = ports.now() + refreshMs
    }
    triedMs = ports.now()
    refreshStartedMs = Number.NEGATIVE_INFINITY
    return loaded
  }

  return {
    ensure(after, request) {
      const nowMs = ports.now()
      // The clock has gone back: by it, nothing would be due for as long.
      if (dueMs - nowMs > refreshMs + CLOCKS_DIFFER_MS)
        asOfMs = triedMs = dueMs = refreshStartedMs = Number.NEGATIVE_INFINITY
      if (nowMs < dueMs || nowMs - refreshStartedMs < REFRESH_LOST_MS) return undefined
      refreshStartedMs = nowMs
      const ageMs = nowMs - Math.max(asOfMs, triedMs)
      const refreshed = refresh(request.url)
      // No request waits for what only helps other isolates.
      after(refreshed.then((loaded) => loaded?.share?.()))
      if (current) return ageMs < 2 * refreshMs ? undefined : atMost(MAX_WAIT_MS, refreshed)
      // A Monitor that does not answer delays one request, not one per refresh.
      if (hasWaited || coldWaitMs === 0) return undefined
      hasWaited = true
      return atMost(coldWaitMs, refreshed)
    },
    accept: (snapshot) => accept(snapshot, ports.now()),
  }
}

/** `work` never rejects. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    void work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
