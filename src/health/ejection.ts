// Judges live traffic, whether or not checks are configured: a server that has just failed an attempt gets no new clients from
// this isolate for a while, which grows while it keeps failing. Its own clients still go there. Checks decide the rest.

export interface Ejection<Server> {
  /** After each attempt. `failed`: no answer came. */
  judge(server: Server, failed: boolean, nowMs: number): void
  /** Servers that new clients should avoid. If these are all servers, the caller ignores the set. */
  avoided(nowMs: number): ReadonlySet<Server>
  avoids(server: Server, nowMs: number): boolean
}

const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/** A clock that has gone back does not make the time longer. */
function isAvoided({ untilMs }: { readonly untilMs: number }, nowMs: number): boolean {
  return nowMs < untilMs && untilMs - nowMs <= LONGEST_MS
}

export function createEjection<Server>(): Ejection<Server> {
  const failing = new Map<Server, { readonly failures: number; readonly untilMs: number }>()
  const nobody: ReadonlySet<Server> = new Set()
  return {
    judge(server, failed, nowMs) {
      if (!failed) {
        // The hot path: nobody is failing.
        if (failing.size > 0) failing.delete(server)
        return
      }
      const known = failing.get(server)
      // Attempts that ran at the same time fail at the same time: they count as one failure.
      if (known && isAvoided(known, nowMs)) return
      const failures = (known?.failures ?? 0) + 1
      failing.set(server, { failures, untilMs: nowMs + Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) })
    },
    avoids(server, nowMs) {
      const known = failing.size === 0 ? undefined : failing.get(server)
      return known !== undefined && isAvoided(known, nowMs)
    },
    avoided(nowMs) {
      if (failing.size === 0) return nobody
      return new Set([...failing].filter(([, known]) => isAvoided(known, nowMs)).map(([server]) => server))
    },
  }
}
