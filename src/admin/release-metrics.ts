// Releases in Prometheus' format.

import { proxyKey } from '../config/keys.ts'
import type { ReleaseBy } from '../releases/choose.ts'
import type { ReleaseCounter } from '../stats/counter-names.ts'
import type { ReleaseFacts, ReleaseRow } from './release-operations.ts'

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric, without `limpet_release_`. */
interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  samples(rows: readonly ReleaseRow[], facts: ReleaseFacts): readonly Sample[]
}

const BY: readonly ReleaseBy[] = ['use', 'id', 'live', 'pin', 'server', 'draw', 'down']
const OUTCOMES = ['found', 'missing'] as const

const METRICS: readonly Metric[] = [
  {
    name: 'share',
    type: 'gauge',
    help: 'Share of the clients that get this release, from 0 to 1.',
    samples: (rows) => rows.map(({ backend, release, share }) => ({ labels: { backend, release }, value: share ?? 0 })),
  },
  {
    name: 'requests_total',
    type: 'counter',
    help: 'Requests that servers of this release answered, by what chose the release.',
    samples: (rows, facts) =>
      rows.flatMap(({ backend, release }) =>
        BY.map((by) => ({
          labels: { backend, release, by },
          value: ofServers(facts, backend, release, `release_by_${by}`),
        })),
      ),
  },
  {
    name: 'rescues_total',
    type: 'counter',
    help: 'Files that a release did not have, by whether another one had it.',
    samples: (rows, facts) =>
      ownersOf(rows).flatMap((backend) =>
        OUTCOMES.map((outcome) => ({
          labels: { backend, outcome },
          value: ofBackends(facts, backend, `release_rescues_${outcome}`),
        })),
      ),
  },
  {
    name: 'void_pins_total',
    type: 'counter',
    help: 'Requests whose pin names a release that serves nothing any more.',
    samples: (rows, facts) =>
      ownersOf(rows).map((backend) => ({
        labels: { backend },
        value: ofBackends(facts, backend, 'release_void_pins'),
      })),
  },
]

/** Names need no escaping: an option's check allows letters, digits and four signs. */
export function releaseMetrics(rows: readonly ReleaseRow[], facts: ReleaseFacts): string {
  return METRICS.map(({ name, type, help, samples }) => {
    const metric = `limpet_release_${name}`
    const lines = samples(rows, facts).map(({ labels, value }) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`)
      return `${metric}{${text.join(',')}} ${value}\n`
    })
    return `# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n${lines.join('')}`
  }).join('')
}

function ownersOf(rows: readonly ReleaseRow[]): readonly string[] {
  return [...new Set(rows.map(({ backend }) => backend))]
}

/** The backend that has the releases, and those that follow it. */
function groupOf({ config }: ReleaseFacts, owner: string): ReleaseFacts['config']['backends'] {
  return config.backends.filter(({ releases }) => releases?.owner.name === owner)
}

function ofBackends(facts: ReleaseFacts, owner: string, counter: ReleaseCounter): number {
  return sum(groupOf(facts, owner).map(({ name }) => facts.totals[proxyKey('backend', name)]?.counts[counter]))
}

function ofServers(facts: ReleaseFacts, owner: string, release: string, counter: ReleaseCounter): number {
  return sum(
    groupOf(facts, owner).flatMap(({ name, servers }) =>
      servers
        .filter((server) => server.release === release)
        .map((server) => facts.totals[proxyKey('server', name, server.name)]?.counts[counter]),
    ),
  )
}

function sum(counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0)
}
