// The tally of a frontend, backend or server, to which a request adds as it goes, and how tallies are added up. What is counted
// is counter-names.ts's. An isolate hands its tallies in now and then (report.ts) and begins anew.

import type { ProxyKey } from '../config/keys.ts'
import { COUNTER_NAMES } from './counter-names.ts'
import type { Counter, ReleaseCounter } from './counter-names.ts'

export type Counts = Record<Counter, number> & Partial<Record<ReleaseCounter, number>>

export interface Tally {
  readonly counts: Counts
  /** Requests in progress now; only where they are counted (leastconn, random, maxconn). */
  current: () => number
  /** Requests that wait for a slot now. */
  queued: () => number
  /** Counts requests by the second; undefined until a rule asks. */
  meter: { mark(nowMs: number): void; perSecond(nowMs: number): number } | undefined
}

const NOTHING_COUNTED = Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Counts

/** A copy costs a twentieth of adding name after name, and an isolate's first request makes one for each server. */
export function createCounts(): Counts {
  return { ...NOTHING_COUNTED }
}

export function countRelease(counts: Counts, name: ReleaseCounter): void {
  counts[name] = (counts[name] ?? 0) + 1
}

export function createTally(): Tally {
  return { counts: createCounts(), current: () => 0, queued: () => 0, meter: undefined }
}

/**
 * Also counters that only a later release knows: both run side by side while it is deployed. What is no number is left out: the
 * sum could not be kept.
 */
export function addCounts(sum: Counts, more: Readonly<Partial<Counts>>): void {
  for (const [name, count] of Object.entries(more) as [Counter, number][]) {
    if (Number.isFinite(count)) sum[name] = (sum[name] ?? 0) + count
  }
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

/** None, invalid, down, valid, expired, old, unused. */
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
