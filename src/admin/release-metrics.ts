// Releases in Prometheus' format.

import type { ReleaseRow } from './release-operations.ts'

const METRICS: readonly (readonly [name: string, type: string, help: string, valueOf: (row: ReleaseRow) => number])[] =
  [
    ['share', 'gauge', 'Share of the clients that get this release, from 0 to 1.', ({ share }) => share ?? 0],
    ['requests_total', 'counter', 'Requests to servers of this release.', ({ requests }) => requests],
  ]

/** Names need no escaping: an option's check allows letters, digits and four signs. */
export function releaseMetrics(rows: readonly ReleaseRow[]): string {
  return METRICS.map(([name, type, help, valueOf]) => {
    const metric = `limpet_release_${name}`
    const samples = rows.map((row) => {
      return `${metric}{backend="${row.backend}",release="${row.release}"} ${valueOf(row)}\n`
    })
    return `# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n${samples.join('')}`
  }).join('')
}
