// Which messages are pending, for whom, and when they are due; the owner keeps them through restarts. What happens within a few
// seconds goes out as one message, in order; a message that cannot be delivered is retried less and less often, and dropped after a day.
// Pure: rows in, rows out; sending is up to the caller.

import type { AlertConfig } from '../config/options/alert.ts'
import type { Alert } from './message.ts'

export interface Pending {
  readonly id: number
  /** The place of the recipient in the configuration. */
  readonly recipient: number
  readonly alert: Alert
  /** Unix milliseconds. */
  readonly atMs: number
  readonly tries: number
  readonly dueMs: number
}

const FIRST_RETRY_MS = 2_000
const MAX_RETRY_MS = 900_000
const GIVE_UP_MS = 86_400_000
/** The most lines in one message; the rest follows in another. */
export const MAX_ALERTS = 50

/** When a recipient hears of an event that happens now: after `group`, and not in its quiet hours. */
export function dueOf({ groupMs, quiet }: AlertConfig, nowMs: number): number {
  const dueMs = nowMs + groupMs
  if (!quiet) return dueMs
  const [from, until] = quiet
  const minute = Math.floor(dueMs / 60_000) % 1440
  const isQuiet = from <= until ? minute >= from && minute < until : minute >= from || minute < until
  if (!isQuiet) return dueMs
  const waits = (until - minute + 1440) % 1440
  return (Math.floor(dueMs / 60_000) + waits) * 60_000
}

/** Whether a recipient asked for it. */
export function wants({ events, backends }: AlertConfig, { event, backend }: Alert): boolean {
  if (event === 'summary' || backend === null) return false
  return events.has(event) && (backends.length === 0 || backends.includes(backend))
}

/** Of what is due, everything that one recipient hears of in one message; undefined: nothing is due. */
export function nextMessage(pending: readonly Pending[], nowMs: number): readonly Pending[] | undefined {
  const first = pending.find(({ dueMs }) => dueMs <= nowMs)
  if (!first) return undefined
  return pending
    .filter(({ recipient, tries }) => recipient === first.recipient && tries === first.tries)
    .slice(0, MAX_ALERTS)
}

/** When to try again after a failure; undefined: never. */
export function retryAtMs({ tries, atMs }: Pending, nowMs: number): number | undefined {
  if (nowMs - atMs > GIVE_UP_MS) return undefined
  return nowMs + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** tries)
}
