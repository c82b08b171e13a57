// Where log lines go: what may be written, and what becomes of it. HAProxy: configuration manual 4.2 "log".

import * as v from 'valibot'

import { BRACKETED } from './brackets.ts'
import { integer, oneOf, strict, text } from './fields.ts'
import { LOG_LEVELS } from './log-level.ts'

/** A facility's number is its place in this list. */
export const LOG_FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2 local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

export const SYSLOG_FORMATS = ['local', 'rfc3164', 'rfc5424', 'short', 'raw'] as const
export type SyslogFormat = (typeof SYSLOG_FORMATS)[number]

const STREAMS = ['stdout', 'stderr'] as const
export const DEFAULT_MAX_BYTES = 1024

/** A path, or HOST:PORT. */
const ADDRESS = new RegExp(String.raw`^(?:\/\S+|${BRACKETED}:\d{1,5}|[^\s:[\]/]+:\d{1,5})$`)

const syslog = strict({
  syslog: v.pipe(text, v.regex(ADDRESS, "must be HOST:PORT or the path of a socket, such as '/dev/log'")),
  facility: v.optional(oneOf(LOG_FACILITIES)),
  level: v.optional(oneOf(LOG_LEVELS)),
  format: v.optional(oneOf(SYSLOG_FORMATS)),
  tag: v.optional(v.pipe(text, v.regex(/^[\x21-\x7e]{1,48}$/, 'must be up to 48 characters without blanks'))),
  maxBytes: v.optional(integer(80, 65_000)),
})

export const logTargetSchema = v.union(
  [v.picklist(STREAMS), syslog],
  "must be 'stdout', 'stderr' or { syslog: 'HOST:PORT', facility, level, format, tag, maxBytes }",
)

export type LogTargetInput = v.InferInput<typeof logTargetSchema>

export interface SyslogTarget {
  /** HOST:PORT of a datagram socket, or the path of one. */
  readonly address: string
  readonly facility: number
  /** Lines that are less grave are not sent: the index of LOG_LEVELS. */
  readonly maxLevel: number
  readonly format: SyslogFormat
  /** The program's name. */
  readonly tag: string
  /** Longer datagrams are cut. */
  readonly maxBytes: number
}

export interface LogTargets {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly syslog: readonly SyslogTarget[]
}

/** A line as an isolate hands it over: the index of its level, and the text. */
export type LogEntry = readonly [level: number, text: string]

export function resolveLogTargets(inputs: readonly LogTargetInput[] | undefined): LogTargets {
  const all = inputs ?? ['stdout']
  return {
    stdout: all.includes('stdout'),
    stderr: all.includes('stderr'),
    syslog: all.filter((each) => typeof each === 'object').map(resolveSyslog),
  }
}

function resolveSyslog(input: Exclude<LogTargetInput, string>): SyslogTarget {
  return {
    address: input.syslog,
    facility: LOG_FACILITIES.indexOf(input.facility ?? 'local0'),
    maxLevel: LOG_LEVELS.indexOf(input.level ?? 'debug'),
    format: input.format ?? 'local',
    tag: input.tag ?? 'limpet',
    maxBytes: input.maxBytes ?? DEFAULT_MAX_BYTES,
  }
}
