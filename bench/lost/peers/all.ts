// All peers, in the order of the table's columns.

import type { Peer } from '../peer.ts'
import { APACHE } from './apache.ts'
import { CADDY } from './caddy.ts'
import { HAPROXY } from './haproxy.ts'
import { LIMPET } from './limpet.ts'
import { NGINX } from './nginx.ts'
import { VARNISH } from './varnish.ts'

export const PEERS: readonly Peer[] = [...LIMPET, ...HAPROXY, ...NGINX, ...APACHE, ...CADDY, ...VARNISH]

/** Of `--quick`. */
export const QUICK_PEERS: readonly string[] = [
  'limpet-cookie-insert',
  'limpet-table',
  'haproxy-cookie-insert',
  'haproxy-table',
  'nginx-ip-hash',
  'apache-cookie',
  'caddy-cookie',
  'varnish-cookie',
]
