// What an operator may change about a server: checked before anything is stored, because an unreadable state or an
// impossible time would make every later command fail.

import { isAdminState } from '../server/states.ts'
import type { AdminState } from '../server/states.ts'

export interface StateChange {
  readonly state?: AdminState | undefined
  readonly weight?: number | undefined
  /** As if checks had found it. */
  readonly health?: SetHealth | undefined
  /** As if its agent had said it; or whether its agent is asked. */
  readonly agent?: SetAgent | undefined
  /** How long a drain lasts before it becomes maint. */
  readonly drainForMs?: number | undefined
}

export const MAX_WEIGHT = 256
export const MAX_DRAIN_MS = 365 * 86_400_000

/** The health that an operator may set, in HAProxy's words. */
export const SET_HEALTHS = ['up', 'stopping', 'down'] as const
export type SetHealth = (typeof SET_HEALTHS)[number]

export const SET_AGENTS = ['up', 'down', 'on', 'off'] as const
export type SetAgent = (typeof SET_AGENTS)[number]

export function isWeight(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_WEIGHT
}

export function isDrainTime(ms: number | undefined): ms is number {
  return Number.isSafeInteger(ms) && ms! > 0 && ms! <= MAX_DRAIN_MS
}

/** What is wrong with a change; undefined: nothing. */
export function changeProblem({ state, weight, health, agent, drainForMs }: StateChange): string | undefined {
  if (state !== undefined && !isAdminState(state)) return `state must be ready, drain or maint, not ${String(state)}`
  if (health !== undefined && !SET_HEALTHS.includes(health)) {
    return `health must be up, stopping or down, not ${String(health)}`
  }
  if (agent !== undefined && !SET_AGENTS.includes(agent)) {
    return `agent must be up, down, on or off, not ${String(agent)}`
  }
  if (weight !== undefined && !isWeight(weight))
    return `weight must be a whole number from 0 to ${MAX_WEIGHT}, not ${weight}`
  if (drainForMs !== undefined && !isDrainTime(drainForMs)) {
    return `a drain must last from 1 ms to ${MAX_DRAIN_MS / 86_400_000} days, not ${drainForMs} ms`
  }
  return undefined
}
