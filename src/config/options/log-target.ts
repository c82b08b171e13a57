// Where log lines go. HAProxy: configuration manual 4.2 "log", 3.1 "log-tag".

import * as v from 'valibot'

import { BRACKETED } from '../brackets.ts'
import { integer, listOf, oneOf, text } from '../fields.ts'
import { LOG_LEVELS } from '../log-level.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'

/** A facility's number is its place in this list. */
export const LOG_FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'auth2',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron2',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const

export const SYSLOG_FORMATS = ['local', 'rfc3164', 'rfc5424', 'short', 'raw'] as const
export type SyslogFormat = (typeof SYSLOG_FORMATS)[number]

const STREAMS = ['stdout', 'stderr'] as const

/** A path, or HOST:PORT. */
const ADDRESS = new RegExp(String.raw`^(?:\/\S+|${BRACKETED}:\d{1,5}|[^\s:[\]/]+:\d{1,5})$`)

export const syslogOptions = {
  /**
   * The syslog server: HOST:PORT by UDP, or the path of a local socket. Under `limpet serve` only.
   * @example syslog: '127.0.0.1:514'
   */
  syslog: required(v.pipe(text, v.regex(ADDRESS, "must be HOST:PORT or the path of a socket, such as '/dev/log'"))),
  /** The facility that lines are logged under. */
  facility: option(oneOf(LOG_FACILITIES), { default: 'local0' }),
  /** The least severe level that is still sent. */
  level: option(oneOf(LOG_LEVELS), { default: 'debug' }),
  /** The format of the syslog header. */
  format: option(oneOf(SYSLOG_FORMATS), { default: 'local', word: 'format' }),
  /**
   * The program's name in each line.
   * @example tag: 'shop'
   */
  tag: option(v.pipe(text, v.regex(/^[\x21-\x7e]{1,48}$/, 'must be up to 48 characters without blanks')), {
    default: 'limpet',
    word: 'log-tag',
  }),
  /** The longest line, in bytes; longer ones are cut. */
  maxBytes: option(integer(80, 65_000), { default: 1024, word: 'len' }),
}

export const logTargets = listOf(
  v.union(
    [v.picklist(STREAMS), objectOf(syslogOptions)],
    "must be 'stdout', 'stderr' or { syslog: 'HOST:PORT', facility, level, format, tag, maxBytes }",
  ),
  'must be a list of places',
)

type SyslogInput = Written<typeof syslogOptions>
export type LogTargetInput = v.InferInput<typeof logTargets>[number]

export interface SyslogTarget extends Omit<Values<typeof syslogOptions>, 'syslog' | 'facility' | 'level'> {
  /** HOST:PORT of a datagram socket, or the path of one. */
  readonly address: string
  readonly facility: number
  /** Lines that are less grave are not sent: the index of LOG_LEVELS. */
  readonly maxLevel: number
}

export interface LogTargets {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly syslog: readonly SyslogTarget[]
}

/** A line as an isolate hands it over: the index of its level, and the text. */
export type LogEntry = readonly [level: number, text: string]

export function resolveLogTargets(all: readonly LogTargetInput[], profile: Profile): LogTargets {
  return {
    stdout: all.includes('stdout'),
    stderr: all.includes('stderr'),
    syslog: all.filter((each) => typeof each === 'object').map((each) => resolveSyslog(each, profile)),
  }
}

function resolveSyslog(input: SyslogInput, profile: Profile): SyslogTarget {
  const { syslog, facility, level, ...values } = valuesOf(syslogOptions, input, profile)
  return {
    ...values,
    address: syslog,
    facility: LOG_FACILITIES.indexOf(facility),
    maxLevel: LOG_LEVELS.indexOf(level),
  }
}
