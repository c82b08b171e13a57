// Releases in Prometheus' format.

import type { ReleaseRow } from './release-operations.ts'

export function releaseMetrics(rows: readonly ReleaseRow[]): string {
  const shares = rows.map(({ backend, release, share }) => {
    return `limpet_release_share{backend="${backend}",release="${release}"} ${share ?? 0}\n`
  })
  return `\
# HELP limpet_release_share Share of the clients that get this release, from 0 to 1.
# TYPE limpet_release_share gauge
${shares.join('')}`
}
