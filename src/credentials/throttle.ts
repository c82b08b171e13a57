// How often a client may guess a password. Failures are counted by client address (IPv6 by /64); ten within a minute, and its
// guesses are refused for a minute. Pure: the clock is handed in. One for all passwords of an isolate.
// Memory is bounded; when it is full the oldest client is forgotten. Blocked clients are kept separately, so that
// a thousand addresses with one guess each cannot free a client that has used up its ten.

import { sourceNetwork } from '../config/network.ts'

export interface Throttle {
  /** Whether the client's guesses are refused now, without a look. */
  isBlocked(clientAddress: string): boolean
  /** The client guessed wrong. */
  fail(clientAddress: string): void
}

export const MAX_FAILURES = 10
export const WINDOW_MS = 60_000
const MAX_CLIENTS = 1_000

export function createThrottle(now: () => number, maxClients = MAX_CLIENTS): Throttle {
  const failures = new Map<string, { readonly count: number; readonly sinceMs: number }>()
  /** Until when, in Unix milliseconds. */
  const blocked = new Map<string, number>()
  return {
    isBlocked(clientAddress) {
      const untilMs = blocked.get(sourceNetwork(clientAddress))
      return untilMs !== undefined && now() < untilMs
    },
    fail(clientAddress) {
      const client = sourceNetwork(clientAddress)
      const nowMs = now()
      const before = failures.get(client)
      const isRecent = before !== undefined && nowMs - before.sinceMs < WINDOW_MS
      const after = isRecent ? { ...before, count: before.count + 1 } : { count: 1, sinceMs: nowMs }
      failures.delete(client)
      if (after.count < MAX_FAILURES) return setBounded(failures, client, after, maxClients)
      blocked.delete(client)
      setBounded(blocked, client, nowMs + WINDOW_MS, maxClients)
    },
  }
}

/** As the newest; the oldest makes room. */
function setBounded<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
