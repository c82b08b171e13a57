// A server's saved record under today's configuration: which overrides apply, and whether its counter of checks still counts.

import type { Server } from '../config/config.ts'
import { trialOf } from './fetch-trial.ts'
import { clampHealth, initialHealth } from './rise-fall.ts'
import type { ServerRecord } from './server-record.ts'

/** A fresh one for a new server. */
export function adoptRecord(server: Server, saved: ServerRecord | undefined, nowMs: number): ServerRecord {
  const health = server.check ? initialHealth(server.check) : 0
  const trial = trialOf(server, saved)
  if (!saved)
    return { stateOverride: null, weightOverride: null, health, lastCheck: null, lastChangeMs: nowMs, ...trial }
  return {
    ...saved,
    ...overridesFor(server, saved, nowMs),
    // A server that was not checked before has no counter worth keeping.
    health: server.check && saved.lastCheck ? clampHealth(saved.health, server.check) : health,
    ...trial,
  }
}

/** How long an override is kept after a configuration has changed the value that it replaced. */
const ASIDE_MS = 86_400_000

/** Which overrides apply under this configuration, and which wait for the configuration that they were made under. */
function overridesFor(server: Server, saved: ServerRecord, nowMs: number) {
  const kept = saved.aside && nowMs - saved.aside.sinceMs < ASIDE_MS ? saved.aside : undefined
  const states = [saved.stateOverride, kept?.state ?? null]
  const weights = [saved.weightOverride, kept?.weight ?? null]
  const state = states.find((each) => each !== null && each.configured !== server.state) ?? null
  const weight = weights.find((each) => each !== null && each.configured !== server.weight) ?? null
  return {
    stateOverride: states.find((each) => each?.configured === server.state) ?? null,
    weightOverride: weights.find((each) => each?.configured === server.weight) ?? null,
    aside: state || weight ? { state, weight, sinceMs: kept?.sinceMs ?? nowMs } : undefined,
  }
}
