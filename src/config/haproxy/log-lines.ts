// `log` lines of global, defaults and proxy sections (configuration manual 4.2 "log", 3.1 "log-tag"): whether a frontend's
// requests are logged, and where the lines go.

import { LOG_LEVELS } from '../log-level.ts'
import { LOG_FACILITIES, SYSLOG_FORMATS } from '../options/log-target.ts'
import type { LogTargetInput } from '../options/log-target.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { surplus } from './word-counts.ts'

/** What the `log` lines of one section say. */
export interface LogDraft {
  /** `log global`: where the global section's lines go, too. */
  isGlobal: boolean
  targets: LogTargetInput[]
}

export function newLogDraft(): LogDraft {
  return { isGlobal: false, targets: [] }
}

/** `isNegated`: `no log` takes back what defaults said. */
export function applyLogLine(words: readonly string[], draft: LogDraft, isNegated = false): Outcome {
  if (isNegated) {
    draft.isGlobal = false
    draft.targets = []
    return TRANSLATED
  }
  if (words.length === 1 && words[0] === 'global') {
    draft.isGlobal = true
    return TRANSLATED
  }
  const [address = '', ...rest] = words
  const options: Record<string, string> = {}
  while (OPTIONS.has(rest[0] ?? '')) {
    const option = rest.shift()!
    options[option] = rest.shift() ?? ''
  }
  const [written = '', level = 'debug', leastLevel, more] = rest
  if (more !== undefined) return surplus('the levels', more)
  const facility = LOG_FACILITIES.find((each) => each === written)
  if (!facility) return failed(`'${written}' is not a facility: ${LOG_FACILITIES.join(' ')}`)
  const named = LOG_LEVELS.find((each) => each === level)
  if (!named) return failed(`'${level}' is not a level: ${LOG_LEVELS.join(' ')}`)
  const stream = STREAMS[address]
  if (stream) {
    draft.targets.push(stream)
    const isRaw = options['format'] === undefined || options['format'] === 'raw'
    return isRaw ? TRANSLATED : differs(`lines on ${stream} are written raw`)
  }
  if (address.includes('@') && !/^(?:udp|ipv)[46]?@/.test(address) && !address.startsWith('unix@')) {
    const problem = /^(?:ring|fd|sockpair|abnsz?|tcp[46]?|env|stderr|stdout|quic[46]?|unix)@/.test(address)
      ? unsupported
      : failed
    return problem(`${address}: lines can go to HOST:PORT, the path of a socket, stdout or stderr`)
  }
  const format = SYSLOG_FORMATS.find((each) => each === (options['format'] ?? 'local'))
  if (!/^\d/.test(options['len'] ?? '1024')) return failed(`len needs a whole number (found '${options['len']}')`)
  if (!format)
    return (OTHER_FORMATS.has(options['format']!) ? unsupported : failed)(
      `format ${options['format']}: there are ${SYSLOG_FORMATS.join(' ')}`,
    )
  draft.targets.push({
    syslog: addressOf(address),
    facility,
    level: named,
    format,
    ...(options['len'] === undefined ? {} : { maxBytes: Number(options['len']) }),
  })
  const said = 'under limpet serve; on Cloudflare lines go to Workers Logs'
  if (options['sample'] !== undefined)
    return differs(`all lines are sent, sample ${options['sample']} is not kept; ${said}`)
  return leastLevel === undefined ? platform(said) : differs(`levels are not raised to ${leastLevel}; ${said}`)
}

/** Of HAProxy 2.6. */
const OTHER_FORMATS = new Set('local rfc3164 rfc5424 priority short timed iso raw'.split(' '))
const OPTIONS = new Set(['len', 'format', 'sample'])
const STREAMS: Readonly<Record<string, 'stdout' | 'stderr'>> = {
  stdout: 'stdout',
  stderr: 'stderr',
  'fd@1': 'stdout',
  'fd@2': 'stderr',
}

/** HAProxy's default port is 514. */
function addressOf(address: string): string {
  const bare = address.replace(/^(?:udp[46]?|ipv[46]|unix)@/, '')
  if (bare.startsWith('/') || /:\d+$/.test(bare)) return bare
  return `${bare.replace(/:$/, '')}:514`
}

/** All targets of all lines, each once. */
export function logTargetsOf(
  { logs, logTag: tag }: { readonly logs: LogDraft; readonly logTag: string },
  sections: readonly LogDraft[],
): LogTargetInput[] {
  const all = [...logs.targets, ...sections.flatMap(({ targets }) => targets)]
  const tagged = all.map((target) => (typeof target === 'string' ? target : { ...target, tag }))
  return [...new Map(tagged.map((target) => [JSON.stringify(target), target])).values()]
}

/** Whether a section's requests are logged at all. */
export function isLogged(section: LogDraft, globals: LogDraft): boolean {
  return section.targets.length > 0 || (section.isGlobal && globals.targets.length > 0)
}
