// Whether a response is Cloudflare's in place of a server's. Only the status and `server: cloudflare` tell:
// the body is text, HTML, JSON, Markdown or the zone's own page, of any length, so it is not read. Requests and checks
// both ask here, and decide themselves what follows from a failure.
// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/

import type { Server } from '../config/config.ts'
import type { CheckCode } from './check.ts'

export interface CloudflareFailure {
  /** `no`: the server cannot have seen the request. */
  readonly delivered: 'no' | 'unknown'
  /** What a check calls it. */
  readonly code: CheckCode
  /** It is also what a Worker gets that fetches its own Custom Domain. */
  readonly mayBeOwnName?: true
}

const BY_STATUS: ReadonlyMap<number, CloudflareFailure> = new Map<number, CloudflareFailure>([
  [520, { delivered: 'unknown', code: 'L7RSP' }],
  [521, { delivered: 'no', code: 'L4CON' }],
  // Either no connection, or 90 s without an acknowledgement after there was one, or no server was asked at all.
  [522, { delivered: 'unknown', code: 'L4TOUT', mayBeOwnName: true }],
  [523, { delivered: 'no', code: 'L4CON' }],
  [524, { delivered: 'unknown', code: 'L7TOUT' }],
  [525, { delivered: 'no', code: 'L6RSP' }],
  [526, { delivered: 'no', code: 'L6RSP' }],
  [530, { delivered: 'no', code: 'L4CON' }],
])

/** A Tunnel answers 502 alike when its application refuses the connection and when it breaks off its answer. */
const BY_TUNNEL_STATUS: ReadonlyMap<number, CloudflareFailure> = new Map<number, CloudflareFailure>([
  [502, { delivered: 'unknown', code: 'L7RSP' }],
  [504, { delivered: 'unknown', code: 'L7TOUT' }],
])

/** Undefined: the server's own answer. `server`: leave it out to judge only failures that any server may have. */
export function cloudflareFailure(response: Response, server?: Pick<Server, 'via'>): CloudflareFailure | undefined {
  const { status } = response
  const failure = BY_STATUS.get(status) ?? (server?.via === 'tunnel' ? BY_TUNNEL_STATUS.get(status) : undefined)
  return failure && response.headers.get('server') === 'cloudflare' ? failure : undefined
}
