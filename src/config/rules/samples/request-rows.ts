// The request. HAProxy: configuration manual 7.3.6.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const REQUEST_FETCHES = {
  /** The method, such as GET. */
  method: row('meth', 'transaction'),
  /** The path, without the query. */
  path: row('str', 'request'),
  /** The path with the query. */
  pathq: row('str', 'request'),
  /** The query, without its `?`. */
  query: row('str', 'request'),
  /** The path with the query. */
  url: row('str', 'request'),
  /** A hash of the Host and the path with the query: a number. */
  url32: row('sint', 'request'),
  /** The same hash and the client's address, as bytes. */
  'url32+src': row('bin', 'request'),
  /** The Host and the path, without the query. */
  base: row('str', 'request'),
  /** The Host and the path with the query. */
  baseq: row('str', 'request'),
  /** A hash of `base`: a number. */
  base32: row('sint', 'request'),
  /** The same hash and the client's address, as bytes. */
  'base32+src': row('bin', 'request'),
  /**
   * The value of a parameter of the query, the first of several; without a name, of any. `url_param(jsessionid,;)` looks behind a `;` of the
   * path.
   */
  url_param: row('str', 'request', 'any?', 'character?'),
  /** The same as a number. */
  urlp_val: row('sint', 'request', 'any?', 'character?'),
  /** The values of a header, which may hold several between commas; `req.hdr(x-user,-1)` is the last. Without a name: of all headers. */
  'req.hdr': row('str', 'request', 'any?', 'occurrence?'),
  /** The lines of a header, each as a whole; `req.fhdr(user-agent,1)` is the first. Without a name: of all headers. */
  'req.fhdr': row('str', 'request', 'any?', 'occurrence?'),
  /** How many values a header has. */
  'req.hdr_cnt': row('sint', 'request', 'any?'),
  /** How many lines a header has. */
  'req.fhdr_cnt': row('sint', 'request', 'any?'),
  /** The values of a header as numbers. */
  'req.hdr_val': row('sint', 'request', 'any?', 'occurrence?'),
  /** The values of a header as addresses: `req.hdr_ip(x-forwarded-for,-1)`. A port may follow IPv4. */
  'req.hdr_ip': row('ip', 'request', 'any?', 'occurrence?'),
  /** The names of all headers, with a comma between them, or another text. */
  'req.hdr_names': row('str', 'request', 'any?'),
  /** All headers as HTTP/1 writes them, in the order of their names. */
  'req.hdrs': row('str', 'request'),
  /** The value of a cookie; without a name, of any. */
  'req.cook': row('str', 'request', 'any?'),
  /** How many cookies of a name there are. */
  'req.cook_cnt': row('sint', 'request', 'any?'),
  /** The value of a cookie as a number. */
  'req.cook_val': row('sint', 'request', 'any?'),
  /** What has come of the body, up to 15 KB; the action `waitForBody` waits for all of it. */
  'req.body': row('bin', 'request'),
  /** How many bytes of the body have come, up to 15 KB. */
  'req.body_len': row('sint', 'request'),
  /** How many bytes the body will have, as it is announced; if it is not, how many have come. */
  'req.body_size': row('sint', 'request'),
  /** The value of a parameter of a form in the body, the first of several; without a name, of any. It is not decoded. */
  'req.body_param': row('bin', 'request', 'any?'),
  /** True if the client's name and password are in this userlist. */
  http_auth: row('bool', 'request', 'userlist'),
  /** The groups that the client belongs to in this userlist. */
  http_auth_group: row('str', 'request', 'userlist'),
  /** How the client says who it is: Basic or Bearer. */
  http_auth_type: row('str', 'request'),
  /** The name that the client gives by Basic. Nobody has looked whether it is true. */
  http_auth_user: row('str', 'request'),
  /** The password that the client gives by Basic. Nobody has looked whether it is right. */
  http_auth_pass: row('str', 'request'),
  /** The token that the client gives by Bearer, or in another header: `http_auth_bearer(x-token)`. */
  http_auth_bearer: row('str', 'request', 'text?'),
  /** The version of HTTP, such as 1.1 or 2.0. Under `limpet serve` an HTTP/1.0 request is taken for 1.1. */
  'req.ver': row('str', 'request'),
  /** What is in this slot of the frontend's captures of requests; the first is 0. */
  'capture.req.hdr': row('str', 'transaction', 'count'),
  /** The method that the client asked with. */
  'capture.req.method': row('str', 'transaction'),
  /** The path with the query that the client asked for, before rules changed it. */
  'capture.req.uri': row('str', 'transaction'),
  /** HTTP/1.0 or HTTP/1.1, which newer versions count as. Under `limpet serve` an HTTP/1.0 request is taken for HTTP/1.1. */
  'capture.req.ver': row('str', 'transaction'),
} as const satisfies Record<string, FetchRow>
