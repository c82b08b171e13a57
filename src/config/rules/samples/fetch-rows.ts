// What can be fetched: one row for each. rules/fetches evaluates them, by the same names. HAProxy: configuration manual 7.3.

import type { Takes } from './argument.ts'
import type { SampleType } from './sample-type.ts'

/**
 * What it is of, which says where it may stand. `anything`: known everywhere. `client`: of the connection, known as long as the request
 * is. `request`: of what the client asks, as rules have changed it. `transaction`: of what the client asked, known when the response is
 * there, too. `response`: known then only.
 */
export type Origin = 'anything' | 'client' | 'request' | 'transaction' | 'response'

export interface FetchRow {
  readonly gives: SampleType
  readonly of: Origin
  readonly takes: Takes
}

const row = (gives: SampleType, of: Origin, ...takes: Takes): FetchRow => ({ gives, of, takes })

export const FETCHES = {
  /** The client's address. */
  src: row('ip', 'client'),
  /** The port that the client came to. */
  dst_port: row('sint', 'client'),
  /** True if the client came by https. */
  ssl_fc: row('bool', 'client'),
  /** The method, such as GET. */
  method: row('meth', 'transaction'),
  /** The path, without the query. */
  path: row('str', 'request'),
  /** The path with the query. */
  pathq: row('str', 'request'),
  /** The query, without its `?`. */
  query: row('str', 'request'),
  /** True. */
  always_true: row('bool', 'anything'),
  /** False. */
  always_false: row('bool', 'anything'),
  /** A new UUID. */
  uuid: row('str', 'anything', 'integer?'),
  /** The request's name, which `uniqueId` of the frontend makes. */
  'unique-id': row('str', 'client'),
  /** The values of a header, which may hold several between commas; `req.hdr(x-user,-1)` is the last. */
  'req.hdr': row('str', 'request', 'text', 'position?'),
  /** The lines of a header, each as a whole; `req.fhdr(user-agent,1)` is the first. */
  'req.fhdr': row('str', 'request', 'text', 'position?'),
  /** The value of a cookie. */
  'req.cook': row('str', 'request', 'text'),
  /** The value of a parameter of the query; `url_param(jsessionid,;)` looks behind a `;` of the path. */
  url_param: row('str', 'request', 'text', 'text?'),
  /** The number of servers of a backend that get new clients. */
  nbsrv: row('sint', 'anything', 'backend'),
  /** This text. */
  str: row('str', 'anything', 'any'),
  /** What a rule has set a variable to; `var(txn.x,none)` is none where nothing has. */
  var: row('any', 'anything', 'variable', 'any?'),
  /** True if the client's name and password are in this userlist. */
  http_auth: row('bool', 'request', 'userlist'),
  /** The groups that the client belongs to in this userlist. */
  http_auth_group: row('str', 'request', 'userlist'),
  /** The status of the response. */
  status: row('sint', 'response'),
  /** The values of a header of the response, which may hold several between commas. */
  'res.hdr': row('str', 'response', 'text', 'position?'),
  /** The lines of a header of the response, each as a whole. */
  'res.fhdr': row('str', 'response', 'text', 'position?'),
  /** The value of a cookie that the response sets. */
  'res.cook': row('str', 'response', 'text'),
} as const satisfies Record<string, FetchRow>

export type FetchName = keyof typeof FETCHES

/** Other names of the same. */
export const FETCH_ALIASES: Readonly<Record<string, FetchName>> = {
  hdr: 'req.hdr',
  cook: 'req.cook',
  cookie: 'req.cook',
  urlp: 'url_param',
  set_cookie: 'res.cook',
  scook: 'res.cook',
  shdr: 'res.hdr',
  fhdr: 'req.fhdr',
  meth: 'method',
  'capture.req.method': 'method',
  'capture.req.uri': 'pathq',
}

export function fetchRow(name: FetchName): FetchRow {
  return FETCHES[name]
}
