// All that operators have for releases: commands, lines of the page, metrics. Imported only where a backend has some.

import { releaseMetrics } from './release-metrics.ts'
import type { ReleaseOperations, ReleasePorts } from './release-operations.ts'
import { createAct, releaseGroups } from './release-page.ts'
import { releaseRows } from './release-rows.ts'

export { createReleaseCommands } from './release-commands.ts'

export function createReleaseOperations(ports: ReleasePorts): ReleaseOperations {
  return { ...ports, rows: releaseRows, groups: releaseGroups, act: createAct(ports), metrics: releaseMetrics }
}
