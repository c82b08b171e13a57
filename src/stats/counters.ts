// Everything that is counted, one row a counter: who adds to it, whose rows show it, and its words in `show stat`, in Prometheus'
// metrics and on the statistics page, which are all made from here. Gauges and limits are not counters: admin/ has those.
// A name is HAProxy's where HAProxy has one (management manual 9.1). It is stored and reported, so it stays; more may be added.

export type Kind = 'frontend' | 'backend' | 'server'

export const ALL: readonly Kind[] = ['frontend', 'backend', 'server']
export const BEHIND: readonly Kind[] = ['backend', 'server']
const BEFORE: readonly Kind[] = ['frontend', 'backend']
const FRONTEND: readonly Kind[] = ['frontend']
const BACKEND: readonly Kind[] = ['backend']

export interface CounterRow {
  /** The function that adds to it, or one of them. */
  readonly by: string
  /** Whose figures show it. */
  readonly kinds: readonly Kind[]
  /** What its column of `show stat` means, for `desc`. Without one it is Limpet's own: `show stat` has only HAProxy's columns. */
  readonly column?: string
  /** Milliseconds, summed up: its column and its metric are the average over `timed`. */
  readonly isAverage?: true
  /** Name and help, and what sets it apart from others of that name. Behind `haproxy_KIND_`; Limpet's own behind `limpet_backend_`. */
  readonly metric?: readonly [name: string, help: string, code?: string]
  /** On the statistics page: a heading, and what that means where it is short. */
  readonly heading?: readonly [text: string, meaning?: string]
  /** On the statistics page: what the counted requests came with. */
  readonly phrase?: string
}

export const COUNTERS = {
  stot: {
    by: 'countRequest',
    kinds: ALL,
    column: 'Requests since the counters were cleared',
    metric: ['sessions_total', 'Requests.'],
    heading: ['Total', 'Requests'],
  },
  bin: {
    by: 'countBytes',
    kinds: ALL,
    column: 'Bytes of requests',
    metric: ['bytes_in_total', 'Bytes of request bodies.'],
    heading: ['In', 'Bytes of request bodies'],
  },
  bout: {
    by: 'countBytes',
    kinds: ALL,
    column: 'Bytes of responses',
    metric: ['bytes_out_total', 'Bytes of response bodies.'],
    heading: ['Out', 'Bytes of response bodies'],
  },
  dreq: {
    by: 'countDenied',
    kinds: BEFORE,
    column: 'Requests that rules refused',
    metric: ['requests_denied_total', 'Requests that rules refused.'],
  },
  dresp: {
    by: 'countDeniedResponse',
    kinds: ALL,
    column: 'Responses that rules refused',
    metric: ['responses_denied_total', 'Responses that rules refused.'],
  },
  ereq: {
    by: 'countUnreadable',
    kinds: FRONTEND,
    column: 'Requests that could not be read',
    metric: ['request_errors_total', 'Requests that could not be read.'],
  },
  econ: {
    by: 'countUnreached',
    kinds: BEHIND,
    column: 'Attempts that reached no server',
    metric: ['connection_errors_total', 'Requests that reached no server.'],
    heading: ['Failed', 'Attempts that failed'],
  },
  eresp: {
    by: 'countAttempt',
    kinds: BEHIND,
    column: 'Responses that broke off or could not be read',
    metric: ['response_errors_total', 'Responses that were none.'],
  },
  wretr: {
    by: 'countRetry',
    kinds: BEHIND,
    column: 'Attempts at the same server again',
    metric: ['retry_warnings_total', 'Further attempts at the same server.'],
    heading: ['Retried'],
  },
  wredis: {
    by: 'countRedispatch',
    kinds: BEHIND,
    column: 'Attempts at another server',
    metric: ['redispatch_warnings_total', 'Requests that went to another server.'],
    heading: ['Moved', 'Requests that another server got'],
  },
  hrsp_1xx: ofClass('1xx', 'a status from 100 to 199'),
  hrsp_2xx: ofClass('2xx', 'a status from 200 to 299'),
  hrsp_3xx: ofClass('3xx', 'a status from 300 to 399'),
  hrsp_4xx: ofClass('4xx', 'a status from 400 to 499'),
  hrsp_5xx: ofClass('5xx', 'a status from 500 to 599'),
  hrsp_other: ofClass('other', 'any other status'),
  lbtot: {
    by: 'countBalanced',
    kinds: BEHIND,
    column: 'How often balancing chose it',
    metric: ['loadbalanced_total', 'Requests that the policy placed.'],
  },
  cli_abrt: { by: 'countBytes', kinds: BEHIND, column: 'Transfers that clients broke off' },
  srv_abrt: { by: 'countBytes', kinds: BEHIND, column: 'Transfers that servers broke off' },
  intercepted: { by: 'countIntercepted', kinds: FRONTEND, column: 'Requests that the frontend answered itself' },
  // Requests whose times are in the three sums below.
  timed: { by: 'countRequest', kinds: [] },
  qtime: {
    by: 'countRequest',
    kinds: BEHIND,
    isAverage: true,
    column: 'Average milliseconds that requests waited for a slot',
    metric: ['queue_time_average_seconds', 'Average wait for a slot.'],
  },
  rtime: {
    by: 'countRequest',
    kinds: BEHIND,
    isAverage: true,
    column: 'Average milliseconds until a response began',
    metric: ['response_time_average_seconds', 'Average time until headers.'],
  },
  ttime: {
    by: 'countRequest',
    kinds: BEHIND,
    isAverage: true,
    column: 'Average milliseconds of whole requests',
    metric: ['total_time_average_seconds', 'Average time of a request.'],
  },
  failed_open: {
    by: 'countStick',
    kinds: BEHIND,
    metric: ['failed_open_total', 'Requests served although a stick table or a limit could not be reached.'],
  },
  table_calls: { by: 'countStick', kinds: BACKEND, metric: ['table_calls_total', 'Calls to stick tables.'] },
  verdict_v: ofVerdict('with a valid cookie', 'cookie_valid_total', 'Requests with a valid cookie.'),
  verdict_n: ofVerdict('without a cookie', 'cookie_none_total', 'Requests without a cookie.'),
  verdict_i: ofVerdict(
    'with an invalid cookie',
    'cookie_invalid_total',
    'Requests with a cookie that is none of ours.',
  ),
  verdict_d: ofVerdict(
    'with the cookie of a server that is down',
    'cookie_down_total',
    'Requests whose server was down.',
  ),
  verdict_e: ofVerdict('with an expired cookie'),
  verdict_o: ofVerdict('with a cookie that is too old'),
  verdict_u: ofVerdict(),
} as const satisfies Readonly<Record<string, CounterRow>>

export type Counter = keyof typeof COUNTERS

export const COUNTER_ROWS = Object.entries(COUNTERS) as unknown as readonly (readonly [Counter, CounterRow])[]

function ofClass(code: string, statuses: string): CounterRow {
  return {
    by: 'countResponse',
    kinds: ALL,
    column: `Responses with ${statuses}`,
    metric: ['http_responses_total', 'Responses by class of status.', code],
    heading: [code],
  }
}

function ofVerdict(phrase?: string, name?: string, help?: string): CounterRow {
  return {
    by: 'countVerdict',
    kinds: BACKEND,
    ...(phrase === undefined ? {} : { phrase }),
    ...(name === undefined ? {} : { metric: [name, help!] }),
  }
}
