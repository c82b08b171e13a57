// One check of one server: ask, judge, say why. HAProxy: configuration manual 4.2 "option httpchk";
// result codes: management manual 9.1 "check_status". Two ways to ask, as the platform allows: a socket
// (http-check.ts) or fetch (fetch-check.ts).

import type { CheckConfig } from '../config/options/check.ts'
import type { Server } from '../config/config.ts'

/**
 * L4: connection, L6: TLS, L7: HTTP. OK, TOUT: timed out, CON: refused, RSP: unreadable or not as expected, STS: unwanted
 * status; OKC: the server asks to get no new clients. */
export type CheckCode =
  | 'L4OK'
  | 'L4CON'
  | 'L4TOUT'
  | 'L6OK'
  | 'L6RSP'
  | 'L6TOUT'
  | 'L7OK'
  | 'L7OKC'
  | 'L7TOUT'
  | 'L7RSP'
  | 'L7STS'

export interface CheckResult {
  readonly code: CheckCode
  /** The HTTP status, when there was one. */
  readonly status: number | null
  readonly durationMs: number
}

/** `state`: the text that tells a server its own state, if its check has `sendState`. */
export type Prober = (server: Server, check: CheckConfig, state?: string) => Promise<CheckResult>

/** Where to ask a server: HAProxy's `addr` and `port` may differ from where its requests go. */
export function askedServer(server: Server, { addr, port }: CheckConfig): Server {
  if (addr === null && port === null) return server
  const asked = { ...server, hostname: addr ?? server.hostname, port: port ?? server.port }
  return { ...asked, origin: `${server.tls ? 'https' : 'http'}://${asked.hostname}:${asked.port}` }
}

/** Sockets of checks trust public CAs and the name of the address: under `limpet serve` others have a service of their own. */
export function hasOwnTrust({ tls, caFile, verifyhost, check }: Server): boolean {
  return tls && check !== null && (caFile !== null || verifyhost !== null)
}

export function passed(result: CheckResult): boolean {
  return result.code.endsWith('OK') || result.code === 'L7OKC'
}

/** Management manual 9.1, "check_desc". */
export const CHECK_TEXT: Readonly<Record<CheckCode, string>> = {
  L4OK: 'Layer4 check passed',
  L4CON: 'Layer4 connection problem',
  L4TOUT: 'Layer4 timeout',
  L6OK: 'Layer6 check passed',
  L6RSP: 'Layer6 invalid response',
  L6TOUT: 'Layer6 timeout',
  L7OK: 'Layer7 check passed',
  L7OKC: 'Layer7 check conditionally passed',
  L7TOUT: 'Layer7 timeout',
  L7RSP: 'Layer7 invalid response',
  L7STS: 'Layer7 wrong status',
}

/** For people who do not know the codes. */
export const CAUSE_TEXT: Readonly<Record<CheckCode, string>> = {
  L4OK: 'connection opened',
  L4CON: 'connection refused or unreachable',
  L4TOUT: 'connection timed out',
  L6OK: 'TLS handshake done',
  L6RSP: 'TLS handshake failed',
  L6TOUT: 'TLS handshake timed out',
  L7OK: 'check passed',
  L7OKC: 'check conditionally passed',
  L7TOUT: 'no answer in time',
  L7RSP: 'unexpected or unreadable answer',
  L7STS: 'unwanted status',
}

/** For people: `unwanted status 500 (L7STS) in 3 ms`. */
export function describeResult({ code, status, durationMs }: CheckResult): string {
  return `${CAUSE_TEXT[code]}${status === null ? '' : ` ${status}`} (${code}) in ${durationMs} ms`
}
