// Rows of `show stat` as HAProxy writes them: CSV, typed, JSON (management manual 9.1, 9.2).

import { COLUMNS, MODULE_COLUMNS } from './columns.ts'
import type { Column } from './columns.ts'
import type { StatRow } from './stat-rows.ts'

const HEADER = `# ${[...COLUMNS.map(({ name }) => name), '-', ...MODULE_COLUMNS.map(({ name }) => name)].join(',')},`
/** How many of the modules' columns a server has. */
const SERVER_MODULES = 3

export interface CsvOptions {
  /** Over HTTP HAProxy hides the servers' addresses, unless it is told to show them. */
  readonly hidesAddresses?: boolean
}

export function toCsv(rows: readonly StatRow[], { hidesAddresses = false }: CsvOptions = {}): string {
  const hidden = hidesAddresses ? new Set(['addr', 'cookie', 'algo']) : new Set<string>()
  const lines = rows.map(({ kind, cells }) => {
    const known = COLUMNS.map(({ name }) => (hidden.has(name) ? '' : quoted(cells[name] ?? '')))
    const modules = MODULE_COLUMNS.map((_, i) => (kind !== 'Server' || i < SERVER_MODULES ? '0' : ''))
    return `${[...known, '-', ...modules].join(',')},`
  })
  return `${[HEADER, ...lines].join('\n')}\n`
}

function quoted(value: string | number): string {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** HAProxy gives some columns of a backend another name than of a server. */
const BACKEND_GAUGES = new Set(['act', 'bck', 'rate', 'rate_max'])

function tagsIn(kind: StatRow['kind'], { name, tags }: Column): string {
  return kind === 'Backend' && BACKEND_GAUGES.has(name) ? 'MGP' : tags
}

/** `isDescribed`: each with what it means, as `desc` asks for. */
export function toTyped(rows: readonly StatRow[], isDescribed = false): string {
  return rows
    .map(({ kind, proxyId, serverId, cells }) =>
      COLUMNS.flatMap((column, position) => {
        const { name, type, description } = column
        const value = cells[name]
        if (value === undefined) return []
        const described = isDescribed ? `:"${description}"` : ''
        return `${kind[0]}.${proxyId}.${serverId}.${position}.${name}.1:${tagsIn(kind, column)}:${type}:${value}${described}\n`
      }).join(''),
    )
    .join('')
}

const ORIGINS: Readonly<Record<string, string>> = { M: 'Metric', S: 'Status', K: 'Key', C: 'Config', P: 'Product' }
const NATURES: Readonly<Record<string, string>> = {
  A: 'Age',
  a: 'Avg',
  C: 'Counter',
  D: 'Duration',
  G: 'Gauge',
  L: 'Limit',
  M: 'Max',
  m: 'Min',
  N: 'Name',
  O: 'Output',
  R: 'Rate',
  T: 'Time',
}
const SCOPES: Readonly<Record<string, string>> = { C: 'Cluster', P: 'Process', S: 'Service', p: 'System' }

export function tagsOf(tags: string) {
  return { origin: ORIGINS[tags[0]!], nature: NATURES[tags[1]!], scope: SCOPES[tags[2]!] }
}

export function toJson(rows: readonly StatRow[]): string {
  return JSON.stringify(
    rows.map(({ kind, proxyId, serverId, cells }) =>
      COLUMNS.flatMap((column, pos) => {
        const { name, type } = column
        const value = cells[name]
        if (value === undefined) return []
        return {
          objType: kind,
          proxyId,
          id: serverId,
          field: { pos, name },
          processNum: 1,
          tags: tagsOf(tagsIn(kind, column)),
          value: { type, value },
        }
      }),
    ),
  )
}
