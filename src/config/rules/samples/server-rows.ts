// Frontends, backends and servers. HAProxy: configuration manual 7.3.2, 7.3.3.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const SERVER_FETCHES = {
  /** The number of servers of a backend that get new clients; without a name, of the backend that the request goes to. */
  nbsrv: row('sint', 'anything', 'backend?'),
  /** Requests in progress at a backend, those that wait and this one among them. */
  be_conn: row('sint', 'anything', 'backend?'),
  /** Free slots of the servers of a backend that get new clients; -1 if one of them has no maxconn. */
  be_conn_free: row('sint', 'anything', 'backend?'),
  /** Free slots of a backend's servers, and free places in their queues; -1 if one of them has no maxconn or no maxqueue. */
  connslots: row('sint', 'anything', 'backend?'),
  /** Requests that wait for a slot of a backend. */
  queue: row('sint', 'anything', 'backend?'),
  /** The same for each server that gets new clients. */
  avg_queue: row('sint', 'anything', 'backend?'),
  /** Requests a second that a backend gets. */
  be_sess_rate: row('sint', 'anything', 'backend?'),
  /** The name of the backend that the request goes to. */
  be_name: row('str', 'backend'),
  /** Its number. */
  be_id: row('sint', 'backend'),
  /** Its `timeout server`, in milliseconds. */
  be_server_timeout: row('sint', 'backend'),
  /** Requests in progress at a frontend. */
  fe_conn: row('sint', 'anything', 'frontend?'),
  /** Requests a second that a frontend gets. */
  fe_req_rate: row('sint', 'anything', 'frontend?'),
  /** The same: each request counts as a session. */
  fe_sess_rate: row('sint', 'anything', 'frontend?'),
  /** The name of the frontend that took the request. */
  fe_name: row('str', 'client'),
  /** Its number. */
  fe_id: row('sint', 'client'),
  /** The name of its default backend. */
  fe_defbe: row('str', 'client'),
  /** Its `timeout client`, in milliseconds; 0 without one. */
  fe_client_timeout: row('sint', 'client'),
  /** As `fe_conn` of the frontend that took the request. */
  dst_conn: row('sint', 'client'),
  /** True if a server may keep its clients: `srv_is_up(app/s1)`, or a server of the backend that the request goes to. */
  srv_is_up: row('bool', 'anything', 'server'),
  /** Requests in progress at a server. */
  srv_conn: row('sint', 'anything', 'server'),
  /** Free slots of a server; -1 without a maxconn. */
  srv_conn_free: row('sint', 'anything', 'server'),
  /** Requests that wait for this server and no other. */
  srv_queue: row('sint', 'anything', 'server'),
  /** Requests a second that a server gets. */
  srv_sess_rate: row('sint', 'anything', 'server'),
  /** The weight by which a server gets new clients now. */
  srv_weight: row('sint', 'anything', 'server'),
  /** The weight that a server's line gives it. */
  srv_iweight: row('sint', 'anything', 'server'),
  /** The weight that a command or an agent has given it, or its line. */
  srv_uweight: row('sint', 'anything', 'server'),
  /** The name of the server that answered. */
  srv_name: row('str', 'response'),
  /** Its number. */
  srv_id: row('sint', 'response'),
  /** The release that the request got, of a backend with `releases`. */
  release: row('str', 'response'),
} as const satisfies Record<string, FetchRow>
