// One server as the Monitor holds it, and the state that its record, its operator and the server that it tracks give it.

import type { Backend, Server } from '../config/config.ts'
import { isUnresolved } from '../server/configured-state.ts'
import { stricterState } from '../server/states.ts'
import type { AdminState, HealthState, ServerState } from '../server/states.ts'
import { isUp } from './rise-fall.ts'
import type { ServerRecord } from './server-record.ts'

export interface Entry {
  readonly backend: Backend
  readonly server: Server
  /** Its own and those of former names; all have its record, so that a later or restored name finds it. */
  readonly keys: readonly string[]
  record: ServerRecord
  /** The server whose health counts in place of its own (`track`). */
  tracked?: Entry
}

export function stateOf({ server, record, tracked }: Entry): ServerState {
  const source = tracked ?? { server, record }
  const health = healthOf(source.server, source.record)
  return {
    admin: stricterState(adminOf({ server, record }), adminOf(source)),
    health,
    weight: record.weightOverride?.value ?? server.weight,
    ...(health === 'starting' ? { startedMs: source.record.cameUpMs! } : {}),
  }
}

export function adminOf({ server, record }: Pick<Entry, 'server' | 'record'>): AdminState {
  return isUnresolved(server) ? 'maint' : (record.stateOverride?.value ?? server.state)
}

/** `starting` is never reset: readers know when it has ended. */
function healthOf(
  { check, agent: asked, slowstartMs }: Server,
  { health, nolb, cameUpMs, agent }: ServerRecord,
): HealthState {
  if (asked && agent?.isDown) return 'down'
  if (check && !isUp(health, check)) return 'down'
  if (!check && !asked) return 'up'
  if (nolb) return 'nolb'
  return slowstartMs !== null && cameUpMs !== undefined ? 'starting' : 'up'
}
