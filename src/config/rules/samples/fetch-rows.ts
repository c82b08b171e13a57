// What can be fetched: one row for each, in files by what it is of. rules/fetches evaluates them, by the same names. HAProxy:
// configuration manual 7.3.

import { CLIENT_FETCHES } from './client-rows.ts'
import { CONSTANT_FETCHES } from './constant-rows.ts'
import { COUNTER_FETCHES } from './counter-rows.ts'
import type { FetchRow } from './fetch-row.ts'
import { REQUEST_FETCHES } from './request-rows.ts'
import { RESPONSE_FETCHES } from './response-rows.ts'
import { SERVER_FETCHES } from './server-rows.ts'

export const FETCHES = {
  ...CLIENT_FETCHES,
  ...REQUEST_FETCHES,
  ...RESPONSE_FETCHES,
  ...SERVER_FETCHES,
  ...CONSTANT_FETCHES,
  ...COUNTER_FETCHES,
} as const satisfies Record<string, FetchRow>

export type FetchName = keyof typeof FETCHES

/** Other names of the same. */
export const FETCH_ALIASES: Readonly<Record<string, FetchName>> = {
  hdr: 'req.hdr',
  hdr_cnt: 'req.hdr_cnt',
  hdr_ip: 'req.hdr_ip',
  hdr_val: 'req.hdr_val',
  fhdr: 'req.fhdr',
  cook: 'req.cook',
  cookie: 'req.cook',
  cook_cnt: 'req.cook_cnt',
  cook_val: 'req.cook_val',
  urlp: 'url_param',
  req_ver: 'req.ver',
  req_proto_http: 'req.proto_http',
  shdr: 'res.hdr',
  shdr_cnt: 'res.hdr_cnt',
  shdr_ip: 'res.hdr_ip',
  shdr_val: 'res.hdr_val',
  set_cookie: 'res.cook',
  scook: 'res.cook',
  scook_cnt: 'res.cook_cnt',
  scook_val: 'res.cook_val',
}

export function fetchRow(name: FetchName): FetchRow {
  return FETCHES[name]
}
