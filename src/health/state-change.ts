// What an operator may change of a server: checked before anything of it is kept, since a state that cannot be read back, or a
// time that no clock has, would make every later command fail.

import type { AdminState } from '../config/config.ts'

export interface StateChange {
  readonly state?: AdminState | undefined
  readonly weight?: number | undefined
  /** As if checks had said so. */
  readonly health?: 'up' | 'down' | 'stopping' | undefined
  /** How long a drain lasts before it becomes maint. */
  readonly drainForMs?: number | undefined
}

export const MAX_WEIGHT = 256
export const MAX_DRAIN_MS = 365 * 86_400_000

const STATES: readonly unknown[] = ['ready', 'drain', 'maint']
const HEALTHS: readonly unknown[] = ['up', 'down', 'stopping']

export function isWeight(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_WEIGHT
}

export function isDrainTime(ms: number | undefined): ms is number {
  return ms !== undefined && Number.isSafeInteger(ms) && ms > 0 && ms <= MAX_DRAIN_MS
}

export function isAdminState(value: unknown): value is AdminState {
  return STATES.includes(value)
}

/** What is wrong with a change; undefined: nothing. */
export function changeProblem({ state, weight, health, drainForMs }: StateChange): string | undefined {
  if (state !== undefined && !isAdminState(state)) return `state must be ready, drain or maint, not ${String(state)}`
  if (health !== undefined && !HEALTHS.includes(health)) {
    return `health must be up, stopping or down, not ${String(health)}`
  }
  if (weight !== undefined && !isWeight(weight))
    return `weight must be a whole number from 0 to ${MAX_WEIGHT}, not ${weight}`
  if (drainForMs !== undefined && !isDrainTime(drainForMs)) {
    return `a drain must last from 1 ms to ${MAX_DRAIN_MS / 86_400_000} days, not ${drainForMs} ms`
  }
  return undefined
}
