// Prometheus' text format, with the names of HAProxy's own exporter, so that dashboards made for it work.

import { proxyKey } from '../config/keys.ts'
import { allRows } from './stat-command.ts'
import { ALL, BEHIND, COUNTER_ROWS, COUNTERS } from '../stats/counters.ts'
import type { Counter } from '../stats/counter-names.ts'
import type { CounterRow, Kind } from '../stats/counters.ts'
import type { Shown } from '../server/states.ts'
import { shownWord } from '../server/status.ts'
import type { CountersView, Operations, TableView } from './operations.ts'
import type { StatRow } from './stat-rows.ts'

interface Metric {
  /** Behind `haproxy_KIND_`. */
  readonly name: string
  readonly help: string
  readonly kinds: readonly Kind[]
  /** Labels and value of each sample of a row. */
  samples(row: StatRow): readonly (readonly [string, number])[]
}

function column(name: string, cell: string, help: string, kinds: readonly Kind[], factor = 1): Metric {
  return {
    name,
    help,
    kinds,
    samples: ({ cells }) => (typeof cells[cell] === 'number' ? [['', cells[cell] * factor]] : []),
  }
}

/** A counter's metric is named by its row; counters that share a metric are named by the first. */
function counter(counted: Counter): Metric {
  const { metric, kinds, isAverage }: CounterRow = COUNTERS[counted]
  const [name, help] = metric!
  const sharing = COUNTER_ROWS.filter(([, row]) => row.metric?.[0] === name)
  const factor = isAverage ? 0.001 : 1
  return {
    name,
    help,
    kinds,
    samples: ({ cells }) =>
      sharing.map(([cell, row]) => [labelOf('code', row.metric![2]), Number(cells[cell]) * factor] as const),
  }
}

function labelOf(label: string, value: string | undefined): string {
  return value === undefined ? '' : `,${label}="${value}"`
}

const STATES: Readonly<Record<Kind, readonly Shown[]>> = {
  frontend: ['up', 'down'],
  backend: ['up', 'down'],
  server: ['down', 'up', 'maint', 'drain', 'nolb'],
}

const METRICS: readonly Metric[] = [
  {
    name: 'status',
    help: 'Current status, one sample for each state: 1 for the current one.',
    kinds: ALL,
    samples: (row) =>
      STATES[kindOf(row)].map((state) => [labelOf('state', shownWord(state)), state === row.shown ? 1 : 0] as const),
  },
  column('current_sessions', 'scur', 'Requests in progress.', ALL),
  column('max_sessions', 'smax', 'The most requests in progress at once.', ALL),
  column('limit_sessions', 'slim', 'Configured limit of requests in progress.', ALL),
  counter('stot'),
  column('current_session_rate', 'rate', 'Requests a second.', ALL),
  column('max_session_rate', 'rate_max', 'The most requests a second.', ALL),
  column('http_requests_total', 'req_tot', 'HTTP requests.', ['frontend', 'backend']),
  counter('bin'),
  counter('bout'),
  counter('dreq'),
  counter('dresp'),
  counter('ereq'),
  counter('econ'),
  counter('eresp'),
  counter('wretr'),
  counter('wredis'),
  counter('hrsp_1xx'),
  column('current_queue', 'qcur', 'Requests that wait for a slot.', BEHIND),
  column('max_queue', 'qmax', 'The most requests that waited for a slot.', BEHIND),
  counter('lbtot'),
  column('weight', 'weight', 'Weight.', BEHIND),
  column('active_servers', 'act', 'Active servers that get new clients.', ['backend']),
  column('backup_servers', 'bck', 'Backup servers that get new clients.', ['backend']),
  column('check_failures_total', 'chkfail', 'Checks that failed while the server was up.', ['server']),
  column('check_up_down_total', 'chkdown', 'How often it went down.', BEHIND),
  column('check_last_change_seconds', 'lastchg', 'Seconds since the last change.', BEHIND),
  column('downtime_seconds_total', 'downtime', 'Seconds without service.', BEHIND),
  column('check_duration_seconds', 'check_duration', 'How long the last check took.', ['server'], 0.001),
  column('check_code', 'check_code', 'HTTP status of the last check.', ['server']),
  counter('qtime'),
  counter('rtime'),
  counter('ttime'),
  column('last_session_seconds', 'lastsess', 'Seconds since the last request.', BEHIND),
]

export async function metricsText(operations: Operations): Promise<string> {
  const rows = await allRows(operations)
  let text = ''
  for (const kind of ALL) {
    const own = rows.filter((row) => kindOf(row) === kind)
    for (const { name, help, kinds, samples } of METRICS) {
      if (!kinds.includes(kind)) continue
      const lines = own.flatMap((row) =>
        samples(row).map(([labels, value]) => `haproxy_${kind}_${name}{${labelsOf(row)}${labels}} ${value}\n`),
      )
      if (lines.length === 0) continue
      text += introduced(`haproxy_${kind}_${name}`, help, lines)
    }
  }
  const { sinceMs, totals } = await operations.counters()
  text += ownMetrics(operations, totals) + tableMetrics(await tablesOf(operations))
  const { config, releases, now } = operations
  text += (await releases?.metrics({ config, totals, nowMs: now() })) ?? ''
  const uptimeS = Math.floor((operations.now() - sinceMs) / 1000)
  const uptime = 'haproxy_process_uptime_seconds'
  return text + introduced(uptime, 'Seconds since counting began.', [`${uptime} ${uptimeS}\n`])
}

/** What only grows is a counter, and its name ends in `_total`; anything else is a gauge. */
function introduced(name: string, help: string, samples: readonly string[]): string {
  const type = name.endsWith('_total') ? 'counter' : 'gauge'
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join('')}`
}

/** Metrics that HAProxy does not have. */
const OWN = COUNTER_ROWS.filter(([, { column: known, metric }]) => known === undefined && metric)

function ownMetrics({ config }: Operations, totals: CountersView['totals']): string {
  return OWN.map(([counted, { metric }]) => {
    const [own, help] = metric!
    const name = `limpet_backend_${own}`
    const lines = config.backends.map((backend) => {
      // A limit is a server's; the rest is counted of backends.
      const keys = [
        proxyKey('backend', backend.name),
        ...backend.servers.map((server) => proxyKey('server', backend.name, server.name)),
      ]
      const value = keys.reduce((sum, key) => sum + (totals[key]?.counts[counted] ?? 0), 0)
      return `${name}{proxy="${escaped(backend.name)}"} ${value}\n`
    })
    return introduced(name, help, lines)
  }).join('')
}

/** A table that does not answer must not hide what checks say. */
function tablesOf(operations: Operations): Promise<readonly TableView[]> {
  return operations.tables(0).catch(() => [])
}

function tableMetrics(tables: readonly TableView[]): string {
  const metric = (name: string, help: string, valueOf: (table: TableView) => number | undefined) => {
    const samples = tables.flatMap((table) => {
      const value = valueOf(table)
      const labels = `name="${escaped(table.name)}",type="${table.config.type}"`
      return value === undefined ? [] : [`haproxy_sticktable_${name}{${labels}} ${value}\n`]
    })
    return samples.length === 0 ? '' : introduced(`haproxy_sticktable_${name}`, help, samples)
  }
  return (
    metric('size', 'Stick table size.', ({ config }) => config.size) +
    metric('used', 'Number of entries used in this stick table.', ({ count }) => count)
  )
}

function kindOf({ kind }: StatRow): Kind {
  return kind.toLowerCase() as Kind
}

function labelsOf({ kind, cells }: StatRow): string {
  const proxy = `proxy="${escaped(cells['pxname'])}"`
  return kind === 'Server' ? `${proxy},server="${escaped(cells['svname'])}"` : proxy
}

function escaped(value: string | number | undefined): string {
  return String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
