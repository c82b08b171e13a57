// What the Monitor asks of alerts (alerts.ts), and what it has where nobody is told: what waits for recipients of an earlier
// configuration is dropped, as it is for one that is gone.

import type { Alert } from '../../alert/message.ts'
import type { Config } from '../../config/config.ts'
import type { ServerView } from '../../health/server-view.ts'
import type { StateEvent } from '../../health/state-event.ts'
import type { Env } from '../env.ts'
import { dropRecipients } from './recipients.ts'

/** What a summary tells. */
export interface Facts {
  readonly servers: readonly ServerView[]
  /** The latest changes, newest first. */
  readonly events: readonly StateEvent[]
}

export interface Alerts {
  add(alert: Alert, nowMs: number): void
  /** Writes the summaries that are due; `factsOf` knows some backends (empty: all). */
  summarise(factsOf: (backends: readonly string[]) => Facts, nowMs: number): void
  /** Unix milliseconds of the next message; undefined: there is none. */
  nextDueMs(): number | undefined
  /** Sends what is due, one message after the other. */
  deliver(): Promise<void>
}

export type CreateAlerts = (sql: SqlStorage, env: Env, config: Config) => Alerts

export const createNoAlerts: CreateAlerts = (sql) => {
  dropRecipients(sql)
  return {
    add: () => undefined,
    summarise: () => undefined,
    nextDueMs: () => undefined,
    deliver: async () => undefined,
  }
}
