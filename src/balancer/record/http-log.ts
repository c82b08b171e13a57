// A request's line in HAProxy's `option httplog` (manual 8.2.3), for analysers that know it. Times that a Worker cannot know
// are 0: fetch hides when a connection was made.

import { logDate } from '../../http/log-date.ts'
import type { RequestLog } from './request-log.ts'

/** HAProxy's name for what answers with a statistics page. */
export const STATS_SERVER = '<STATS>'

export function httpLogLine(line: RequestLog): string {
  const { queueMs, responseMs, durationMs, server, wire } = line
  const { clientPort, query, isTls, protocol, isAnswered } = wire()
  // HAProxy: -1 for what never happened.
  const isPage = server?.startsWith('<') ?? false
  const isConnected = isPage || isAnswered || line.termination.endsWith('H')
  const hasResponse = isAnswered || (isPage && line.status < 400)
  const times = [0, server === null ? -1 : queueMs, isConnected ? 0 : -1, hasResponse ? responseMs : -1, durationMs]
  const retries = `${line.redispatches > 0 ? '+' : ''}${line.retries}`
  const place = `${line.backend ?? line.frontend}/${server ?? '<NOSRV>'}`
  const { requestCookie = null, responseCookie = null, request = [], response = [] } = line.captured ?? {}
  return [
    `${line.client}:${clientPort}`,
    `[${logDate(line.time)}]`,
    `${line.frontend}${isTls ? '~' : ''}`,
    place,
    times.join('/'),
    line.status,
    line.bytes,
    printable(requestCookie ?? '-'),
    printable(responseCookie ?? '-'),
    `${line.termination}${line.verdict}`,
    `0/0/0/0/${retries}`,
    '0/0',
    ...[request, response].filter((values) => values.length > 0).map(captured),
    `"${printable(`${line.method} ${line.path}${query} ${protocol}`)}"`,
  ].join(' ')
}

function captured(values: readonly string[]): string {
  return `{${values.map((value) => printable(value, /[^\x20-\x7e]|["#{|}]/g)).join('|')}}`
}

/** As HAProxy does: `#` and two digits for what is not printable, or would end the field. */
function printable(text: string, unwanted = /[^\x20-\x7e]|["#]/g): string {
  return text.replaceAll(unwanted, (character) => {
    const bytes = new TextEncoder().encode(character)
    return [...bytes].map((byte) => `#${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  })
}
