// What each keyword of a proxy section does to its draft (configuration manual 4). One entry a keyword.

import { aclNameProblem, isIf, outcomeOf, parseCriterion, parseIf } from './acl.ts'
import type { AclPorts } from './acl.ts'
import { applyBalance, applyHashBalanceFactor, applyHashType } from './balance-line.ts'
import { applyBind } from './bind-line.ts'
import type { BindPorts } from './bind-line.ts'
import { applyCompression } from './compression-line.ts'
import { applyClientTimeout, CLIENT_TIMEOUTS } from './client-timeouts.ts'
import { parseCookieLine } from './cookie-line.ts'
import type { Draft } from './draft.ts'
import { parseTemplate } from './haproxy-samples.ts'
import { formatMistake, formatProblem } from './log-format.ts'
import { timeoutsOptions } from '../options/timeouts.ts'
import {
  applyBlock,
  applyHttpAfterResponse,
  applyHttpRequest,
  applyHttpResponse,
  applyRedirect,
  applyReqadd,
  applyRspadd,
} from './rule-lines.ts'
import { done, take } from './take.ts'
import { ERROR_KEYWORDS } from './error-replies.ts'
import { applyHttpCheck } from './http-check.ts'
import { applyCapture, applyDeclare } from './captures.ts'
import { applyLogLine } from './log-lines.ts'
import { applyEmailAlert } from './mailers.ts'
import { applyMonitor, applyMonitorUri } from './monitor.ts'
import { oldWords } from './old-words.ts'
import { applyOption } from './options.ts'
import { unknownWord } from './read-line.ts'
import { applyRetryOn } from './retry-line.ts'
import { parseDefaultServer, parseServerLine } from './server-line.ts'
import { applyStatsLine } from './stats-lines.ts'
import { applyStick, applyStickTable } from './stick-lines.ts'
import { applyTcpRequest, applyTcpResponse } from './tcp-rules.ts'
import { parseTemplateLine } from './template-line.ts'
import { applyIdFormat, applyIdHeader } from './unique-id-lines.ts'
import { parseTime } from './time.ts'
import { newerText } from './words.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

/** What a line may need to know besides its section. */
export interface LinePorts extends AclPorts, BindPorts {
  /** Names of the file's `mailers` sections. */
  readonly mailers: ReadonlySet<string>
}

export type Handler = (words: readonly string[], draft: Draft, ports: LinePorts) => Outcome

export const PROXY_KEYWORDS: Readonly<Record<string, Handler>> = {
  mode: ([mode = ''], draft) => {
    if (mode === 'http' || mode === 'tcp' || mode === 'health') return done(() => (draft.mode = mode))
    const version = NEWER_MODES[mode]
    return version === undefined
      ? failed(unknownWord('mode', mode, ['http', 'tcp']))
      : unsupported(newerText(`mode ${mode}`, version))
  },
  bind: applyBind,
  acl: ([name = '', ...criterion], draft, ports) => {
    const wrong = aclNameProblem(name)
    if (wrong !== undefined) return failed(wrong)
    return take(parseCriterion(criterion, ports), (condition) => {
      const before = draft.acls.get(name) ?? []
      if (before !== 'unreadable') draft.acls.set(name, [...before, condition])
    })
  },
  default_backend: ([name], draft) => loop(name, draft) ?? done(() => (draft.defaultBackend = name)),
  use_backend: applyUseBackend,
  redirect: applyRedirect,
  'http-request': applyHttpRequest,
  'http-response': applyHttpResponse,
  'http-after-response': applyHttpAfterResponse,
  monitor: applyMonitor,
  'monitor-uri': applyMonitorUri,
  balance: applyBalance,
  'hash-type': applyHashType,
  'hash-balance-factor': applyHashBalanceFactor,
  cookie: applyCookie,
  'dynamic-cookie-key': ([key], draft) => done(() => (draft.dynamicKey = key)),
  server: (words, draft, ports) => applyServer(words, draft, ports),
  'default-server': (words, draft) => {
    const { values, outcome } = parseDefaultServer(words)
    draft.defaultServer = { ...draft.defaultServer, ...values }
    return outcome
  },
  retries: ([count = ''], draft) =>
    /^\d+$/.test(count) ? done(() => (draft.backend.retries = Number(count))) : failed('needs a whole number'),
  'stick-table': (words, draft) => applyStickTable(words, draft),
  stick: applyStick,
  'tcp-request': applyTcpRequest,
  'retry-on': applyRetryOn,
  ...ERROR_KEYWORDS,
  option: applyPlainOption,
  'http-check': (words, draft) => applyHttpCheck(words, draft),
  timeout: applyTimeout,
  'force-persist': (words, draft, ports) => persistRule('force', words, draft, ports),
  'ignore-persist': (words, draft, ports) => persistRule('ignore', words, draft, ports),
  'use-server': ([server = '', ...condition], draft, ports) =>
    take(parseIf(condition, draft.acls, ports), (holds) => {
      draft.backend.useServer = [...(draft.backend.useServer ?? []), { if: holds, server }]
    }),
  maxconn: applyMaxconn,
  log: (words, draft) => applyLogLine(words, draft.logs),
  'log-format': ([format = '']) => {
    const wrong = formatMistake(format)
    if (wrong !== undefined) return failed(wrong)
    return differs('lines have the form of option httplog, or are JSON with --log json')
  },
  'log-format-sd': () => differs('lines to syslog have no structured data'),
  'error-log-format': ([format = '']) => {
    const wrong = formatMistake(format)
    if (wrong !== undefined) return failed(wrong)
    return differs('lines of failed connections have the form of the others')
  },
  'log-tag': () => differs('one tag is used for all lines: that of the global section'),
  stats: applyStatsLine,
  'email-alert': applyEmailAlert,
  capture: applyCapture,
  declare: applyDeclare,
  'unique-id-format': applyIdFormat,
  'unique-id-header': applyIdHeader,
  fullconn: () => differs('only minconn reads it: the limit of a server is its maxconn, whatever the load'),
  disabled: () => unsupported('remove the section instead'),
  'rate-limit': ([what]) =>
    what === 'sessions'
      ? unsupported('new connections are not limited')
      : failed(unknownWord('rate-limit', what ?? '', ['sessions'])),
  compression: applyCompression,
  'tcp-response': applyTcpResponse,
  'server-template': (words, draft, ports) => applyServer(words, draft, ports, parseTemplateLine),
  id: ([id = '']) =>
    /^[1-9]/.test(id) ? differs("a proxy's number is its place in the file") : failed('id needs a number from 1'),
  source: ([address]) =>
    address === undefined
      ? failed('source needs an address')
      : differs('connections to servers come from the address that the system chooses'),
  'http-reuse': ([mode = '']) =>
    REUSES.includes(mode)
      ? platform("connections to servers are the platform's")
      : failed(unknownWord('http-reuse mode', mode, REUSES)),
  'load-server-state-from-file': ([where = '']) =>
    STATE_FILES.includes(where)
      ? differs('states are kept in the directory of --state')
      : failed(unknownWord('load-server-state-from-file mode', where, STATE_FILES)),
  ...oldWords({
    timeout: applyTimeout,
    option: applyPlainOption,
    block: applyBlock,
    reqadd: applyReqadd,
    rspadd: applyRspadd,
  }),
  ...Object.fromEntries(
    ['backlog', 'description', 'enabled', 'bind-process'].map((keyword) => [
      keyword,
      () => platform("connections are the platform's"),
    ]),
  ),
}

function applyPlainOption(words: readonly string[], draft: Draft): Outcome {
  return applyOption(words, false, draft)
}

const NEWER_MODES: Readonly<Record<string, string>> = { log: '2.9', spop: '3.1' }
const REUSES = ['never', 'safe', 'aggressive', 'always']
const STATE_FILES = ['global', 'local', 'none']
const TIMEOUTS = [...Object.keys(timeoutsOptions), 'check', ...CLIENT_TIMEOUTS]

/** What is wrong with such a line HAProxy refuses, too. */
function applyCookie(words: readonly string[], draft: Draft): Outcome {
  const parsed = parseCookieLine(words)
  if ('problem' in parsed) return failed(parsed.problem)
  const { cookie, isDynamic } = parsed.value
  draft.backend.cookie = cookie
  draft.isDynamic = isDynamic
  return TRANSLATED
}

function applyServer(
  words: readonly string[],
  draft: Draft,
  { binds }: LinePorts,
  parse: typeof parseServerLine = parseServerLine,
): Outcome {
  const parsed = parse(words, draft.defaultServer, binds.caBase)
  if ('problem' in parsed) return outcomeOf(parsed)
  const { server, outcome } = parsed
  draft.servers.push({ ...server, input: { ...server.input, check: server.input.check ?? false } })
  return outcome
}

function applyMaxconn([count = '']: readonly string[], draft: Draft): Outcome {
  if (!/^\d+$/.test(count)) return unsupported('needs a whole number')
  draft.maxconn = Number(count) > 0 ? Number(count) : undefined
  return TRANSLATED
}

function applyTimeout([name = '', value]: readonly string[], draft: Draft): Outcome {
  if (!TIMEOUTS.includes(name)) return failed(unknownWord('timeout', name, TIMEOUTS))
  const time = parseTime(value)
  if (time === undefined) return failed(`timeout ${name} needs a time such as 2s`)
  if (name === 'check') return done(() => (draft.timeoutCheck = time))
  if (!Object.hasOwn(timeoutsOptions, name)) return applyClientTimeout(name, time, draft)
  draft.backend.timeouts = { ...draft.backend.timeouts, [name]: time }
  return TRANSLATED
}

/** Of a listen section that sends requests to itself: HAProxy refuses it, whatever the condition. */
function loop(name: string | undefined, { kind, name: own }: Draft): Outcome | undefined {
  return kind === 'listen' && name === own
    ? failed(`loop detected: '${own}' is this section itself, whose servers come without such a line: remove it`)
    : undefined
}

function applyUseBackend([name, ...condition]: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  if (name === undefined) return failed('needs the name of a backend')
  const circle = loop(name, draft)
  if (circle) return circle
  if (name.includes('%[') && !parseTemplate(name)) return outcomeOf(formatProblem(name))
  if (condition.length === 0) return done(() => draft.useBackend.push({ do: { useBackend: name } }))
  if (!isIf(condition[0])) {
    return failed(`unexpected '${condition[0]}' after the backend: only if and unless may follow`)
  }
  return take(parseIf(condition, draft.acls, ports), (holds) =>
    draft.useBackend.push({ if: holds, do: { useBackend: name } }),
  )
}

function persistRule(how: 'force' | 'ignore', words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  return take(parseIf(words, draft.acls, ports), (holds) => {
    draft.backend.persistRules = [...(draft.backend.persistRules ?? []), { if: holds, do: how }]
  })
}
