// What is counted, under HAProxy's names (management manual 9.1 "show stat"): one tally for each frontend, backend and
// server, to which a request adds as it goes. An isolate hands its tallies in now and then (report.ts) and begins anew.

import type { ProxyKey } from '../config/keys.ts'

export const COUNTERS = [
  'stot',
  'bin',
  'bout',
  'dreq',
  'dresp',
  'ereq',
  'econ',
  'eresp',
  'wretr',
  'wredis',
  'hrsp_1xx',
  'hrsp_2xx',
  'hrsp_3xx',
  'hrsp_4xx',
  'hrsp_5xx',
  'hrsp_other',
  'lbtot',
  'cli_abrt',
  'srv_abrt',
  'intercepted',
  // Milliseconds, summed up over the requests that `timed` counts.
  'timed',
  'qtime',
  'rtime',
  'ttime',
  // What clients' cookies came to: none, invalid, down, valid, expired, old, unused.
  'verdict_n',
  'verdict_i',
  'verdict_d',
  'verdict_v',
  'verdict_e',
  'verdict_o',
  'verdict_u',
  // Limpet's own: calls to stick tables, and requests that were served although a table could not be had.
  'table_calls',
  'failed_open',
] as const
export type Counter = (typeof COUNTERS)[number]
export type Counts = Record<Counter, number>

export interface Tally {
  readonly counts: Counts
  /** Requests in progress now; only where they are counted (leastconn, random, maxconn). */
  current: () => number
  /** Requests that wait for a slot now. */
  queued: () => number
}

export function createCounts(): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counts
}

export function createTally(): Tally {
  return { counts: createCounts(), current: () => 0, queued: () => 0 }
}

const RESPONSE_CLASSES = ['hrsp_other', 'hrsp_1xx', 'hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx'] as const

export function countResponse(counts: Counts, status: number): void {
  counts[RESPONSE_CLASSES[Math.floor(status / 100)] ?? 'hrsp_other'] += 1
}

/** HAProxy's letter for a cookie's verdict; `-`: there is no cookie. */
export function countVerdict(counts: Counts, letter: string): void {
  const name = VERDICTS[letter]
  if (name) counts[name] += 1
}

const VERDICTS: Readonly<Record<string, Counter>> = {
  N: 'verdict_n',
  I: 'verdict_i',
  D: 'verdict_d',
  V: 'verdict_v',
  E: 'verdict_e',
  O: 'verdict_o',
  U: 'verdict_u',
}

/** Whose tally it is. */
export type TallyKey = ProxyKey
