// `http-request ...`, `redirect ...`, `use_backend ...`, `reqadd ...` (configuration manual 4.2): words -> rules.

import { patternProblem } from '../../pattern/compile.ts'
import { LOG_LEVELS } from '../rules/action.ts'
import type { ActionInput } from '../rules/action.ts'
import type { ConditionInput } from '../rules/condition.ts'
import { HEADER_NAME_MATCHES } from '../rules/header-action.ts'
import type { HeaderActionInput } from '../rules/header-action.ts'
import type { AfterResponseRuleInput, ResponseRuleInput } from '../rules/rule.ts'
import { isIf, mistake, parseIf, sampleProblem } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { unavailableAction } from './actions.ts'
import { parseDeny, parseRedirect, parseReturn, parseTarpit } from './answer-lines.ts'
import { parseCapture } from './captures.ts'
import { isCounterVerb, parseCounterAction } from './counter-lines.ts'
import { parseSample, parseTemplate } from './haproxy-samples.ts'
import { differs } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { formatProblem } from './log-format.ts'
import type { Draft } from './draft.ts'
import { parseSetTimeout, parseWaitForBody } from './waiting-lines.ts'
import { needsResponse } from '../rules/samples/sample.ts'
import { isListVerb, parseListAction } from './list-actions.ts'
import { isVariableVerb, parseVariableAction } from './variable-lines.ts'

/** As it is written. */
interface Replacement {
  readonly match: string
  readonly with: string
}

/** Splits off `if ...` or `unless ...`, which comes last. */
export function parseRule<T>(
  words: readonly string[],
  draft: Draft,
  ports: AclPorts,
  parseAction: (words: readonly string[], ports: AclPorts, draft: Draft) => Parsed<T>,
): Parsed<{ if?: ConditionInput; do: T }> {
  const at = words.findLastIndex(isIf)
  const action = parseAction(at === -1 ? words : words.slice(0, at), ports, draft)
  if ('problem' in action) return action
  if (at === -1) return { value: { do: action.value } }
  const condition = parseIf(words.slice(at), draft.acls, ports)
  return 'problem' in condition ? condition : { ...condition, value: { if: condition.value, do: action.value } }
}

export function parseHttpRequest(words: readonly string[], ports: AclPorts, draft: Draft): Parsed<ActionInput> {
  const [verb, ...rest] = words
  switch (verb) {
    case 'set-header':
    case 'add-header':
    case 'del-header':
    case 'replace-header':
    case 'replace-value':
      return parseHeaderAction('http-request', verb, rest)
    case 'set-path':
      if (rest.length !== 1) return { problem: 'set-path needs a path' }
      return parseTemplate(rest[0]!) ? { value: { setPath: rest[0]! } } : formatProblem(rest[0]!)
    case 'set-query':
      if (rest.length !== 1) return { problem: 'set-query needs a query' }
      return parseTemplate(rest[0]!) ? { value: { setQuery: rest[0]! } } : formatProblem(rest[0]!)
    case 'set-src': {
      const sample = parseSample(rest[0] ?? '')
      if (rest.length > 1) return mistake(`unexpected '${rest[1]}' after set-src`)
      return sample && !needsResponse(sample) ? { value: { setSrc: rest[0]! } } : sampleProblem(rest[0] ?? '')
    }
    case 'set-log-level':
      return parseLogLevel(rest)
    case 'set-pathq':
    case 'set-uri':
    case 'set-method':
      return parseTextAction(verb, rest)
    case 'replace-path':
    case 'replace-pathq':
    case 'replace-uri': {
      const replacement = parseReplacement(verb, rest)
      if ('problem' in replacement) return replacement
      const { value } = replacement
      return { value: verb === 'replace-path' ? { replacePath: value } : { replacePathq: value } }
    }
    case 'deny':
      return parseDeny(rest, ports, 403)
    case 'tarpit':
      return parseTarpit(rest, ports)
    case 'reject':
    case 'silent-drop':
      return rest.length === 0
        ? { value: { deny: { status: 403, closeConnection: true } } }
        : { problem: `${verb} stands alone` }
    case 'disable-l7-retry':
      return rest.length === 0 ? { value: { disableL7Retry: true } } : mistake('disable-l7-retry stands alone')
    case 'auth':
      if (rest.length === 0) return { value: { auth: { realm: draft.name } } }
      return rest.length === 2 && rest[0] === 'realm'
        ? { value: { auth: { realm: rest[1]! } } }
        : { problem: `'${rest.join(' ')}' is not supported in auth` }
    case 'redirect':
      return parseRedirect(rest, true)
    case 'return':
      return parseReturn(rest, ports)
    case 'use-service':
      return rest.length === 1 && rest[0] === SERVICE
        ? { value: { useService: SERVICE } }
        : { problem: `use-service ${rest.join(' ')}: there is ${SERVICE} alone` }
    case 'allow':
      return parseAllow(rest)
    case 'capture':
      return parseCapture('http-request', rest, draft)
    case 'wait-for-body':
      return parseWaitForBody(rest)
    case 'set-timeout':
      return parseSetTimeout(rest, draft)
    default:
      if (isListVerb(verb ?? '')) return parseListAction(verb!, rest, 'request', ports)
      if (isCounterVerb(verb ?? '')) return parseCounterAction(verb!, rest, 'request')
      return isVariableVerb(verb ?? '')
        ? parseVariableAction(verb!, rest, 'request')
        : unavailableAction('http-request', verb ?? '')
  }
}

export function parseHttpResponse(
  words: readonly string[],
  ports: AclPorts,
  draft: Draft,
): Parsed<ResponseRuleInput['do']> {
  const [verb = '', ...rest] = words
  switch (verb) {
    case 'deny':
      return parseDeny(rest, ports, 502)
    case 'silent-drop':
      return rest.length === 0
        ? { value: { deny: { status: 502, closeConnection: true } } }
        : { problem: `${verb} stands alone` }
    case 'return':
      return parseReturn(rest, ports)
    case 'redirect': {
      const parsed = parseRedirect(rest, true)
      if ('problem' in parsed) return parsed
      return 'redirect' in parsed.value && parsed.value.redirect.location !== undefined
        ? { value: parsed.value }
        : mistake('a response is redirected by location alone')
    }
    case 'set-log-level':
      return parseLogLevel(rest)
    case 'wait-for-body':
      return parseWaitForBody(rest)
    default:
      if (isListVerb(verb)) return parseListAction(verb, rest, 'response', ports)
      if (isCounterVerb(verb)) return parseCounterAction(verb, rest, 'response')
      return parseAfterResponse([verb, ...rest], 'http-response', draft)
  }
}

/** `http-after-response`, and what `http-response` has of it. */
export function parseAfterResponse(
  [verb = '', ...words]: readonly string[],
  ruleset: 'http-response' | 'http-after-response',
  draft: Draft,
): Parsed<AfterResponseRuleInput['do']> {
  if (isVariableVerb(verb)) return parseVariableAction(verb, words, 'response')
  if (verb === 'allow') return parseAllow(words)
  if (verb === 'capture') return parseCapture(ruleset, words, draft)
  return verb === 'set-status' ? parseSetStatus(words) : parseHeaderAction(ruleset, verb, words)
}

function parseAllow(words: readonly string[]): Parsed<{ readonly allow: true }> {
  return words.length === 0 ? { value: { allow: true } } : mistake('allow stands alone')
}

export function parseLogLevel([level = '', ...more]: readonly string[]): Parsed<{
  setLogLevel: (typeof LOG_LEVELS)[number]
}> {
  const found = LOG_LEVELS.find((each) => each === level)
  return found !== undefined && more.length === 0
    ? { value: { setLogLevel: found } }
    : mistake(`set-log-level needs one of ${LOG_LEVELS.join(', ')}`)
}

/** Lines are written at one level. */
export function logLevelOutcome([verb, level]: readonly string[]): Outcome | undefined {
  return verb === 'set-log-level' && level !== 'silent' ? differs('the line is written at its usual level') : undefined
}

function parseSetStatus([code = '', keyword, reason, ...more]: readonly string[]): Parsed<
  AfterResponseRuleInput['do']
> {
  const status = Number(code)
  if (!/^\d+$/.test(code) || status < 100 || status > 999)
    return mistake(`set-status needs a status from 100 to 999 (found '${code}')`)
  if (keyword !== undefined && (keyword !== 'reason' || reason === undefined || more.length > 0))
    return mistake('set-status needs STATUS, or STATUS reason TEXT')
  if (status < 200 || status > 599) return { problem: `${code}: must be a status from 200 to 599` }
  return { value: { setStatus: { status, ...(reason === undefined ? {} : { reason }) } } }
}

const SERVICE = 'prometheus-exporter'

const TEXT_ACTIONS = { 'set-pathq': 'setPathq', 'set-uri': 'setUri', 'set-method': 'setMethod' } as const

function parseTextAction(verb: keyof typeof TEXT_ACTIONS, [text, ...more]: readonly string[]): Parsed<ActionInput> {
  if (text === undefined || more.length > 0) return mistake(`${verb} needs one text`)
  return parseTemplate(text) ? { value: { [TEXT_ACTIONS[verb]]: text } as ActionInput } : formatProblem(text)
}

function parseHeaderAction(ruleset: string, verb: string, words: readonly string[]): Parsed<HeaderActionInput> {
  const [name, value, ...more] = words
  if (verb === 'del-header') return parseDelHeader(words)
  if (verb === 'replace-header' || verb === 'replace-value') {
    if (name === undefined) return mistake(`${verb} needs a name`)
    const replacement = parseReplacement(verb, words.slice(1))
    if ('problem' in replacement) return replacement
    const how = { name, ...replacement.value }
    return { value: verb === 'replace-header' ? { replaceHeader: how } : { replaceValue: how } }
  }
  if (verb !== 'set-header' && verb !== 'add-header') return unavailableAction(ruleset, verb)
  if (name === undefined || value === undefined || more.length > 0) return mistake(`${verb} needs a name and a value`)
  if (!parseTemplate(value)) return formatProblem(value)
  return { value: verb === 'set-header' ? { setHeader: { name, value } } : { addHeader: { name, value } } }
}

function parseDelHeader([name, flag, method = '', ...more]: readonly string[]): Parsed<HeaderActionInput> {
  if (name === undefined || (flag !== undefined && (flag !== '-m' || more.length > 0)))
    return mistake('del-header needs NAME, or NAME -m METHOD')
  if (flag === undefined) return { value: { delHeader: name } }
  const match = HEADER_NAME_MATCHES.find((each) => each === method)
  if (match === undefined)
    return mistake(`-m ${method}: names of headers are compared by ${HEADER_NAME_MATCHES.join(', ')}`)
  const problem = match === 'reg' ? patternProblem(name) : undefined
  return problem === undefined ? { value: { delHeader: { name, match } } } : { problem: `${name}: ${problem}` }
}

function parseReplacement(verb: string, [match, text, ...more]: readonly string[]): Parsed<Replacement> {
  if (match === undefined || text === undefined || more.length > 0) {
    return { problem: `${verb} needs an expression and what to put in place of a match` }
  }
  const problem = patternProblem(match, { keepsGroups: true })
  if (problem !== undefined) return { problem: `${match}: ${problem}` }
  if (!parseTemplate(text)) return formatProblem(text)
  return { value: { match, with: text } }
}

/** `reqadd "Name: value"`, which left HAProxy in 2.1. */
export function parseReqadd(words: readonly string[]): Parsed<HeaderActionInput> {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(words[0] ?? '') ?? []
  if (words.length !== 1 || name === undefined) return { problem: 'needs one header, such as X-Name:\\ value' }
  return { value: { addHeader: { name, value: value!.replaceAll('%', '%%') } } }
}
