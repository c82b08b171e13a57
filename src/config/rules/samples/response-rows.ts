// The response. HAProxy: configuration manual 7.3.6.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const RESPONSE_FETCHES = {
  /** The status of the response. */
  status: row('sint', 'response'),
  /** What is in this slot of the frontend's captures of responses; the first is 0. */
  'capture.res.hdr': row('str', 'response', 'count'),
  /** The values of a header of the response, which may hold several between commas. Without a name: of all headers. */
  'res.hdr': row('str', 'response', 'any?', 'occurrence?'),
  /** The lines of a header of the response, each as a whole. Without a name: of all headers. */
  'res.fhdr': row('str', 'response', 'any?', 'occurrence?'),
  /** How many values a header of the response has. */
  'res.hdr_cnt': row('sint', 'response', 'any?'),
  /** How many lines a header of the response has. */
  'res.fhdr_cnt': row('sint', 'response', 'any?'),
  /** The values of a header of the response as numbers. */
  'res.hdr_val': row('sint', 'response', 'any?', 'occurrence?'),
  /** The values of a header of the response as addresses. */
  'res.hdr_ip': row('ip', 'response', 'any?', 'occurrence?'),
  /** The names of all headers of the response, with a comma between them, or another text. */
  'res.hdr_names': row('str', 'response', 'any?'),
  /** All headers of the response as HTTP/1 writes them, in the order of their names. */
  'res.hdrs': row('str', 'response'),
  /** The value of a cookie that the response sets; without a name, of any. */
  'res.cook': row('str', 'response', 'any?'),
  /** How many cookies of a name the response sets. */
  'res.cook_cnt': row('sint', 'response', 'any?'),
  /** The value of a cookie that the response sets, as a number. */
  'res.cook_val': row('sint', 'response', 'any?'),
  /** What has come of the response's body, up to 15 KB; the action `waitForBody` waits for all of it. */
  'res.body': row('bin', 'response'),
  /** How many bytes of the response's body have come, up to 15 KB. */
  'res.body_len': row('sint', 'response'),
  /** How many bytes the response's body will have, as it is announced; if it is not, how many have come. */
  'res.body_size': row('sint', 'response'),
} as const satisfies Record<string, FetchRow>
