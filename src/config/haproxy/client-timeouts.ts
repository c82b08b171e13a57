// `timeout client`, `timeout http-request` and others about a client's connection (configuration manual 4.2): what of them holds for the
// body of a request, which the balancer reads, and that the rest is no matter of a Worker.

import { parseDurationMs } from '../duration.ts'
import type { Duration } from '../duration.ts'
import type { FrontendInput } from '../options/frontend.ts'
import type { Draft } from './draft.ts'
import { differs, platform, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'

/** What they are about that `limpet serve` leaves open. */
const LEFT_OPEN: Readonly<Record<string, string>> = {
  client: 'a connection that sends nothing, or half a header,',
  'client-fin': 'a half-closed connection',
  'http-keep-alive': 'an idle connection',
  'http-request': 'a connection that sends half a header',
  tunnel: 'an idle WebSocket',
}

export const CLIENT_TIMEOUTS = [...Object.keys(LEFT_OPEN), 'server-fin', 'tarpit']

export function applyClientTimeout(name: string, time: Duration, draft: Draft): Outcome {
  // 0 is none.
  const set = parseDurationMs(time) === 0 ? undefined : time
  if (name === 'client') draft.timeoutClient = set
  if (name === 'http-request') draft.timeoutHttpRequest = set
  if (name === 'tarpit') {
    draft.timeoutTarpit = time
    return TRANSLATED
  }
  const open = LEFT_OPEN[name]
  if (open === undefined) return platform("connections are the platform's")
  const body = name === 'client' ? 'a body of at most 64 KB that does not come is answered with 408; ' : ''
  return differs(`${body}${open} is not ended by limpet serve: put a proxy in front, as docs/service.md shows`)
}

/** HAProxy gives a body `timeout server`, which the balancer does, too; `timeout http-request` only with `option http-buffer-request`. */
export function clientTimeoutsOf({
  timeoutClient: client,
  timeoutHttpRequest,
  buffersRequests,
}: Draft): FrontendInput['timeouts'] {
  const all = [client, buffersRequests ? timeoutHttpRequest : undefined].filter((time) => time !== undefined)
  const [shortest] = all.toSorted((one, other) => parseDurationMs(one)! - parseDurationMs(other)!)
  return shortest === undefined ? undefined : { client: shortest }
}
