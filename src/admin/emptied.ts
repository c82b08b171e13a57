// Which backends a change would leave without a server for new clients, and which servers are their last, so that the
// operator can be asked first.

import type { Config } from '../config/config.ts'
import type { ServerView } from '../health/server-view.ts'
import { serverKey } from '../config/keys.ts'
import type { StateChange } from '../health/state-change.ts'
import { rightsOf } from '../server/states.ts'

export interface Emptied {
  readonly backend: string
  /** Its servers that still take new clients. */
  readonly servers: readonly string[]
}

export function emptiedBy(
  config: Config,
  views: readonly ServerView[],
  backend: string,
  servers: readonly string[],
  change: StateChange,
): readonly Emptied[] {
  const chosen = new Set(servers.map((server) => serverKey(backend, server)))
  if (!takesAway(change)) return []
  // A server that tracks another follows it into drain and maint, up and down; each has its own weight.
  const follows = change.state !== undefined || change.health !== undefined
  const gone = new Set(chosen)
  for (const { name, servers: members } of config.backends) {
    for (const { name: server, track } of members) {
      if (follows && track !== null && chosen.has(track)) gone.add(serverKey(name, server))
    }
  }
  return config.backends.flatMap(({ name }) => {
    const candidates = views.filter((view) => view.backend === name && view.isCandidate)
    const isEmptied =
      candidates.length > 0 && candidates.every((view) => gone.has(serverKey(view.backend, view.server)))
    return isEmptied ? [{ backend: name, servers: candidates.map(({ server }) => server) }] : []
  })
}

function takesAway({ state, weight, health }: StateChange): boolean {
  if (state !== undefined && !rightsOf({ admin: state, health: 'up' }).candidate) return true
  return weight === 0 || health === 'down' || health === 'stopping'
}
