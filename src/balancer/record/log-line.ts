// A request's line, from its journey.

import { fieldsOf } from '../../http/fields.ts'
import { isoDate } from '../../http/log-date.ts'
import { versionOf } from '../../http/protocol.ts'
import type { Asked } from '../../rules/transaction.ts'
import type { Arrival } from '../reception/arrival.ts'
import type { Journey } from '../journey.ts'
import type { RequestPorts } from '../ports.ts'
import type { RequestLog } from './request-log.ts'

export function logLine(journey: Journey, status: number, bytes: number, ports: RequestPorts): RequestLog {
  const { request, asked, answered, captures, uniqueId, stick, release } = journey
  const { nowMs } = journey
  const { cf } = request as WithPlatform
  const ray = ports.onCloudflare ? asked.headers.get('cf-ray') : null
  return {
    wire: () => ({
      clientPort: asked.peerPort(),
      query: asked.query,
      isTls: asked.isTls,
      protocol: `HTTP/${versionOf(request)}`,
      isAnswered: answered !== undefined,
    }),
    time: isoDate(nowMs),
    client: asked.clientAddress,
    method: asked.method,
    host: asked.host,
    path: asked.path,
    frontend: asked.frontend.name,
    backend: journey.backend,
    server: journey.server,
    verdict: journey.verdict,
    termination: journey.termination,
    status,
    bytes,
    retries: journey.retries,
    redispatches: journey.redispatches,
    uniqueId: uniqueId?.(),
    captured: captures?.captured(),
    stick,
    release: release?.name ?? undefined,
    releaseBy: release?.by,
    rescuedFrom: release?.rescuedFrom,
    limit: journey.tracking?.logged(journey.termination),
    queueMs: journey.queueMs,
    responseMs: journey.responseMs,
    durationMs: nowMs - journey.startedMs,
    colo: (ports.onCloudflare && cf?.colo) || undefined,
    ray: ray || undefined,
  }
}

/** For a request that never came to a frontend. `asked`: undefined when its URL or its Host cannot be read. */
export function unreadableLine(
  request: Request,
  asked: Pick<Asked, 'host' | 'path' | 'query'> | undefined,
  { peerAddress, peerPort }: Arrival,
  status: number,
  nowMs: number,
): RequestLog {
  return {
    wire: () => ({
      clientPort: peerPort(),
      query: asked?.query ?? '',
      protocol: `HTTP/${versionOf(request)}`,
      isAnswered: false,
      isTls: false,
    }),
    time: isoDate(nowMs),
    client: peerAddress,
    method: request.method,
    host: asked?.host ?? fieldsOf(request.headers).get('host') ?? '',
    path: asked?.path ?? '<BADREQ>',
    frontend: null,
    backend: null,
    server: null,
    verdict: '--',
    termination: 'PR',
    status,
    bytes: 0,
    retries: 0,
    redispatches: 0,
    queueMs: 0,
    responseMs: 0,
    durationMs: 0,
  }
}

interface WithPlatform {
  readonly cf?: { readonly colo?: string }
}
