// What is counted, by name: all that adding up needs. What each means is counters.ts's, which only operators' answers are made of.
// A name is HAProxy's where HAProxy has one (management manual 9.1). It is stored and reported, so it stays; more may be added.

export const COUNTER_NAMES = [
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
  'timed',
  'qtime',
  'rtime',
  'ttime',
  'failed_open',
  'table_calls',
  'verdict_v',
  'verdict_n',
  'verdict_i',
  'verdict_d',
  'verdict_e',
  'verdict_o',
  'verdict_u',
] as const

export type Counter = (typeof COUNTER_NAMES)[number]

/**
 * Of backends with releases and of their servers; no other tally has them. `by` as `releaseBy` in the log, of requests that a server
 * answered; void pins name a release that has ended or left the list.
 */
export type ReleaseCounter =
  | `release_by_${'use' | 'id' | 'live' | 'pin' | 'server' | 'draw' | 'down'}`
  | 'release_rescues_found'
  | 'release_rescues_missing'
  | 'release_void_pins'
