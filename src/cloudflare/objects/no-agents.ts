// What the Monitor asks of agents (agent-runner.ts), and what it has where no server has one.

import type { Connection } from '../../health/http-check.ts'
import type { Entry } from '../../health/server-entry.ts'
import type { ServerRegistry } from '../../health/server-registry.ts'
import type { ChangeLog } from './change-log.ts'
import type { ServerRows } from './server-rows.ts'

export interface AgentParts {
  readonly registry: ServerRegistry
  readonly rows: ServerRows
  readonly changeLog: ChangeLog
  /** Opens a connection without TLS. */
  connect(hostname: string, port: number): Connection
  /** False: another object is in command by now, and late answers are ignored. */
  isHere(): boolean
  /** An agent has changed whether its server is checked. */
  restartChecks(key: string, entry: Entry): void
  publish(): Promise<void>
  setAlarm(): Promise<void>
  waitUntil(work: Promise<void>): void
}

export interface Agents {
  /** Asks those whose turn it is, and does not wait for them. */
  startDue(): void
  /** Unix milliseconds; undefined: no agent has to be asked. */
  nextDueMs(): number | undefined
}

export type CreateAgents = (parts: AgentParts) => Agents

export const createNoAgents: CreateAgents = () => ({ startDue: () => undefined, nextDueMs: () => undefined })
