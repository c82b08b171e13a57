// Of the names of backends and servers. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

export const SERVER_CONVERTERS = {
  /** Of a backend's name: the number of its servers that get new clients. */
  nbsrv: row('str', 'sint'),
  /** Of a server's name, `app/s1` or `s1`: the requests that wait for it and no other. */
  srv_queue: row('str', 'sint'),
} as const satisfies Record<string, ConverterRow>
