// `http-request ...`, `redirect ...`, `use_backend ...`, `reqadd ...` (configuration manual 4.2): words -> rules.

import { patternProblem } from '../../pattern/compile.ts'
import type { ActionInput } from '../rules/action.ts'
import { REDIRECT_CODES } from '../options/redirect-scheme.ts'
import type { ConditionInput } from '../rules/condition.ts'
import type { HeaderActionInput } from '../rules/header-action.ts'
import type { ResponseRuleInput } from '../rules/rule.ts'
import { isIf, mistake, parseIf } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { unavailableAction } from './actions.ts'
import { formatProblem } from './log-format.ts'
import type { Draft } from './draft.ts'
import { parseReply } from './error-replies.ts'
import { parseTemplate } from '../rules/samples/template.ts'

type AnswerInput = Exclude<ResponseRuleInput['do'], HeaderActionInput>

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
      return parseHeaderAction(verb, rest)
    case 'set-path':
      return rest.length === 1 && parseTemplate(rest[0]!)
        ? { value: { setPath: rest[0]! } }
        : { problem: 'set-path needs a path' }
    case 'set-query':
      return rest.length === 1 && parseTemplate(rest[0]!)
        ? { value: { setQuery: rest[0]! } }
        : { problem: 'set-query needs a query' }
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
      return parseDeny(rest, ports, 500)
    case 'reject':
    case 'silent-drop':
      return rest.length === 0 ? { value: { deny: { status: 403 } } } : { problem: `${verb} stands alone` }
    case 'disable-l7-retry':
      return rest.length === 0 ? { value: { disableL7Retry: true } } : mistake('disable-l7-retry stands alone')
    case 'auth':
      if (rest.length === 0) return { value: { auth: { realm: draft.name } } }
      return rest.length === 2 && rest[0] === 'realm'
        ? { value: { auth: { realm: rest[1]! } } }
        : { problem: `'${rest.join(' ')}' is not supported in auth` }
    case 'redirect':
      return parseRedirect(rest)
    case 'return':
      return parseReturn(rest, ports)
    case 'allow':
      return rest.length === 0 ? { problem: 'http-request allow is not supported' } : mistake('allow stands alone')
    default:
      return unavailableAction('http-request', verb ?? '')
  }
}

export function parseHttpResponse(words: readonly string[], ports: AclPorts): Parsed<ResponseRuleInput['do']> {
  const [verb = '', ...rest] = words
  switch (verb) {
    case 'deny':
      return parseDeny(rest, ports, 502)
    case 'silent-drop':
      return rest.length === 0 ? { value: { deny: { status: 502 } } } : { problem: `${verb} stands alone` }
    case 'return':
      return parseReturn(rest, ports)
    case 'redirect': {
      const parsed = parseRedirect(rest)
      if ('problem' in parsed) return parsed
      return 'redirect' in parsed.value
        ? { value: parsed.value }
        : { problem: 'redirect scheme is not supported in a response' }
    }
    default:
      return parseHeaderAction(verb, rest)
  }
}

function parseHeaderAction(verb: string, words: readonly string[]): Parsed<HeaderActionInput> {
  const [name, value, ...more] = words
  if (verb === 'del-header') {
    return name !== undefined && value === undefined
      ? { value: { delHeader: name } }
      : { problem: 'del-header needs a name alone' }
  }
  if (verb === 'replace-header') {
    if (name === undefined) return { problem: 'replace-header needs a name' }
    const replacement = parseReplacement(verb, words.slice(1))
    return 'problem' in replacement ? replacement : { value: { replaceHeader: { name, ...replacement.value } } }
  }
  if (verb !== 'set-header' && verb !== 'add-header') return unavailableAction('http-response', verb)
  if (name === undefined || value === undefined || more.length > 0) return mistake(`${verb} needs a name and a value`)
  if (!parseTemplate(value)) return formatProblem(value)
  return { value: verb === 'set-header' ? { setHeader: { name, value } } : { addHeader: { name, value } } }
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

const WITH_VALUE = new Set('location prefix scheme code set-cookie clear-cookie'.split(' '))

/** Its words stand in any order; of several targets HAProxy heeds the last. */
export function parseRedirect(words: readonly string[]): Parsed<ActionInput> {
  let [kind, target]: (string | undefined)[] = []
  let code: (typeof REDIRECT_CODES)[number] = 302
  const flags: { dropQuery?: true; appendSlash?: true; setCookie?: string; clearCookie?: string } = {}
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === 'drop-query') flags.dropQuery = true
    else if (word === 'append-slash') flags.appendSlash = true
    else if (!WITH_VALUE.has(word)) return { problem: `'${words.slice(i).join(' ')}' is not supported` }
    else {
      const value = words[++i]
      if (value === undefined) return mistake(`${word} needs a value`)
      if (word === 'set-cookie') flags.setCookie = value
      else if (word === 'clear-cookie') flags.clearCookie = value
      else if (word === 'code') {
        const found = REDIRECT_CODES.find((each) => String(each) === value)
        if (found === undefined) return mistake(`code ${value}: must be one of ${REDIRECT_CODES.join(', ')}`)
        code = found
      } else [kind, target] = [word, value]
    }
  }
  if (target === undefined) return mistake('needs scheme, location or prefix, and its value')
  const isPlain = Object.keys(flags).length === 0
  if (kind === 'scheme' && isPlain && (target === 'http' || target === 'https')) {
    return { value: { redirectScheme: { scheme: target, code } } }
  }
  if (kind !== 'location' && kind !== 'prefix') return { problem: `'${kind} ${target}' is not supported` }
  if (!parseTemplate(target)) return formatProblem(target)
  // HAProxy leaves the prefix / out: redirect prefix / keeps the path.
  return {
    value: {
      redirect:
        kind === 'location'
          ? { location: target, code, ...flags }
          : { prefix: target === '/' ? '' : target, code, ...flags },
    },
  }
}

function parseReturn(words: readonly string[], ports: AclPorts): Parsed<AnswerInput> {
  const reply = parseReply(words, ports)
  return 'problem' in reply ? reply : { value: { return: { ...reply.value, status: reply.value.status ?? 200 } } }
}

/** Without its own text, the answer that `errorfile` and the like give for the status. */
function parseDeny(words: readonly string[], ports: AclPorts, byItself: number): Parsed<AnswerInput> {
  const reply = parseReply(words, ports)
  if ('problem' in reply) return reply
  const { status = byItself, ...written } = reply.value
  return { value: { deny: { status, ...written } } }
}

/** `reqadd "Name: value"`, which left HAProxy in 2.1. */
export function parseReqadd(words: readonly string[]): Parsed<HeaderActionInput> {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(words[0] ?? '') ?? []
  if (words.length !== 1 || name === undefined) return { problem: 'needs one header, such as X-Name:\\ value' }
  return { value: { addHeader: { name, value: value!.replaceAll('%', '%%') } } }
}
