// A request's line in HAProxy's `option httplog` (manual 8.2.3), for analysers that know it. Times that a Worker cannot know
// are 0: when a connection was made is hidden by fetch.

import type { RequestLog } from './ports.ts'

export function httpLogLine(line: RequestLog): string {
  const { queueMs, responseMs, durationMs, server, wire } = line
  const { clientPort, query, protocol, isAnswered } = wire
  // HAProxy: -1 for what never happened.
  const times = [0, queueMs, isAnswered ? 0 : -1, isAnswered ? responseMs : -1, durationMs].join('/')
  const retries = `${line.redispatches > 0 ? '+' : ''}${line.retries}`
  const place = `${line.backend ?? line.frontend}/${server ?? '<NOSRV>'}`
  return printable(
    `${line.client}:${clientPort} [${clock(line.time)}] ${line.frontend} ${place} ${times} ${line.status} ${line.bytes} - - ${line.termination}${line.verdict} 0/0/0/0/${retries} 0/0 "${line.method} ${line.path}${query} ${protocol}"`,
  )
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** 2026-11-21T12:07:08.757Z is 21/Nov/2026:12:07:08.757. */
export function clock(iso: string): string {
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 23)}`
}

/** As HAProxy does: `#` and two digits for what is not printable. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (character) => {
    const bytes = new TextEncoder().encode(character)
    return [...bytes].map((byte) => `#${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  })
}
