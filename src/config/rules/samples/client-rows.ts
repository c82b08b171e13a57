// The client and its connection. HAProxy: configuration manual 7.3.3, 7.3.4.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const CLIENT_FETCHES = {
  /** The client's address. */
  src: row('ip', 'client'),
  /** The port that the client's connection comes from; nothing on Cloudflare. */
  src_port: row('sint', 'client'),
  /** The port that the client came to. */
  dst_port: row('sint', 'client'),
  /** True if the client came by https. */
  ssl_fc: row('bool', 'client'),
  /** The name that the client asked for by https: that of its Host, because a Worker does not see the name in the TLS handshake. */
  ssl_fc_sni: row('str', 'client'),
  /** The major version of HTTP that the client speaks: 1, 2 or 3. */
  fc_http_major: row('sint', 'client'),
  /** The request's name, which `uniqueId` of the frontend makes. */
  'unique-id': row('str', 'client'),
} as const satisfies Record<string, FetchRow>
