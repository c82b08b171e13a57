// Counters of stick tables. HAProxy: configuration manual 7.3.2, 7.3.3. Without a table, `sc_` is of the table that is tracked and `src_`
// of the table of the frontend or backend that the rule is in. `sc0_http_req_rate` is another spelling of `sc_http_req_rate(0)`.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const COUNTER_FETCHES = {
  /** The bytes that clients sent in the last period: of what is tracked under a number. */
  sc_bytes_in_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** The bytes that were sent to clients in the last period: of what is tracked under a number. */
  sc_bytes_out_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How often it was tracked, or counted by src_updt_conn_cnt: of what is tracked under a number. */
  sc_conn_cnt: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests track it now: of what is tracked under a number. */
  sc_conn_cur: row('sint', 'client', 'scNumber', 'table?'),
  /** How often it was tracked in the last period: of what is tracked under a number. */
  sc_conn_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How often gpc0 was increased in the last period: of what is tracked under a number. */
  sc_gpc0_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How often gpc1 was increased in the last period: of what is tracked under a number. */
  sc_gpc1_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests were refused or answered with a status from 400 to 499: of what is tracked under a number. */
  sc_http_err_cnt: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests of the last period were refused or answered with a status from 400 to 499: of what is tracked under a number. */
  sc_http_err_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests a server failed to answer, or answered with a status from 500 on: of what is tracked under a number. */
  sc_http_fail_cnt: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests of the last period a server failed to answer, or answered with a status from 500 on: of what is tracked under a number. */
  sc_http_fail_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests there were: of what is tracked under a number. */
  sc_http_req_cnt: row('sint', 'client', 'scNumber', 'table?'),
  /** How many requests there were in the last period: of what is tracked under a number. */
  sc_http_req_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** How often a tcp-request connection or session line tracked it: of what is tracked under a number. */
  sc_sess_cnt: row('sint', 'client', 'scNumber', 'table?'),
  /** How often a tcp-request connection or session line tracked it in the last period: of what is tracked under a number. */
  sc_sess_rate: row('sint', 'client', 'scNumber', 'table?'),
  /** The bytes that clients sent, in thousands (1,024): of what is tracked under a number. */
  sc_kbytes_in: row('sint', 'client', 'scNumber', 'table?'),
  /** The bytes that were sent to clients, in thousands (1,024): of what is tracked under a number. */
  sc_kbytes_out: row('sint', 'client', 'scNumber', 'table?'),
  /** The general counter gpc0: of what is tracked under a number. */
  sc_get_gpc0: row('sint', 'client', 'scNumber', 'table?'),
  /** Adds one to gpc0, and gives what it then is: of what is tracked under a number. */
  sc_inc_gpc0: row('sint', 'client', 'scNumber', 'table?'),
  /** Sets gpc0 to 0, and gives what it was: of what is tracked under a number. */
  sc_clr_gpc0: row('sint', 'client', 'scNumber', 'table?'),
  /** The general counter gpc1: of what is tracked under a number. */
  sc_get_gpc1: row('sint', 'client', 'scNumber', 'table?'),
  /** Adds one to gpc1, and gives what it then is: of what is tracked under a number. */
  sc_inc_gpc1: row('sint', 'client', 'scNumber', 'table?'),
  /** Sets gpc1 to 0, and gives what it was: of what is tracked under a number. */
  sc_clr_gpc1: row('sint', 'client', 'scNumber', 'table?'),
  /** The tag gpt0: of what is tracked under a number. */
  sc_get_gpt0: row('sint', 'client', 'scNumber', 'table?'),
  /** The general counter of this number: of what is tracked under a number. */
  sc_get_gpc: row('sint', 'client', 'arrayIndex', 'scNumber', 'table?'),
  /** Adds one to the general counter of this number, and gives what it then is: of what is tracked under a number. */
  sc_inc_gpc: row('sint', 'client', 'arrayIndex', 'scNumber', 'table?'),
  /** Sets the general counter of this number to 0, and gives what it was: of what is tracked under a number. */
  sc_clr_gpc: row('sint', 'client', 'arrayIndex', 'scNumber', 'table?'),
  /** The tag of this number: of what is tracked under a number. */
  sc_get_gpt: row('sint', 'client', 'arrayIndex', 'scNumber', 'table?'),
  /** How often the general counter of this number was increased in the last period: of what is tracked under a number. */
  sc_gpc_rate: row('sint', 'client', 'arrayIndex', 'scNumber', 'table?'),
  /** The bytes that clients sent in the last period: of the client's address. */
  src_bytes_in_rate: row('sint', 'client', 'table?'),
  /** The bytes that were sent to clients in the last period: of the client's address. */
  src_bytes_out_rate: row('sint', 'client', 'table?'),
  /** How often it was tracked, or counted by src_updt_conn_cnt: of the client's address. */
  src_conn_cnt: row('sint', 'client', 'table?'),
  /** How many requests track it now: of the client's address. */
  src_conn_cur: row('sint', 'client', 'table?'),
  /** How often it was tracked in the last period: of the client's address. */
  src_conn_rate: row('sint', 'client', 'table?'),
  /** How often gpc0 was increased in the last period: of the client's address. */
  src_gpc0_rate: row('sint', 'client', 'table?'),
  /** How often gpc1 was increased in the last period: of the client's address. */
  src_gpc1_rate: row('sint', 'client', 'table?'),
  /** How many requests were refused or answered with a status from 400 to 499: of the client's address. */
  src_http_err_cnt: row('sint', 'client', 'table?'),
  /** How many requests of the last period were refused or answered with a status from 400 to 499: of the client's address. */
  src_http_err_rate: row('sint', 'client', 'table?'),
  /** How many requests a server failed to answer, or answered with a status from 500 on: of the client's address. */
  src_http_fail_cnt: row('sint', 'client', 'table?'),
  /** How many requests of the last period a server failed to answer, or answered with a status from 500 on: of the client's address. */
  src_http_fail_rate: row('sint', 'client', 'table?'),
  /** How many requests there were: of the client's address. */
  src_http_req_cnt: row('sint', 'client', 'table?'),
  /** How many requests there were in the last period: of the client's address. */
  src_http_req_rate: row('sint', 'client', 'table?'),
  /** How often a tcp-request connection or session line tracked it: of the client's address. */
  src_sess_cnt: row('sint', 'client', 'table?'),
  /** How often a tcp-request connection or session line tracked it in the last period: of the client's address. */
  src_sess_rate: row('sint', 'client', 'table?'),
  /** The bytes that clients sent, in thousands (1,024): of the client's address. */
  src_kbytes_in: row('sint', 'client', 'table?'),
  /** The bytes that were sent to clients, in thousands (1,024): of the client's address. */
  src_kbytes_out: row('sint', 'client', 'table?'),
  /** The general counter gpc0: of the client's address. */
  src_get_gpc0: row('sint', 'client', 'table?'),
  /** Adds one to gpc0, and gives what it then is: of the client's address. */
  src_inc_gpc0: row('sint', 'client', 'table?'),
  /** Sets gpc0 to 0, and gives what it was: of the client's address. */
  src_clr_gpc0: row('sint', 'client', 'table?'),
  /** The general counter gpc1: of the client's address. */
  src_get_gpc1: row('sint', 'client', 'table?'),
  /** Adds one to gpc1, and gives what it then is: of the client's address. */
  src_inc_gpc1: row('sint', 'client', 'table?'),
  /** Sets gpc1 to 0, and gives what it was: of the client's address. */
  src_clr_gpc1: row('sint', 'client', 'table?'),
  /** The tag gpt0: of the client's address. */
  src_get_gpt0: row('sint', 'client', 'table?'),
  /** The general counter of this number: of the client's address. */
  src_get_gpc: row('sint', 'client', 'arrayIndex', 'table'),
  /** Adds one to the general counter of this number, and gives what it then is: of the client's address. */
  src_inc_gpc: row('sint', 'client', 'arrayIndex', 'table'),
  /** Sets the general counter of this number to 0, and gives what it was: of the client's address. */
  src_clr_gpc: row('sint', 'client', 'arrayIndex', 'table'),
  /** The tag of this number: of the client's address. */
  src_get_gpt: row('sint', 'client', 'arrayIndex', 'table'),
  /** How often the general counter of this number was increased in the last period: of the client's address. */
  src_gpc_rate: row('sint', 'client', 'arrayIndex', 'table'),
  /** True if something is tracked under the number. */
  sc_tracked: row('bool', 'client', 'scNumber', 'table?'),
  /** How many requests track now what is tracked under a number. */
  sc_trackers: row('sint', 'client', 'scNumber', 'table?'),
  /** Adds one to conn_cnt of the client's address, and gives what it then is. */
  src_updt_conn_cnt: row('sint', 'client', 'table?'),
  /** How many keys a table has, as far as this isolate knows. */
  table_cnt: row('sint', 'client', 'table?'),
  /** How many more keys a table has room for, as far as this isolate knows. */
  table_avl: row('sint', 'client', 'table?'),
} as const satisfies Record<string, FetchRow>
