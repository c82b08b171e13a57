// The Monitor's views of servers under this configuration's names. In a gradual deployment the Monitor runs one version for all: it
// may know a server by another name, not know it yet, or know one that no longer exists.

import type { Config } from '../config/config.ts'
import { createServerRegistry } from './server-registry.ts'
import { readServerView, viewOf } from './server-view.ts'
import type { SentServerView, ServerView } from './server-view.ts'
import { serverKey } from '../config/keys.ts'

/** One view for each configured server. One that the Monitor does not know is as configured, which is how it is served. */
export function ownViews(config: Config, views: readonly SentServerView[], nowMs: number): readonly ServerView[] {
  const byKey = new Map(views.flatMap((view) => keysOf(view).map((key) => [key, view] as const)))
  const { entries } = createServerRegistry(config, new Map(), nowMs)
  return [...entries.values()].map((entry) => {
    const known = entry.keys.map((key) => byKey.get(key)).find((each) => each !== undefined)
    return known ? { ...readServerView(known), backend: entry.backend.name, server: entry.server.name } : viewOf(entry)
  })
}

function keysOf({ keys, backend, server }: SentServerView): readonly string[] {
  return keys ?? [serverKey(backend, server)]
}
