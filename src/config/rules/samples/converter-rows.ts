// What can be made of a fetched value: one row for each converter. rules/converters evaluates them, by the same names. HAProxy:
// configuration manual 7.3.1.

import type { Takes } from './argument.ts'
import type { SampleType } from './sample-type.ts'

export interface ConverterRow {
  readonly from: SampleType
  readonly gives: SampleType
  readonly takes: Takes
}

const row = (from: SampleType, gives: SampleType, ...takes: Takes): ConverterRow => ({ from, gives, takes })

const NUMBERS = {
  /** Plus a number, or a variable that holds one; as all arithmetic it stops at the ends of 64 bits. */
  add: row('sint', 'sint', 'operand'),
  /** Minus a number or a variable. */
  sub: row('sint', 'sint', 'operand'),
  /** Times a number or a variable. */
  mul: row('sint', 'sint', 'operand'),
  /** Divided by a number or a variable, without a fraction; by 0 it is the largest integer. */
  div: row('sint', 'sint', 'operand'),
  /** What a division leaves; by 0 it is 0. */
  mod: row('sint', 'sint', 'operand'),
  /** Its negative. */
  neg: row('sint', 'sint'),
  /** The bits that both have. */
  and: row('sint', 'sint', 'operand'),
  /** The bits that either has. */
  or: row('sint', 'sint', 'operand'),
  /** The bits that one of them has. */
  xor: row('sint', 'sint', 'operand'),
  /** Every bit turned. */
  cpl: row('sint', 'sint'),
  /** True unless it is 0. */
  bool: row('sint', 'bool'),
  /** True if it is 0. */
  not: row('sint', 'bool'),
  /** True of an even number. */
  even: row('sint', 'bool'),
  /** True of an odd number. */
  odd: row('sint', 'bool'),
} as const satisfies Record<string, ConverterRow>

const TEXTS = {
  /** In lower case, of the letters A to Z. */
  lower: row('str', 'str'),
  /** In upper case, of the letters a to z. */
  upper: row('str', 'str'),
  /** The number of its bytes. */
  length: row('str', 'sint'),
  /** `field(2,;)`: the second of the parts between semicolons, `field(-1,;)` the last; `field(2,;,3)` three of them, `field(2,;,0)` all that follow. */
  field: row('str', 'str', 'position', 'text', 'count?'),
  /** `word(2,.)`: as `field`, but empty parts do not count. */
  word: row('str', 'str', 'position', 'text', 'count?'),
  /** Without these characters at its beginning. */
  ltrim: row('str', 'str', 'text'),
  /** Without these characters at its end. */
  rtrim: row('str', 'str', 'text'),
  /** What stands before the first line break. */
  cut_crlf: row('str', 'str'),
  /** `regsub(EXPRESSION,TEXT)`: the first match replaced by the text, in which `\\1` is the first group; `regsub(EXPRESSION,TEXT,gi)`: all matches, in either case. */
  regsub: row('str', 'str', 'pattern', 'any', 'flags?'),
  /** `concat(START,txn.name,END)`: followed by a text, a variable, another text. */
  concat: row('str', 'str', 'any?', 'variable?', 'any?'),
  /** As `concat`, with the first text only between two that are not empty. */
  add_item: row('str', 'str', 'text', 'variable?', 'any?'),
  /** `iif(https,http)`: the first of a value that is true, else the second. */
  iif: row('bool', 'str', 'any', 'any'),
  /** How it compares to a variable: below 0, 0 or above. */
  strcmp: row('str', 'sint', 'variable'),
  /** Whether it is the same as a variable, found out in a time that does not tell where they differ. */
  secure_memcmp: row('bin', 'bool', 'variable'),
  /** The host of a Host header, without its port, in lower case. */
  host_only: row('str', 'str'),
  /** The port of a Host header; 0 if it has none. */
  port_only: row('str', 'sint'),
  /** `language(en;de,en)`: the one of these that an Accept-Language likes best, else the second argument. */
  language: row('str', 'str', 'text', 'any?'),
  /** With `%20` and its like decoded; `+` is a blank in the query, with the argument 1 everywhere. */
  url_dec: row('str', 'str', 'integer?'),
  /** With all but letters, digits and `-._~` as `%20` and its like. */
  url_enc: row('str', 'str', 'urlPart?'),
  /** As it stands between the quotes of a JSON string: `json(utf8s)` reads UTF-8 and leaves out what is none. */
  json: row('str', 'str', 'jsonCode?'),
  /** `json_query($.a.b[0])`: a value of a JSON document; `json_query($.a,int)`: a number without its fraction. */
  json_query: row('str', 'str', 'text', 'int?'),
  /** As it came: nothing is shown. */
  debug: row('any', 'any', 'any?', 'any?'),
  /** As it came, and kept as the variable: `set-var(txn.x)`; `set-var(txn.x,ifnotset)` on a condition, or several. */
  'set-var': row('any', 'any', 'variable', 'condition?', 'condition?', 'condition?'),
  /** As it came; the variable is no longer set. */
  'unset-var': row('any', 'any', 'variable'),
  /** As it came, and kept in this slot of the frontend's captures of requests; the first is 0. Without such a slot nothing is left. */
  'capture-req': row('str', 'str', 'count'),
  /** The same with a slot of responses. */
  'capture-res': row('str', 'str', 'count'),
} as const satisfies Record<string, ConverterRow>

const NAMES = {
  /** Of a backend's name: the number of its servers that get new clients. */
  nbsrv: row('str', 'sint'),
  /** Of a server's name, `app/s1` or `s1`: the requests that wait for it and no other. */
  srv_queue: row('str', 'sint'),
} as const satisfies Record<string, ConverterRow>

const BYTES = {
  /** In hexadecimal digits. */
  hex: row('bin', 'str'),
  /** The number that hexadecimal digits are. */
  hex2i: row('str', 'sint'),
  /** In base64. */
  base64: row('bin', 'str'),
  /** What base64 stands for. */
  b64dec: row('str', 'bin'),
  /** In base64url, without padding. */
  ub64enc: row('bin', 'str'),
  /** What base64url without padding stands for. */
  ub64dec: row('str', 'bin'),
  /** `be2dec(:,2)`: the numbers of so many bytes each, a separator between them. */
  be2dec: row('bin', 'str', 'any', 'width', 'integer?'),
  /** `be2hex(:,2)`: in hexadecimal digits, a separator behind so many bytes. */
  be2hex: row('bin', 'str', 'any?', 'count?', 'integer?'),
  /** `bytes(2,3)`: three bytes, without the first two. */
  bytes: row('bin', 'bin', 'count', 'count?'),
  /** Its lowest 32 bits as four bytes, the highest first. */
  htonl: row('sint', 'bin'),
} as const satisfies Record<string, ConverterRow>

const HASHES = {
  /** A hash of 32 bits; with the argument 1 its bits are spread. */
  crc32: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by Castagnoli's polynomial. */
  crc32c: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by another function. */
  djb2: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by another function. */
  sdbm: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by another function. */
  wt6: row('bin', 'sint', 'integer?'),
  /** A hash of 32 bits, with a seed. */
  xxh32: row('bin', 'sint', 'integer?'),
  /** A hash of 64 bits, with a seed. */
  xxh64: row('bin', 'sint', 'integer?'),
  /** A hash of 64 bits, with a seed. */
  xxh3: row('bin', 'sint', 'integer?'),
  /** Its SHA-1. */
  sha1: row('bin', 'bin'),
  /** Its SHA-2 of so many bits: 224, 256, 384 or 512. Without it: 256. */
  sha2: row('bin', 'bin', 'sha2?'),
  /** `digest(sha256)`: one of md5, sha1, sha224, sha256, sha384, sha512. */
  digest: row('bin', 'bin', 'digest'),
  /** `hmac(sha256,KEY)`: its authentication code; the key is base64, or a variable that holds it. */
  hmac: row('bin', 'bin', 'digest', 'base64Key'),
  /** The header of a JSON Web Token; `jwt_header_query($.alg)`: a value of it. */
  jwt_header_query: row('bin', 'str', 'any?', 'int?'),
  /** What a JSON Web Token says; `jwt_payload_query($.sub)`: a value of it. */
  jwt_payload_query: row('bin', 'str', 'any?', 'int?'),
  /** `jwt_verify(HS256,SECRET)`: 1 if the secret signed the token, 0 if not, below 0 if that cannot be told. */
  jwt_verify: row('bin', 'sint', 'jwtAlgorithm', 'text'),
} as const satisfies Record<string, ConverterRow>

const ADDRESSES_AND_DATES = {
  /** `ipmask(24,64)`: the network of an address, by the bits of IPv4 and of IPv6; without the second there is none of IPv6. */
  ipmask: row('ip', 'ip', 'mask4', 'mask6?'),
  /** Seconds since 1970 as headers write a date; `http_date(60)`: a minute later, `http_date(0,ms)`: of milliseconds. */
  http_date: row('sint', 'str', 'integer?', 'unit?'),
  /** `utime(%Y-%m-%d)`: seconds since 1970 in the form of strftime, in UTC; a second argument is added to them. */
  utime: row('sint', 'str', 'text', 'integer?'),
  /** As `utime`: a Worker has no time zone of its own. */
  ltime: row('sint', 'str', 'text', 'integer?'),
} as const satisfies Record<string, ConverterRow>

const MAP = row('str', 'str', 'map', 'any?')
const MAP_INT = row('str', 'sint', 'map', 'integer?')
const MAP_IP = row('str', 'ip', 'map', 'address?')

const MAPS = {
  /** `map_str(hosts.map,none)`: what the map has for exactly it, or the default. */
  map_str: MAP,
  /** The longest key that it begins with. */
  map_beg: MAP,
  /** A key that it ends with. */
  map_end: MAP,
  /** A key that it contains. */
  map_sub: MAP,
  /** A key that is a part of it between slashes. */
  map_dir: MAP,
  /** A key that is a part of it between dots. */
  map_dom: MAP,
  /** The first key, an expression, that it matches. */
  map_reg: MAP,
  /** As `map_reg`, with the match's groups in what the map has: `\\1`. */
  map_regm: MAP,
  /** The smallest network that it lies in. */
  map_ip: row('ip', 'str', 'map', 'any?'),
  /** A key that is the number, or a range with it. */
  map_int: row('sint', 'str', 'map', 'any?'),
  /** As `map_str`; what the map has is an integer. */
  map_str_int: MAP_INT,
  /** As `map_beg`; what the map has is an integer. */
  map_beg_int: MAP_INT,
  /** As `map_end`; what the map has is an integer. */
  map_end_int: MAP_INT,
  /** As `map_sub`; what the map has is an integer. */
  map_sub_int: MAP_INT,
  /** As `map_dir`; what the map has is an integer. */
  map_dir_int: MAP_INT,
  /** As `map_dom`; what the map has is an integer. */
  map_dom_int: MAP_INT,
  /** As `map_reg`; what the map has is an integer. */
  map_reg_int: MAP_INT,
  /** As `map_ip`; what the map has is an integer. */
  map_ip_int: row('ip', 'sint', 'map', 'integer?'),
  /** As `map_int`; what the map has is an integer. */
  map_int_int: row('sint', 'sint', 'map', 'integer?'),
  /** As `map_str`; what the map has is an address. */
  map_str_ip: MAP_IP,
  /** As `map_beg`; what the map has is an address. */
  map_beg_ip: MAP_IP,
  /** As `map_end`; what the map has is an address. */
  map_end_ip: MAP_IP,
  /** As `map_sub`; what the map has is an address. */
  map_sub_ip: MAP_IP,
  /** As `map_dir`; what the map has is an address. */
  map_dir_ip: MAP_IP,
  /** As `map_dom`; what the map has is an address. */
  map_dom_ip: MAP_IP,
  /** As `map_reg`; what the map has is an address. */
  map_reg_ip: MAP_IP,
  /** As `map_ip`; what the map has is an address. */
  map_ip_ip: row('ip', 'ip', 'map', 'address?'),
  /** As `map_int`; what the map has is an address. */
  map_int_ip: row('sint', 'ip', 'map', 'address?'),
} as const satisfies Record<string, ConverterRow>

/** Counters of a stick table, by the key that stands before. Types of keys are HAProxy's: an address finds no key of a table of integers.
 * Without a name the table is that of the section. */
const TABLES = {
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
  table_gpc: row('str', 'sint', 'arrayIndex', 'table?'),
  /** The tag of this number: of this key in a table. */
  table_gpt: row('str', 'sint', 'arrayIndex', 'table?'),
  /** How often the general counter of this number was increased in the last period: of this key in a table. */
  table_gpc_rate: row('str', 'sint', 'arrayIndex', 'table?'),
  /** How many requests track this key of a table now. */
  table_trackers: row('str', 'sint', 'table?'),
  /** In how many milliseconds this key of a table ends; the second argument, if the table does not have it. */
  table_expire: row('str', 'sint', 'table?', 'integer?'),
  /** For how many milliseconds this key of a table was not used; the second argument, if the table does not have it. */
  table_idle: row('str', 'sint', 'table?', 'integer?'),
} as const satisfies Record<string, ConverterRow>

export const CONVERTERS = {
  ...TEXTS,
  ...NAMES,
  ...NUMBERS,
  ...BYTES,
  ...HASHES,
  ...ADDRESSES_AND_DATES,
  ...MAPS,
  ...TABLES,
} as const satisfies Record<string, ConverterRow>

export type ConverterName = keyof typeof CONVERTERS

/** Other names of the same. */
export const CONVERTER_ALIASES: Readonly<Record<string, ConverterName>> = { map: 'map_str' }

export function converterRow(name: ConverterName): ConverterRow {
  return CONVERTERS[name]
}
