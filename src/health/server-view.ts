// How one server is shown. Views go from the Monitor to isolates of other releases, so they may gain fields but not lose any.

import { isUnresolved } from '../server/configured-state.ts'
import { rightsOf, shownOf } from '../server/states.ts'
import type { AdminState, HealthState, State } from '../server/states.ts'
import { readStatus, shownWord, statusText, UNRESOLVED } from '../server/status.ts'
import type { Progress, ReadStatus } from '../server/status.ts'
import { NEW_AGENT } from './agent.ts'
import type { AgentRecord } from './agent.ts'
import type { CheckResult } from './check.ts'
import { progressOf } from './rise-fall.ts'
import { stateOf } from './server-entry.ts'
import type { Entry } from './server-entry.ts'

/** What `GET {admin}/servers` shows. */
export interface ServerView {
  readonly backend: string
  readonly server: string
  /** `backend/server`, under every name that it has or had. Release 0.1 does not say. */
  readonly keys?: readonly string[]
  readonly origin: string
  readonly state: AdminState
  /** Unix milliseconds: when its drain becomes maint. */
  readonly drainUntilMs: number | null
  /** The configured state, when `state` overrides it. */
  readonly configuredState: AdminState | null
  readonly health: 'up' | 'down'
  readonly healthState: HealthState
  /** Checks have begun to take it up or down. */
  readonly isTransitional: boolean
  /** HAProxy's words for it: server/status.ts. */
  readonly status: string
  readonly weight: number
  readonly configuredWeight: number | null
  readonly backup: boolean
  readonly lastCheck: CheckResult | null
  readonly lastChangeMs: number
  /** HAProxy's counter of checks, from 0 to rise + fall - 1. */
  readonly checkHealth: number
  readonly checksFailed: number
  readonly downs: number
  /** Up to the last change; if the server is down now, add the time since then. */
  readonly downtimeMs: number
  /** May get a new client. */
  readonly isCandidate: boolean
  /** Absent: it has none, or a release before this one shows it. */
  readonly agent?: AgentRecord
}

/** As sent by the Monitor, which may run another release: 0.1 sends no values for its status. */
export type SentServerView = Omit<ServerView, keyof ReadStatus> & Partial<ReadStatus>

export function readServerView(view: SentServerView): ServerView {
  return { ...readStatus(view.health, view.status), ...view }
}

export function viewedState({ state: admin, healthState: health }: ServerView): State {
  return { admin, health }
}

export function viewOf(entry: Entry): ServerView {
  const { record, server, backend } = entry
  const state = stateOf(entry)
  const { admin, health, weight } = state
  return {
    backend: backend.name,
    server: server.name,
    keys: entry.keys,
    origin: server.origin,
    state: admin,
    drainUntilMs: record.stateOverride?.untilMs ?? null,
    configuredState: record.stateOverride?.configured ?? null,
    health: health === 'down' ? 'down' : 'up',
    healthState: health,
    isTransitional: progressOfChecks(entry) !== null,
    status: statusOf(entry),
    weight,
    configuredWeight: record.weightOverride?.configured ?? null,
    backup: server.backup,
    lastCheck: record.lastCheck,
    lastChangeMs: record.lastChangeMs,
    checkHealth: record.health,
    checksFailed: record.checksFailed ?? 0,
    downs: record.downs ?? 0,
    downtimeMs: record.downtimeMs ?? 0,
    isCandidate: rightsOf(state).candidate && weight > 0,
    ...(server.agent ? { agent: record.agent ?? NEW_AGENT } : {}),
  }
}

export function statusOf(entry: Entry): string {
  if (isUnresolved(entry.server)) return UNRESOLVED
  const { server, record } = entry.tracked ?? entry
  const byAgent = server.agent !== null && !record.agent?.isOff
  const shown = shownOf(stateOf(entry))
  if (byAgent && (shown === 'drain' || (shown === 'down' && record.agent?.isDown))) return `${shownWord(shown)} (agent)`
  return statusText(stateOf(entry), server.check !== null, progressOfChecks(entry))
}

/** Of the checks that count. Null: none are leading to another state, or none are made. */
function progressOfChecks(entry: Entry): Progress | null {
  const { server, record } = entry.tracked ?? entry
  return server.check && rightsOf(stateOf(entry)).checked ? progressOf(record.health, server.check) : null
}
