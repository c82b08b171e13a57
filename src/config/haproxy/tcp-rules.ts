// `tcp-request connection|session|content accept|reject ...` (configuration manual 4.2): rules for connections become rules for
// requests, because a Worker sees nothing else. On Cloudflare the client sees a difference: a 403 where HAProxy closes the connection.

import type { ActionInput, ResponseActionInput } from '../rules/action.ts'
import type { ConditionInput } from '../rules/condition.ts'
import { COUNTER_FETCHES } from '../rules/samples/counter-rows.ts'
import { fetchRow } from '../rules/samples/fetch-rows.ts'
import { fetchNamed } from '../rules/samples/sample.ts'
import { mistake, outcomeOf } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { unavailableAction } from './actions.ts'
import { RULESETS } from './draft.ts'
import { parseCapture } from './captures.ts'
import type { Draft, Ruleset, TcpRules } from './draft.ts'
import { connectionOutcome, isCounterVerb, parseCounterAction } from './counter-lines.ts'
import { parseSample, parseTemplate } from './haproxy-samples.ts'
import { logLevelOutcome, parseHttpRequest, parseLogLevel, parseRule } from './http-rules.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'
import { parseTime } from './time.ts'
import { isVariableVerb, parseVariableAction, scopeOutcome } from './variable-lines.ts'

/** HAProxy closes the connection. */
const REFUSED: ActionInput = { deny: { status: 403, closeConnection: true } }
export const REFUSED_LINE = differs(
  'limpet serve closes the connection as HAProxy does, but answers HEAD with 403; on Cloudflare a refused client gets 403',
)
export const SILENT_LINE = differs(
  'limpet serve closes the connection at once, which HAProxy leaves open, and answers HEAD; on Cloudflare there is an answer: tarpit keeps a client waiting',
)
const ALWAYS: ConditionInput = { sample: 'always_true', match: 'bool' }

const OF_CONNECTION = ['src', 'src_port', 'dst_port', 'dst_conn', 'fe_name', 'fe_id', 'fe_defbe', 'fe_client_timeout']
const COUNTERS = Object.keys(COUNTER_FETCHES)
/** What of the request is known of a connection before anything has been read. */
const KNOWN_EARLY: Readonly<Record<Ruleset, ReadonlySet<string> | undefined>> = {
  connection: new Set([...OF_CONNECTION, ...COUNTERS]),
  session: new Set([...OF_CONNECTION, ...COUNTERS, 'ssl_fc']),
  content: undefined,
}

function isKnownEarly(name: string, early: ReadonlySet<string>): boolean {
  const fetch = fetchNamed(name)
  return early.has(name) || (fetch !== undefined && fetchRow(fetch).of === 'anything')
}

export function applyTcpRequest([where = '', verb = '', ...rest]: readonly string[], draft: Draft, ports: AclPorts) {
  if (where === 'inspect-delay') return applyDelay([verb, ...rest])
  const ruleset = RULESETS.find((each) => each === where)
  if (!ruleset) return failed(unknownWord('tcp-request ruleset', where, [...RULESETS, 'inspect-delay']))
  if (verb === 'switch-mode' && ruleset === 'content') return applySwitch(rest)
  const parsed = parseRule([verb, ...rest], draft, ports, (words): Parsed<ActionInput | 'accept'> => {
    if (isVariableVerb(verb)) return parseVariableAction(verb, words.slice(1), 'request')
    if (isCounterVerb(verb))
      return parseCounterAction(verb, words.slice(1), 'request', ruleset === 'content' ? 'nothing' : 'session')
    if (verb === 'capture' && ruleset === 'content') return parseCapture('tcp-request content', words.slice(1), draft)
    if (verb === 'set-src' || (verb === 'set-log-level' && ruleset === 'content'))
      return parseHttpRequest(words, ports, draft)
    if (verb !== 'accept' && verb !== 'reject' && verb !== 'silent-drop')
      return unavailableAction(`tcp-request ${where}`, verb)
    return words.length === 1 ? { value: verb === 'accept' ? verb : REFUSED } : unknown(words.slice(1))
  })
  if ('problem' in parsed) return outcomeOf(parsed)
  const { if: condition = ALWAYS, do: action } = parsed.value
  const early = KNOWN_EARLY[ruleset]
  const late =
    early && [...fetchesOf(condition), ...fetchesOfAction(action)].find((fetch) => !isKnownEarly(fetch, early))
  if (late !== undefined) return unsupported(`${late} is not known before a request has been read: use content`)
  addTo(draft.tcpRequest[ruleset], parsed.value)
  if (action === REFUSED) return verb === 'silent-drop' ? SILENT_LINE : REFUSED_LINE
  return (early && connectionOutcome(verb)) ?? logLevelOutcome([verb, ...rest]) ?? scopeOutcome(verb) ?? TRANSLATED
}

/** `switch-mode http`, perhaps with `proto`, of a section that is plain TCP. */
function applySwitch([mode]: readonly string[]): Outcome {
  return mode === 'http' ? platform('everything is HTTP') : failed(`switch-mode needs http (found '${mode}')`)
}

function applyDelay([time]: readonly string[]): Outcome {
  if (parseTime(time) === undefined) return failed(`inspect-delay needs a time such as 5s (found '${time}')`)
  return platform('rules are read when the request is there')
}

const TAKEN_BACK: ResponseActionInput = { deny: { status: 502, closeConnection: true } }
const TAKEN_BACK_LINE = differs(
  'limpet serve closes the connection as HAProxy does, but answers HEAD with 502; on Cloudflare the client gets 502',
)
const TAKES_BACK = new Set(['reject', 'silent-drop', 'close'])

/** They come before `http-response`. */
export function applyTcpResponse([where = '', verb = '', ...rest]: readonly string[], draft: Draft, ports: AclPorts) {
  if (where === 'inspect-delay') return applyDelay([verb, ...rest])
  if (where !== 'content') return failed(unknownWord('tcp-response ruleset', where, ['content', 'inspect-delay']))
  const parsed = parseRule([verb, ...rest], draft, ports, (words): Parsed<ResponseActionInput | 'accept'> => {
    if (isVariableVerb(verb)) return parseVariableAction(verb, words.slice(1), 'response')
    if (verb.startsWith('sc-')) return parseCounterAction(verb, words.slice(1), 'response')
    if (verb === 'set-log-level') return parseLogLevel(words.slice(1))
    if (verb !== 'accept' && !TAKES_BACK.has(verb)) return unavailableAction('tcp-response content', verb)
    return words.length === 1 ? { value: verb === 'accept' ? verb : TAKEN_BACK } : unknown(words.slice(1))
  })
  if ('problem' in parsed) return outcomeOf(parsed)
  addTo(draft.tcpResponse, parsed.value)
  if (parsed.value.do === TAKEN_BACK) return verb === 'silent-drop' ? SILENT_LINE : TAKEN_BACK_LINE
  return logLevelOutcome([verb, ...rest]) ?? scopeOutcome(verb) ?? TRANSLATED
}

function unknown(words: readonly string[]): Parsed<never> {
  return mistake(`'${words.join(' ')}' is not known`)
}

/** What was accepted before it does not meet the rule. */
function addTo<T>(
  set: TcpRules<T>,
  { if: condition, do: action }: { readonly if?: ConditionInput; readonly do: T | 'accept' },
): void {
  if (action === 'accept') {
    set.accepts.push(condition ?? ALWAYS)
    return
  }
  const spared: ConditionInput[] = set.accepts.map((accepted) => ({ not: accepted }))
  const all = [...(condition === undefined ? [] : [condition]), ...spared]
  set.rules.push({ ...(all.length === 0 ? {} : { if: all.length === 1 ? all[0]! : { all } }), do: action })
}

function fetchesOfAction(action: ActionInput | 'accept'): readonly string[] {
  if (typeof action === 'string') return []
  if ('trackSc' in action) return [parseSample(action.trackSc.key)!.fetch]
  if ('setSrc' in action) return [parseSample(action.setSrc)!.fetch]
  if (!('setVar' in action)) return []
  const { value, text = '' } = action.setVar
  const parts = value === undefined ? parseTemplate(text)! : [parseSample(value)!]
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.fetch]))
}

function fetchesOf(condition: ConditionInput): readonly string[] {
  if ('all' in condition) return condition.all.flatMap(fetchesOf)
  if ('any' in condition) return condition.any.flatMap(fetchesOf)
  if ('not' in condition) return fetchesOf(condition.not)
  if ('sample' in condition) return [parseSample(condition.sample)!.fetch]
  return 'src' in condition ? ['src'] : Object.keys(condition)
}
