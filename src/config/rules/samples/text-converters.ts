// Of texts: parts of them, what they are compared and joined with, JSON, and what keeps them for later. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

function itemNeeded([, variable, text = '']: readonly string[]): string | undefined {
  return variable === '' && text === '' ? 'a variable, or a text as third argument' : undefined
}

export const TEXT_CONVERTERS = {
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
  add_item: { ...row('str', 'str', 'any', 'variableOrNone', 'any?'), together: itemNeeded },
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
  debug: row('any', 'any', 'any?', 'sink!'),
  /** As it came, and kept as the variable: `set-var(txn.x)`; `set-var(txn.x,ifnotset)` on a condition, or several. */
  'set-var': row('any', 'any', 'variable', 'condition!', 'condition!', 'condition!'),
  /** As it came; the variable is no longer set. */
  'unset-var': row('any', 'any', 'variable'),
  /** As it came, and kept in this slot of the frontend's captures of requests; the first is 0. Without such a slot nothing is left. */
  'capture-req': row('str', 'str', 'count'),
  /** The same with a slot of responses. */
  'capture-res': row('str', 'str', 'count'),
} as const satisfies Record<string, ConverterRow>
