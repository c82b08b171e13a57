// Frontends, backends and servers. HAProxy: configuration manual 7.3.2, 7.3.3.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const SERVER_FETCHES = {
  /** The number of servers of a backend that get new clients; without a name, of the backend that the request goes to. */
  nbsrv: row('sint', 'anything', 'backend?'),
  /** The name of the frontend that took the request. */
  fe_name: row('str', 'client'),
  /** The name of the frontend's default backend. */
  fe_defbe: row('str', 'client'),
  /** The name of the backend that the request goes to. */
  be_name: row('str', 'backend'),
  /** The name of the server that answered. */
  srv_name: row('str', 'response'),
} as const satisfies Record<string, FetchRow>
