// Prometheus' text format, with the names of HAProxy's own exporter, so that dashboards made for it work.

import { proxyKey } from '../config/keys.ts'
import { allRows } from './commands.ts'
import type { Shown } from '../server/states.ts'
import { shownWord } from '../server/status.ts'
import type { Counter } from '../stats/tally.ts'
import type { CountersView, Operations } from './operations.ts'
import type { StatRow } from './stat-rows.ts'

type Kind = 'frontend' | 'backend' | 'server'

interface Metric {
  /** Behind `haproxy_KIND_`. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly kinds: readonly Kind[]
  /** Labels and value of each sample of a row. */
  samples(row: StatRow): readonly (readonly [string, number])[]
}

const ALL = ['frontend', 'backend', 'server'] as const
const BEHIND = ['backend', 'server'] as const

function column(
  name: string,
  cell: string,
  type: Metric['type'],
  help: string,
  kinds: readonly Kind[],
  factor = 1,
): Metric {
  return {
    name,
    type,
    help,
    kinds,
    samples: ({ cells }) => (typeof cells[cell] === 'number' ? [['', cells[cell] * factor]] : []),
  }
}

const STATES: Readonly<Record<Kind, readonly Shown[]>> = {
  frontend: ['up', 'down'],
  backend: ['up', 'down'],
  server: ['down', 'up', 'maint', 'drain', 'nolb'],
}

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const

const METRICS: readonly Metric[] = [
  {
    name: 'status',
    type: 'gauge',
    help: 'Current status, one sample for each state: 1 for the current one.',
    kinds: ALL,
    samples: (row) =>
      STATES[kindOf(row)].map((state) => [`,state="${shownWord(state)}"`, state === row.shown ? 1 : 0] as const),
  },
  column('current_sessions', 'scur', 'gauge', 'Requests in progress.', ALL),
  column('max_sessions', 'smax', 'gauge', 'The most requests in progress at once.', ALL),
  column('limit_sessions', 'slim', 'gauge', 'Configured limit of requests in progress.', ALL),
  column('sessions_total', 'stot', 'counter', 'Requests.', ALL),
  column('current_session_rate', 'rate', 'gauge', 'Requests a second.', ALL),
  column('max_session_rate', 'rate_max', 'gauge', 'The most requests a second.', ALL),
  column('http_requests_total', 'req_tot', 'counter', 'HTTP requests.', ['frontend', 'backend']),
  column('bytes_in_total', 'bin', 'counter', 'Bytes of request bodies.', ALL),
  column('bytes_out_total', 'bout', 'counter', 'Bytes of response bodies.', ALL),
  column('requests_denied_total', 'dreq', 'counter', 'Requests that rules refused.', ['frontend', 'backend']),
  column('responses_denied_total', 'dresp', 'counter', 'Responses that rules refused.', ALL),
  column('request_errors_total', 'ereq', 'counter', 'Requests that could not be read.', ['frontend']),
  column('connection_errors_total', 'econ', 'counter', 'Requests that reached no server.', BEHIND),
  column('response_errors_total', 'eresp', 'counter', 'Responses that were none.', BEHIND),
  column('retry_warnings_total', 'wretr', 'counter', 'Further attempts at the same server.', BEHIND),
  column('redispatch_warnings_total', 'wredis', 'counter', 'Requests that went to another server.', BEHIND),
  {
    name: 'http_responses_total',
    type: 'counter',
    help: 'Responses by class of status.',
    kinds: ALL,
    samples: ({ cells }) => CLASSES.map((name) => [`,code="${name}"`, Number(cells[`hrsp_${name}`] ?? 0)] as const),
  },
  column('current_queue', 'qcur', 'gauge', 'Requests that wait for a slot.', BEHIND),
  column('max_queue', 'qmax', 'gauge', 'The most requests that waited for a slot.', BEHIND),
  column('loadbalanced_total', 'lbtot', 'counter', 'Requests that the policy placed.', BEHIND),
  column('weight', 'weight', 'gauge', 'Weight.', BEHIND),
  column('active_servers', 'act', 'gauge', 'Active servers that get new clients.', ['backend']),
  column('backup_servers', 'bck', 'gauge', 'Backup servers that get new clients.', ['backend']),
  column('check_failures_total', 'chkfail', 'counter', 'Checks that failed while the server was up.', ['server']),
  column('check_up_down_total', 'chkdown', 'counter', 'How often it went down.', BEHIND),
  column('check_last_change_seconds', 'lastchg', 'gauge', 'Seconds since the last change.', BEHIND),
  column('downtime_seconds_total', 'downtime', 'counter', 'Seconds without service.', BEHIND),
  column('check_duration_seconds', 'check_duration', 'gauge', 'How long the last check took.', ['server'], 0.001),
  column('check_code', 'check_code', 'gauge', 'HTTP status of the last check.', ['server']),
  column('queue_time_average_seconds', 'qtime', 'gauge', 'Average wait for a slot.', BEHIND, 0.001),
  column('response_time_average_seconds', 'rtime', 'gauge', 'Average time until headers.', BEHIND, 0.001),
  column('total_time_average_seconds', 'ttime', 'gauge', 'Average time of a request.', BEHIND, 0.001),
  column('last_session_seconds', 'lastsess', 'gauge', 'Seconds since the last request.', BEHIND),
]

export async function metricsText(operations: Operations): Promise<string> {
  const rows = await allRows(operations)
  let text = ''
  for (const kind of ALL) {
    const own = rows.filter((row) => kindOf(row) === kind)
    for (const { name, type, help, kinds, samples } of METRICS) {
      if (!kinds.includes(kind)) continue
      const lines = own.flatMap((row) =>
        samples(row).map(([labels, value]) => `haproxy_${kind}_${name}{${labelsOf(row)}${labels}} ${value}\n`),
      )
      if (lines.length === 0) continue
      text += `# HELP haproxy_${kind}_${name} ${help}\n# TYPE haproxy_${kind}_${name} ${type}\n${lines.join('')}`
    }
  }
  const { sinceMs, totals } = await operations.counters()
  text += ownMetrics(operations, totals)
  const uptimeS = Math.floor((operations.now() - sinceMs) / 1000)
  return `${text}# HELP haproxy_process_uptime_seconds Seconds since counting began.\n# TYPE haproxy_process_uptime_seconds gauge\nhaproxy_process_uptime_seconds ${uptimeS}\n`
}

/** What HAProxy has no name for. */
const OWN: readonly (readonly [string, string, Counter])[] = [
  ['failed_open_total', 'Requests served although a table or a limit could not be had.', 'failed_open'],
  ['table_calls_total', 'Calls to stick tables.', 'table_calls'],
  ['cookie_valid_total', 'Requests with a valid cookie.', 'verdict_v'],
  ['cookie_none_total', 'Requests without a cookie.', 'verdict_n'],
  ['cookie_invalid_total', 'Requests with a cookie that is none of ours.', 'verdict_i'],
  ['cookie_down_total', 'Requests whose server was down.', 'verdict_d'],
]

function ownMetrics({ config }: Operations, totals: CountersView['totals']): string {
  return OWN.map(([name, help, counter]) => {
    const lines = config.backends.map((backend) => {
      // A limit is a server's; the rest is counted of backends.
      const keys = [
        proxyKey('backend', backend.name),
        ...backend.servers.map((server) => proxyKey('server', backend.name, server.name)),
      ]
      const value = keys.reduce((sum, key) => sum + (totals[key]?.counts[counter] ?? 0), 0)
      return `limpet_backend_${name}{proxy="${escaped(backend.name)}"} ${value}\n`
    })
    return `# HELP limpet_backend_${name} ${help}\n# TYPE limpet_backend_${name} counter\n${lines.join('')}`
  }).join('')
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
