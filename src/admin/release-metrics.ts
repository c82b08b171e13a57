// Releases in Prometheus' format.

import type { ReleaseOperations } from './release-operations.ts'
import { releaseRows } from './release-rows.ts'

export const releaseMetrics: ReleaseOperations['metrics'] = async (operations, counters) => {
  const rows = await releaseRows(operations, counters)
  const shares = rows.map(({ backend, release, share }) => {
    return `limpet_release_share{backend="${backend}",release="${release}"} ${share ?? 0}\n`
  })
  return `\
# HELP limpet_release_share Share of the clients that get this release, from 0 to 1.
# TYPE limpet_release_share gauge
${shares.join('')}`
}
