// What a stick table has for a key. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

/**
 * Counters of a stick table, by the key that stands before. Types of keys are HAProxy's: an address finds no key of a table of integers.
 * Without a name the table is the section's; behind a number HAProxy wants the name.
 */
export const TABLE_CONVERTERS = {
  /** True if the table has this key. */
  in_table: row('str', 'bool', 'table?'),
  /** The bytes that clients sent in the last period: of this key in a table. */
  table_bytes_in_rate: row('str', 'sint', 'table?'),
  /** The bytes that were sent to clients in the last period: of this key in a table. */
  table_bytes_out_rate: row('str', 'sint', 'table?'),
  /** How often it was tracked, or counted by src_updt_conn_cnt: of this key in a table. */
  table_conn_cnt: row('str', 'sint', 'table?'),
  /** How many requests track it now: of this key in a table. */
  table_conn_cur: row('str', 'sint', 'table?'),
  /** How often it was tracked in the last period: of this key in a table. */
  table_conn_rate: row('str', 'sint', 'table?'),
  /** How often gpc0 was increased in the last period: of this key in a table. */
  table_gpc0_rate: row('str', 'sint', 'table?'),
  /** How often gpc1 was increased in the last period: of this key in a table. */
  table_gpc1_rate: row('str', 'sint', 'table?'),
  /** How many requests were refused or answered with a status from 400 to 499: of this key in a table. */
  table_http_err_cnt: row('str', 'sint', 'table?'),
  /** How many requests of the last period were refused or answered with a status from 400 to 499: of this key in a table. */
  table_http_err_rate: row('str', 'sint', 'table?'),
  /** How many requests a server failed to answer, or answered with a status from 500 on: of this key in a table. */
  table_http_fail_cnt: row('str', 'sint', 'table?'),
  /** How many requests of the last period a server failed to answer, or answered with a status from 500 on: of this key in a table. */
  table_http_fail_rate: row('str', 'sint', 'table?'),
  /** How many requests there were: of this key in a table. */
  table_http_req_cnt: row('str', 'sint', 'table?'),
  /** How many requests there were in the last period: of this key in a table. */
  table_http_req_rate: row('str', 'sint', 'table?'),
  /** How often a tcp-request connection or session line tracked it: of this key in a table. */
  table_sess_cnt: row('str', 'sint', 'table?'),
  /** How often a tcp-request connection or session line tracked it in the last period: of this key in a table. */
  table_sess_rate: row('str', 'sint', 'table?'),
  /** The bytes that clients sent, in thousands (1,024): of this key in a table. */
  table_kbytes_in: row('str', 'sint', 'table?'),
  /** The bytes that were sent to clients, in thousands (1,024): of this key in a table. */
  table_kbytes_out: row('str', 'sint', 'table?'),
  /** The general counter gpc0: of this key in a table. */
  table_gpc0: row('str', 'sint', 'table?'),
  /** The general counter gpc1: of this key in a table. */
  table_gpc1: row('str', 'sint', 'table?'),
  /** The tag gpt0: of this key in a table. */
  table_gpt0: row('str', 'sint', 'table?'),
  /** The general counter of this number: of this key in a table. */
  table_gpc: row('str', 'sint', 'arrayIndex', 'table'),
  /** The tag of this number: of this key in a table. */
  table_gpt: row('str', 'sint', 'arrayIndex', 'table'),
  /** How often the general counter of this number was increased in the last period: of this key in a table. */
  table_gpc_rate: row('str', 'sint', 'arrayIndex', 'table'),
  /** How many requests track this key of a table now. */
  table_trackers: row('str', 'sint', 'table?'),
  /** In how many milliseconds this key of a table ends; the second argument, if the table does not have it. */
  table_expire: row('str', 'sint', 'table?', 'integer?'),
  /** For how many milliseconds this key of a table was not used; the second argument, if the table does not have it. */
  table_idle: row('str', 'sint', 'table?', 'integer?'),
} as const satisfies Record<string, ConverterRow>
