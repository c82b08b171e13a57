import { hostname } from 'node:os'

import { expect, it } from 'vitest'

import { LOG_LEVELS } from '../../config/log-level.ts'
import { resolveLogTargets } from '../../config/options/log-target.ts'
import type { SyslogFormat } from '../../config/options/log-target.ts'
import { syslogLine } from './syslog-relay.ts'

const INFO = LOG_LEVELS.indexOf('info')
/** Local time: what RFC 3164 asks for. */
const NOW = new Date(2026, 10, 5, 9, 7, 8, 250)

it.each<[SyslogFormat, string]>([
  ['local', `<134>Nov  5 09:07:08 limpet[${process.pid}]: GET /`],
  ['rfc3164', `<134>Nov  5 09:07:08 ${hostname()} limpet[${process.pid}]: GET /`],
  ['rfc5424', `<134>1 ${NOW.toISOString().slice(0, 23)}000+00:00 ${hostname()} limpet ${process.pid} - - GET /`],
  ['short', '<6>GET /'],
  ['raw', 'GET /'],
])('%s', (format, line) => {
  const [target] = resolveLogTargets([{ syslog: '127.0.0.1:514', format }], 'limpet').syslog
  expect(syslogLine(target!, INFO, 'GET /', NOW)).toBe(line)
})
