// What the body of `PATCH servers/BACKEND/SERVER` asks for. By hand: a library for these three fields would be in every bundle.

import { parseDurationMs } from '../config/duration.ts'
import { isDrainTime, isWeight, MAX_WEIGHT } from '../health/state-change.ts'
import type { StateChange } from '../health/state-change.ts'
import { ADMIN_STATES, isAdminState } from '../server/states.ts'
import { escaped } from './escaped.ts'

type Body = Readonly<Record<'state' | 'drainFor' | 'weight', unknown>>

const FIELDS = ['state', 'drainFor', 'weight']

/** The change, or everything that is wrong with the body. */
export function parseChange(body: unknown): { readonly change: StateChange } | { readonly problem: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { problem: 'the body must be a JSON object such as {"state":"drain","drainFor":"30m"} or {"weight":50}' }
  }
  const { state, drainFor, weight } = body as Body
  const drainForMs = typeof drainFor === 'string' ? parseDurationMs(drainFor) : undefined
  const problems = Object.keys(body)
    .filter((key) => !FIELDS.includes(key))
    .map((key) => `unknown field '${escaped(key)}': there are ${FIELDS.join(', ')}`)
  if (state !== undefined && !isAdminState(state)) problems.push(`state must be ${STATES}`)
  if (drainFor !== undefined && !isDrainTime(drainForMs)) {
    problems.push("drainFor must be a duration such as '30m', at most 365d")
  }
  if (weight !== undefined && !isWeight(weight)) problems.push(`weight must be a whole number from 0 to ${MAX_WEIGHT}`)
  if (problems.length === 0) {
    if (drainFor !== undefined && state !== 'drain') problems.push('drainFor is only for state drain')
    if (state === undefined && weight === undefined) problems.push('nothing to change: send state or weight')
  }
  if (problems.length > 0) return { problem: problems.join('; ') }
  return { change: { state, weight, drainForMs } as StateChange }
}

const STATES = `${ADMIN_STATES.slice(0, -1).join(', ')} or ${ADMIN_STATES.at(-1)}`
