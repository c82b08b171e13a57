// What is stored about one server. server-registry.ts changes it, server-view.ts shows it.

import { isAdminState } from '../server/states.ts'
import type { AdminState } from '../server/states.ts'
import type { AgentRecord } from './agent.ts'
import { CHECK_TEXT } from './check.ts'
import type { CheckResult } from './check.ts'
import { isWeight, MAX_DRAIN_MS } from './state-change.ts'

export interface StateOverride {
  readonly value: AdminState
  readonly configured: AdminState
  /** Unix milliseconds: from then on `drain` is `maint`, and the remaining clients are moved. */
  readonly untilMs?: number
}

export interface WeightOverride {
  readonly value: number
  readonly configured: number
}

/** Overrides of a value that today's configuration does not have. */
export interface Aside {
  readonly state: StateOverride | null
  readonly weight: WeightOverride | null
  /** Unix milliseconds: since when. */
  readonly sinceMs: number
}

/** One server's row in the Monitor's storage. */
export interface ServerRecord {
  /** Set at run time; put aside when the configured value is no longer the one it overrode. */
  readonly stateOverride: StateOverride | null
  readonly weightOverride: WeightOverride | null
  /** Apply again if the configured value returns within a day: in a gradual deployment, after a roll-back. Absent: none. */
  readonly aside?: Aside | undefined
  /** HAProxy's counter, rise-fall.ts. */
  readonly health: number
  /** Unix milliseconds: when checks last took it from down to up; absent: never. */
  readonly cameUpMs?: number
  /** It answered 404 to get no new clients; absent: it did not. */
  readonly nolb?: boolean
  readonly lastCheck: CheckResult | null
  /** Unix milliseconds of that check. */
  readonly checkedMs?: number
  /** Checks that failed while it was up; how often it went down; how long it was down or in maint. Absent: 0. */
  readonly checksFailed?: number
  readonly downs?: number
  readonly downtimeMs?: number
  /**
   * `over`: if fetch checks, it alone decides. Otherwise the number of checks that failed by fetch and passed by socket since
   * sockets checked this server; absent: none. See fetch-trial.ts.
   */
  readonly fetchTrial?: 'over' | number | undefined
  /** What its agent says; absent: nothing yet. */
  readonly agent?: AgentRecord | undefined
  /** Unix milliseconds of the last change between up, down, ready, drain and maint. */
  readonly lastChangeMs: number
}

/**
 * A row as it was saved. Unreadable fields and impossible times are left out: a server with a broken row starts fresh, and does not
 * affect others. Undefined: nothing of it can be read.
 */
export function readServerRecord(text: string, nowMs: number): ServerRecord | undefined {
  const saved = parsed(text)
  if (!isCount(saved?.health)) return undefined
  const { stateOverride: state = null, weightOverride: weight = null, lastCheck = null } = saved
  const isCheckKept = lastCheck !== null && Object.hasOwn(CHECK_TEXT, lastCheck.code)
  return {
    ...saved,
    health: saved.health,
    stateOverride: readState(state, nowMs),
    weightOverride: readWeight(weight),
    aside: readAside(saved.aside, nowMs),
    lastCheck: isCheckKept ? lastCheck : null,
    fetchTrial: saved.fetchTrial === 'over' || isCount(saved.fetchTrial) ? saved.fetchTrial : undefined,
    agent: readAgent(saved.agent),
    lastChangeMs: isCount(saved.lastChangeMs) ? saved.lastChangeMs : nowMs,
  }
}

function readAgent(agent: AgentRecord | undefined): AgentRecord | undefined {
  if (typeof agent?.isDown !== 'boolean' || typeof agent.isOff !== 'boolean') return undefined
  const { isDown, isOff } = agent
  const result = typeof agent.result?.said === 'string' ? agent.result : null
  return { isDown, isOff, result }
}

function readState(state: StateOverride | null, nowMs: number): StateOverride | null {
  return state !== null && isAdminState(state.value) ? withKnownEnd(state, nowMs) : null
}

function readWeight(weight: WeightOverride | null): WeightOverride | null {
  return weight !== null && isWeight(weight.value) ? weight : null
}

function readAside(aside: Aside | undefined, nowMs: number): Aside | undefined {
  if (!isCount(aside?.sinceMs)) return undefined
  return { state: readState(aside!.state, nowMs), weight: readWeight(aside!.weight), sinceMs: aside!.sinceMs }
}

function withKnownEnd({ untilMs, ...state }: StateOverride, nowMs: number): StateOverride {
  if (untilMs === undefined) return state
  // JSON has no Infinity: a time without end was saved as null.
  return { ...state, untilMs: isCount(untilMs) ? Math.min(untilMs, nowMs + MAX_DRAIN_MS) : nowMs + MAX_DRAIN_MS }
}

function isCount(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0
}

/** A value of another type has none of the fields. */
function parsed(text: string): Partial<ServerRecord> | null | undefined {
  try {
    return JSON.parse(text) as Partial<ServerRecord> | null
  } catch {
    return undefined
  }
}
