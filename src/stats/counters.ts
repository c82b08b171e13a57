// Everything that is counted (counter-names.ts), one row a counter: who adds to it, whose rows show it, and its words in `show stat`, in
// Prometheus' metrics and on the statistics page, which are all made from here. Gauges and limits are not counters: admin/ has those.
// An isolate that nobody looks at does not run this.

import type { Counter } from './counter-names.ts'

export type Kind = 'frontend' | 'backend' | 'server'

export const ALL: readonly Kind[] = ['frontend', 'backend', 'server']
export const BEHIND: readonly Kind[] = ['backend', 'server']
const BEFORE: readonly Kind[] = ['frontend', 'backend']
const FRONTEND: readonly Kind[] = ['frontend']
const BACKEND: readonly Kind[] = ['backend']

export interface CounterRow {
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
    kinds: ALL,
    column: 'Requests since the counters were cleared',
    metric: ['sessions_total', 'Requests.'],
    heading: ['Total', 'Requests'],
  },
  bin: {
    kinds: ALL,
    column: 'Bytes of requests',
    metric: ['bytes_in_total', 'Bytes of request bodies.'],
    heading: ['In', 'Bytes of request bodies'],
  },
  bout: {
    kinds: ALL,
    column: 'Bytes of responses',
    metric: ['bytes_out_total', 'Bytes of response bodies.'],
    heading: ['Out', 'Bytes of response bodies'],
  },
  dreq: {
    kinds: BEFORE,
    column: 'Requests that rules refused',
    metric: ['requests_denied_total', 'Requests that rules refused.'],
  },
  dresp: {
    kinds: ALL,
    column: 'Responses that rules refused',
    metric: ['responses_denied_total', 'Responses that rules refused.'],
  },
  ereq: {
    kinds: FRONTEND,
    column: 'Requests that could not be read',
    metric: ['request_errors_total', 'Requests that could not be read.'],
  },
  econ: {
    kinds: BEHIND,
    column: 'Attempts that reached no server',
    metric: ['connection_errors_total', 'Requests that reached no server.'],
    heading: ['Failed', 'Attempts that failed'],
  },
  eresp: {
    kinds: BEHIND,
    column: 'Responses that broke off or could not be read',
    metric: ['response_errors_total', 'Responses that were none.'],
  },
  wretr: {
    kinds: BEHIND,
    column: 'Attempts at the same server again',
    metric: ['retry_warnings_total', 'Further attempts at the same server.'],
    heading: ['Retried'],
  },
  wredis: {
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
    kinds: BEHIND,
    column: 'How often balancing chose it',
    metric: ['loadbalanced_total', 'Requests that the policy placed.'],
  },
  cli_abrt: { kinds: BEHIND, column: 'Transfers that clients broke off' },
  srv_abrt: { kinds: BEHIND, column: 'Transfers that servers broke off' },
  intercepted: { kinds: FRONTEND, column: 'Requests that the frontend answered itself' },
  // Requests whose times are in the three sums below.
  timed: { kinds: [] },
  qtime: {
    kinds: BEHIND,
    isAverage: true,
    column: 'Average milliseconds that requests waited for a slot',
    metric: ['queue_time_average_seconds', 'Average wait for a slot.'],
  },
  rtime: {
    kinds: BEHIND,
    isAverage: true,
    column: 'Average milliseconds until a response began',
    metric: ['response_time_average_seconds', 'Average time until headers.'],
  },
  ttime: {
    kinds: BEHIND,
    isAverage: true,
    column: 'Average milliseconds of whole requests',
    metric: ['total_time_average_seconds', 'Average time of a request.'],
  },
  failed_open: {
    kinds: BEHIND,
    metric: ['failed_open_total', 'Requests served although a stick table or a limit could not be reached.'],
  },
  table_calls: { kinds: BACKEND, metric: ['table_calls_total', 'Calls to stick tables.'] },
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
} as const satisfies Readonly<Record<Counter, CounterRow>>

/** The function that adds to each, or one of them: a test finds it. */
export const COUNTED_BY: Readonly<Record<Counter, string>> = {
  stot: 'countRequest',
  bin: 'countBytes',
  bout: 'countBytes',
  dreq: 'countDenied',
  dresp: 'countDeniedResponse',
  ereq: 'countUnreadable',
  econ: 'countUnreached',
  eresp: 'countAttempt',
  wretr: 'countRetry',
  wredis: 'countRedispatch',
  hrsp_1xx: 'countResponse',
  hrsp_2xx: 'countResponse',
  hrsp_3xx: 'countResponse',
  hrsp_4xx: 'countResponse',
  hrsp_5xx: 'countResponse',
  hrsp_other: 'countResponse',
  lbtot: 'countBalanced',
  cli_abrt: 'countBytes',
  srv_abrt: 'countBytes',
  intercepted: 'countIntercepted',
  timed: 'countRequest',
  qtime: 'countRequest',
  rtime: 'countRequest',
  ttime: 'countRequest',
  failed_open: 'countStick',
  table_calls: 'countStick',
  verdict_v: 'countVerdict',
  verdict_n: 'countVerdict',
  verdict_i: 'countVerdict',
  verdict_d: 'countVerdict',
  verdict_e: 'countVerdict',
  verdict_o: 'countVerdict',
  verdict_u: 'countVerdict',
}

export const COUNTER_ROWS = Object.entries(COUNTERS) as unknown as readonly (readonly [Counter, CounterRow])[]

function ofClass(code: string, statuses: string): CounterRow {
  return {
    kinds: ALL,
    column: `Responses with ${statuses}`,
    metric: ['http_responses_total', 'Responses by class of status.', code],
    heading: [code],
  }
}

function ofVerdict(phrase?: string, name?: string, help?: string): CounterRow {
  return {
    kinds: BACKEND,
    ...(phrase === undefined ? {} : { phrase }),
    ...(name === undefined ? {} : { metric: [name, help!] }),
  }
}
