// All that operators have for releases: commands, lines of the page, metrics. Imported only where a backend has some.

import { releaseMetrics } from './release-metrics.ts'
import type { ReleaseFacts, ReleaseOperations, ReleasePorts } from './release-operations.ts'
import { createAct, releaseGroups } from './release-page.ts'
import { releaseRows } from './release-rows.ts'

export { createReleaseCommands } from './release-commands.ts'

export function createReleaseOperations(ports: ReleasePorts): ReleaseOperations {
  const rows = async (facts: ReleaseFacts) => releaseRows(await ports.views(), facts)
  return {
    ...ports,
    rows,
    groups: async (facts, isAdmin) => releaseGroups(await rows(facts), facts.config, isAdmin),
    act: createAct(ports),
    metrics: async (facts) => releaseMetrics(await rows(facts), facts),
  }
}
