// When the next check of each server is due, and how many run at once. Pure: the clock is handed in; the Monitor asks the servers
// and sets the alarm.

import type { Config } from '../config/config.ts'
import { isOnTrial } from './fetch-trial.ts'
import { intervalMs } from './rise-fall.ts'
import type { Entry } from './server-entry.ts'
import type { ServerRegistry } from './server-registry.ts'

/** Cloudflare lets one invocation wait for the headers of six responses at once. */
const MAX_IN_FLIGHT = 6
/**
 * How many requests the checks of one invocation may make on Cloudflare before another goes on with the rest. The free plan allows
 * 50: some are left for a check of several requests, which is not cut in two, and for messages.
 * https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
export const INVOCATION_REQUESTS = 40
/** How often the cron trigger fires. */
const CRON_MS = 60_000
/** How much earlier a check may start, so that the checks of one round share an alarm: each alarm costs money. */
const EARLY_PART = 0.1
const MAX_EARLY_MS = 1_000

/** How many requests the checks of one invocation may still make: Cloudflare limits them, and fails the rest. */
export interface Allowance {
  left: number
  /** Started by the cron trigger, which fires about once a minute: half a minute early is in time. */
  readonly isByCron: boolean
}

export interface CheckSchedule {
  /** Cron alone starts the checks: none is due more often than it fires, and no alarm keeps the object awake. */
  readonly isUnhurried: boolean
  /**
   * Takes places for the servers whose checks are due, the longest due first, and returns their keys. Those beyond the allowance
   * wait for the next invocation, which the clock must then start at once.
   */
  start(allowance: Allowance): readonly string[]
  /** A check has ended: its place is free. The server's next one is due an interval after this one began. */
  end(key: string, entry: Entry): void
  /** Checks it at once, unless a check is running: then the end of that check decides when the next is due. */
  hurry(key: string): void
  /** Call when it may have changed whether a server is checked; if it is, its check is due now. */
  restart(key: string, entry: Entry): void
  drop(key: string): void
  /** Unix milliseconds at which the clock must start the next check; undefined: it need not. */
  nextDueMs(): number | undefined
}

/** A check in progress. */
interface Running {
  readonly startedMs: number
  /** The part of its interval, 0 to 1, after which the next one is due. */
  readonly part: number
}

export function createCheckSchedule(
  { backends, spreadChecks }: Pick<Config, 'backends' | 'spreadChecks'>,
  registry: ServerRegistry,
  { now, random }: { readonly now: () => number; readonly random: () => number },
): CheckSchedule {
  const isUnhurried = backends
    .flatMap(({ servers }) => servers.map(({ check }) => check))
    .every((each) => !each || Math.min(each.interMs, each.fastinterMs, each.downinterMs) >= CRON_MS)
  const due = new Map<string, number>()
  const running = new Map<string, Running>()
  let isCutShort = false
  for (const [key, entry] of registry.entries) if (registry.isChecked(entry)) due.set(key, firstDueMs(entry))

  return {
    isUnhurried,
    start(allowance) {
      const nowMs = now()
      const startable = [...due]
        .filter(([key, dueMs]) => !running.has(key) && dueMs - earlyMs(key, allowance) <= nowMs)
        .toSorted(([, a], [, b]) => a - b)
        .slice(0, MAX_IN_FLIGHT - running.size)
        .map(([key]) => key)
      const started: string[] = []
      for (const key of startable) {
        if (allowance.left <= 0) break
        allowance.left -= requestsOf(registry.entries.get(key)!)
        running.set(key, { startedMs: nowMs, part: drawPart() })
        started.push(key)
      }
      isCutShort = started.length < startable.length
      return started
    },
    end(key, entry) {
      const nowMs = now()
      const { startedMs, part } = running.get(key)!
      running.delete(key)
      // From its start, so that a round has one alarm however long each server takes.
      if (registry.isChecked(entry)) due.set(key, Math.max(nowMs, startedMs + afterMs(entry, part)))
    },
    hurry: (key) => void due.set(key, now()),
    restart(key, entry) {
      if (registry.isChecked(entry)) due.set(key, now())
      else due.delete(key)
    },
    drop: (key) => void due.delete(key),
    nextDueMs() {
      if (isUnhurried) return isCutShort ? now() : undefined
      // If all places are taken, the next check starts when one ends, not by the clock.
      const waiting = running.size >= MAX_IN_FLIGHT ? [] : [...due].filter(([key]) => !running.has(key))
      const next = [...waiting.map(([, dueMs]) => dueMs), ...[...running].map(expectedMs)]
      return next.length > 0 ? Math.min(...next) : undefined
    },
  }

  function requestsOf({ server, record }: Entry): number {
    const { type, exchanges } = server.check!
    return (type === 'tcp' ? 1 : exchanges.length) * (isOnTrial(record, server.check!) ? 2 : 1)
  }

  function firstDueMs(entry: Entry): number {
    const { checkedMs } = entry.record
    return checkedMs !== undefined && isUnhurried ? checkedMs + afterMs(entry, drawPart()) : now()
  }

  /** Earlier by a random amount, so that servers that started together drift apart. */
  function drawPart(): number {
    return 1 - (spreadChecks / 100) * random()
  }

  function afterMs({ record, server }: Entry, part: number): number {
    return Math.ceil(intervalMs(record.health, server.check!) * part)
  }

  function earlyMs(key: string, { isByCron }: Allowance): number {
    // What cron could not finish goes on as if it had.
    if (isUnhurried) return isByCron || isCutShort ? CRON_MS / 2 : 0
    const { record, server } = registry.entries.get(key)!
    return Math.min(MAX_EARLY_MS, EARLY_PART * intervalMs(record.health, server.check!))
  }

  /**
   * When the check after one that is under way is due. One that takes longer is followed by the next as soon as it ends; the
   * clock only looks after it, should its end be lost with the object.
   */
  function expectedMs([key, { startedMs, part }]: readonly [string, Running]): number {
    const entry = registry.entries.get(key)!
    const nextMs = startedMs + afterMs(entry, part)
    return nextMs > now() ? nextMs : now() + entry.server.check!.timeoutMs
  }
}
