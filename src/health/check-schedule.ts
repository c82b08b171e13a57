// When the next check of each server is due, and how many run at once. Pure: the clock is handed in; who asks the servers and
// wakes up for it is the Monitor's business.

import type { Config } from '../config/config.ts'
import type { Entry, Ledger } from './ledger.ts'
import { intervalMs } from './rise-fall.ts'

/** Cloudflare lets one invocation wait for the headers of six responses at once. */
const MAX_IN_FLIGHT = 6
/** First checks of many servers are spread over this time. */
const START_SPREAD_MS = 1_000
/** How often the cron trigger fires. */
const CRON_MS = 60_000

export interface CheckSchedule {
  /** Cron alone starts the checks: none is due more often than it fires, and no alarm keeps the object awake. */
  readonly isUnhurried: boolean
  /** Every place is taken: the next check starts when one ends, not by the clock. */
  readonly isFull: () => boolean
  readonly isIdle: () => boolean
  /** Takes places for the servers whose checks are due, the longest due first, and returns their keys. */
  start(): readonly string[]
  /** A check has ended: its place is free, and the server's next one is due after its interval. */
  end(key: string, entry: Entry): void
  /** Checks it at once, unless that is happening. */
  hurry(key: string): void
  /** Whether a server is checked may have changed; if it is, its check is due now. */
  restart(key: string, entry: Entry): void
  drop(key: string): void
  /** Unix milliseconds at which the clock has to start a check; undefined: it need not. */
  nextDueMs(): number | undefined
}

export function createCheckSchedule(
  { backends, spreadChecks }: Pick<Config, 'backends' | 'spreadChecks'>,
  ledger: Ledger,
  { now, random }: { readonly now: () => number; readonly random: () => number },
): CheckSchedule {
  const isUnhurried = backends
    .flatMap(({ servers }) => servers.map(({ check }) => check))
    .every((each) => !each || Math.min(each.interMs, each.fastinterMs, each.downinterMs) >= CRON_MS)
  const due = new Map<string, number>()
  const running = new Set<string>()
  spreadFirstChecks()

  /** Earlier by chance, so that servers that began together do not stay so. */
  function nextAfterMs({ record, server }: Entry): number {
    return Math.ceil(intervalMs(record.health, server.check!) * (1 - (spreadChecks / 100) * random()))
  }

  function spreadFirstChecks(): void {
    const nowMs = now()
    const checked = [...ledger.entries].filter(([, entry]) => ledger.isChecked(entry))
    checked.forEach(([key, entry], i) => {
      const spreadMs = Math.min(START_SPREAD_MS, entry.server.check!.interMs)
      const { checkedMs } = entry.record
      const nextMs = checkedMs !== undefined && isUnhurried ? checkedMs + nextAfterMs(entry) : nowMs
      due.set(key, nextMs + Math.ceil((spreadMs * i) / checked.length))
    })
  }

  return {
    isUnhurried,
    isFull: () => running.size >= MAX_IN_FLIGHT,
    isIdle: () => running.size === 0,
    start() {
      // Cron comes once a minute, more or less: half a minute early is in time.
      const untilMs = isUnhurried ? now() + CRON_MS / 2 : now()
      const started = [...due]
        .filter(([key, dueMs]) => dueMs <= untilMs && !running.has(key))
        .toSorted(([, a], [, b]) => a - b)
        .slice(0, MAX_IN_FLIGHT - running.size)
        .map(([key]) => key)
      for (const key of started) running.add(key)
      return started
    },
    end(key, entry) {
      running.delete(key)
      if (ledger.isChecked(entry)) due.set(key, now() + nextAfterMs(entry))
    },
    hurry(key) {
      if (!running.has(key)) due.set(key, now())
    },
    restart(key, entry) {
      if (ledger.isChecked(entry)) due.set(key, now())
      else due.delete(key)
    },
    drop: (key) => void due.delete(key),
    nextDueMs() {
      if (isUnhurried) return undefined
      const waiting = [...due].filter(([key]) => !running.has(key)).map(([, dueMs]) => dueMs)
      return waiting.length > 0 ? Math.min(...waiting) : undefined
    },
  }
}
