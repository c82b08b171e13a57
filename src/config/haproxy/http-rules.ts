// `http-request ...`, `redirect ...`, `use_backend ...`, `reqadd ...` (configuration manual 4.2): words -> rules.

import type { Replacement } from '../config.ts'
import { isRegularExpression } from '../regular-expression.ts'
import type { ActionInput, ConditionInput, ResponseRuleInput } from '../rule-schema.ts'
import { parseCondition } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseTemplate, SAMPLE_TEXT } from '../sample.ts'

type HeaderActionInput = ResponseRuleInput['do']

const REDIRECT_CODES = [301, 302, 303, 307, 308] as const

/** Splits off `if ...` or `unless ...`, which stands last. */
export function parseRule<T>(
  words: readonly string[],
  draft: Draft,
  ports: AclPorts,
  parseAction: (words: readonly string[]) => Parsed<T>,
): Parsed<{ if?: ConditionInput; do: T }> {
  const at = words.findLastIndex((word) => word === 'if' || word === 'unless')
  const action = parseAction(at === -1 ? words : words.slice(0, at))
  if ('problem' in action) return action
  if (at === -1) return { value: { do: action.value } }
  const condition = parseCondition(words.slice(at + 1), draft.acls, ports)
  if ('problem' in condition) return condition
  const holds = words[at] === 'if' ? condition.value : { not: condition.value }
  return { value: { if: holds, do: action.value } }
}

export function parseHttpRequest(words: readonly string[]): Parsed<ActionInput> {
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
    case 'replace-path': {
      const replacement = parseReplacement(verb, rest)
      return 'problem' in replacement ? replacement : { value: { replacePath: replacement.value } }
    }
    case 'deny': {
      const status = rest.length === 0 ? 403 : Number(rest[1])
      const isStatus = rest.length === 0 || (rest.length === 2 && ['deny_status', 'status'].includes(rest[0]!))
      if (!isStatus || !(status >= 400 && status <= 599))
        return { problem: `'${rest.join(' ')}' is not supported in deny` }
      return { value: { deny: { status } } }
    }
    case 'redirect':
      return parseRedirect(rest)
    case 'return':
      return parseReturn(rest)
    default:
      return { problem: `http-request ${verb ?? ''} cannot be had` }
  }
}

export function parseHttpResponse(words: readonly string[]): Parsed<HeaderActionInput> {
  const [verb = '', ...rest] = words
  return parseHeaderAction(verb, rest)
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
  if (verb !== 'set-header' && verb !== 'add-header') return { problem: `'${verb}' cannot be had` }
  if (name === undefined || value === undefined || more.length > 0)
    return { problem: `${verb} needs a name and a value` }
  if (!parseTemplate(value)) return { problem: `${value}: %[...] must hold ${SAMPLE_TEXT}` }
  return { value: verb === 'set-header' ? { setHeader: { name, value } } : { addHeader: { name, value } } }
}

function parseReplacement(verb: string, [match, text, ...more]: readonly string[]): Parsed<Replacement> {
  if (match === undefined || text === undefined || more.length > 0) {
    return { problem: `${verb} needs an expression and what to put in place of a match` }
  }
  if (!isRegularExpression(match)) return { problem: `${match} is no regular expression of JavaScript` }
  if (text.includes('%[')) return { problem: `${verb} with samples cannot be had` }
  return { value: { match, with: text } }
}

export function parseRedirect(words: readonly string[]): Parsed<ActionInput> {
  const [kind, target, ...options] = words
  if (target === undefined) return { problem: 'needs scheme, location or prefix, and its value' }
  let code: (typeof REDIRECT_CODES)[number] = 302
  for (let i = 0; i < options.length; i++) {
    const found = options[i] === 'code' ? REDIRECT_CODES.find((each) => String(each) === options[i + 1]) : undefined
    if (!found) return { problem: `'${options.slice(i).join(' ')}' cannot be had` }
    code = found
    i += 1
  }
  if (kind === 'scheme' && (target === 'http' || target === 'https')) {
    return { value: { redirectScheme: { scheme: target, code } } }
  }
  if (kind !== 'location' && kind !== 'prefix') return { problem: `'${kind} ${target}' cannot be had` }
  if (!parseTemplate(target)) return { problem: `${target}: %[...] must hold ${SAMPLE_TEXT}` }
  // HAProxy leaves the prefix / out: redirect prefix / keeps the path.
  return {
    value: {
      redirect: kind === 'location' ? { location: target, code } : { prefix: target === '/' ? '' : target, code },
    },
  }
}

function parseReturn(words: readonly string[]): Parsed<ActionInput> {
  let status = 200
  let contentType: string | undefined
  let body: string | undefined
  for (let i = 0; i < words.length; i += 2) {
    const [option, value = ''] = words.slice(i, i + 2)
    if (option === 'status') status = Number(value)
    else if (option === 'content-type') contentType = value
    else if (option === 'string') body = value
    else return { problem: `return ${option} cannot be had` }
  }
  if (!(status >= 200 && status <= 599)) return { problem: 'status must be from 200 to 599' }
  return {
    value: { return: { status, ...(contentType ? { contentType } : {}), ...(body === undefined ? {} : { body }) } },
  }
}

/** `reqadd "Name: value"`, which left HAProxy in 2.1. */
export function parseReqadd(words: readonly string[]): Parsed<HeaderActionInput> {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(words[0] ?? '') ?? []
  if (words.length !== 1 || name === undefined) return { problem: 'needs one header, such as X-Name:\\ value' }
  return { value: { addHeader: { name, value: value!.replaceAll('%', '%%') } } }
}
