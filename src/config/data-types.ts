// What a stick table can keep of a key besides its server. HAProxy: configuration manual 11.2. options/table-data.ts reads it.

/** `count` only grows, `rate` is of a period, `now` is what is in progress, `tag` is set. */
type Kind = 'count' | 'rate' | 'now' | 'tag'

export interface DataRow {
  readonly kind: Kind
  /** It has several, each with a number: `gpc(3)`. */
  readonly isArray?: true
}

/** In the order in which HAProxy shows them. */
export const DATA_TYPES = {
  gpt0: { kind: 'tag' },
  gpc0: { kind: 'count' },
  gpc0_rate: { kind: 'rate' },
  conn_cnt: { kind: 'count' },
  conn_rate: { kind: 'rate' },
  conn_cur: { kind: 'now' },
  sess_cnt: { kind: 'count' },
  sess_rate: { kind: 'rate' },
  http_req_cnt: { kind: 'count' },
  http_req_rate: { kind: 'rate' },
  http_err_cnt: { kind: 'count' },
  http_err_rate: { kind: 'rate' },
  bytes_in_cnt: { kind: 'count' },
  bytes_in_rate: { kind: 'rate' },
  bytes_out_cnt: { kind: 'count' },
  bytes_out_rate: { kind: 'rate' },
  gpc1: { kind: 'count' },
  gpc1_rate: { kind: 'rate' },
  http_fail_cnt: { kind: 'count' },
  http_fail_rate: { kind: 'rate' },
  gpt: { kind: 'tag', isArray: true },
  gpc: { kind: 'count', isArray: true },
  gpc_rate: { kind: 'rate', isArray: true },
} as const satisfies Record<string, DataRow>

export type DataType = keyof typeof DATA_TYPES

export interface Datum {
  readonly type: DataType
  /** How many there are: more than one of `gpt`, `gpc` and `gpc_rate` only. */
  readonly length: number
  /** Of rates; null: it is none. */
  readonly periodMs: number | null
}
