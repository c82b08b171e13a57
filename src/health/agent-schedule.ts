// When the agent of each server is asked next. Pure: the clock is handed in; the Monitor asks, and sets the alarm.

import type { Entry } from './server-entry.ts'
import type { ServerRegistry } from './server-registry.ts'

/** Cloudflare lets one invocation wait for the headers of six responses at once. */
const MAX_AT_ONCE = 6
/** Agents whose turns are nearly the same are asked together: each alarm costs money. */
const EARLY_PART = 0.1

export interface AgentSchedule {
  /** Takes places for the agents whose turn it is, the longest due first, and returns their servers. */
  start(): readonly Entry[]
  /** Its place is free. It is asked again an interval after it was asked, or at once if it took longer. */
  end(entry: Entry): void
  /** Unix milliseconds; undefined: no agent has to be asked. */
  nextDueMs(): number | undefined
}

export function createAgentSchedule({ entries }: Pick<ServerRegistry, 'entries'>, now: () => number): AgentSchedule {
  const due = new Map<Entry, number>()
  const startedMs = new Map<Entry, number>()
  for (const entry of entries.values()) if (entry.server.agent) due.set(entry, now())
  const isWaiting = (entry: Entry) => !startedMs.has(entry) && entry.record.agent?.isOff !== true

  return {
    start() {
      const nowMs = now()
      const started = [...due]
        .filter(([entry, dueMs]) => isWaiting(entry) && dueMs - EARLY_PART * intervalOf(entry) <= nowMs)
        .toSorted(([, a], [, b]) => a - b)
        .slice(0, MAX_AT_ONCE - startedMs.size)
        .map(([entry]) => entry)
      for (const entry of started) startedMs.set(entry, nowMs)
      return started
    },
    end(entry) {
      due.set(entry, Math.max(now(), startedMs.get(entry)! + intervalOf(entry)))
      startedMs.delete(entry)
    },
    nextDueMs() {
      // One that is asked is due again after twice its time, should its end be lost with the object.
      const asked = [...startedMs].map(([entry, atMs]) => atMs + 2 * intervalOf(entry))
      const waiting =
        startedMs.size >= MAX_AT_ONCE ? [] : [...due].filter(([entry]) => isWaiting(entry)).map(([, dueMs]) => dueMs)
      const next = [...asked, ...waiting]
      return next.length > 0 ? Math.min(...next) : undefined
    },
  }
}

function intervalOf({ server }: Entry): number {
  return server.agent!.interMs
}
