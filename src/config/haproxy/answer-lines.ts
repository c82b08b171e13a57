// Rules that answer: `redirect`, `return`, `deny` and `tarpit` (configuration manual 4.2). What the answer says, its words tell
// (reply-words.ts).

import { REDIRECT_CODES } from '../options/redirect-scheme.ts'
import type { ActionInput } from '../rules/action.ts'
import type { ResponseRuleInput } from '../rules/rule.ts'
import { mistake } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { parseTemplate } from './haproxy-samples.ts'
import { formatProblem } from './log-format.ts'
import { parseReply } from './reply-words.ts'

type AnswerWords = Extract<AnswerInput, { deny: unknown }>['deny']
type AnswerInput = Extract<ResponseRuleInput['do'], { deny: unknown } | { return: unknown } | { redirect: unknown }>

const WITH_VALUE = new Set('location prefix scheme code set-cookie clear-cookie'.split(' '))

/**
 * Its words stand in any order; of several targets HAProxy heeds the last. `isText`: the target may hold samples, as in `http-request
 * redirect`; the keyword `redirect` takes it as it is.
 */
export function parseRedirect(words: readonly string[], isText = false): Parsed<ActionInput> {
  let [kind, target]: (string | undefined)[] = []
  let code: (typeof REDIRECT_CODES)[number] = 302
  const flags: {
    dropQuery?: true
    appendSlash?: true
    ignoreEmpty?: true
    setCookie?: string
    clearCookie?: string
  } = {}
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === 'drop-query') flags.dropQuery = true
    else if (word === 'append-slash') flags.appendSlash = true
    else if (word === 'ignore-empty') flags.ignoreEmpty = true
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
  const text = isText ? target : target.replaceAll('%', '%%')
  if (!parseTemplate(text)) return formatProblem(text)
  if (kind === 'scheme') return { value: { redirect: { scheme: text, code, ...flags } } }
  // HAProxy leaves the prefix / out: redirect prefix / keeps the path.
  return {
    value: {
      redirect:
        kind === 'location' ? { location: text, code, ...flags } : { prefix: text === '/' ? '' : text, code, ...flags },
    },
  }
}

export function parseReturn(words: readonly string[], ports: AclPorts): Parsed<AnswerInput> {
  const parsed = parseReply(words, ports)
  if ('problem' in parsed) return parsed
  const { asked: status = 200, isDefault, reply } = parsed.value
  if (isDefault && words.includes('default-errorfiles')) return { value: { return: { status, errorPage: true } } }
  return { value: { return: { ...reply, status: reply.status ?? status } } }
}

/** Without its own text, the answer that `errorfile` and the like give for the status. */
export function parseDeny(words: readonly string[], ports: AclPorts, byItself: number): Parsed<AnswerInput> {
  const refusal = parseRefusal(words, ports, byItself)
  return 'problem' in refusal ? refusal : { value: { deny: refusal.value } }
}

/** How long it takes is known at the end of the section. */
export function parseTarpit(words: readonly string[], ports: AclPorts): Parsed<ActionInput> {
  const refusal = parseRefusal(words, ports, 500)
  return 'problem' in refusal ? refusal : { value: { tarpit: refusal.value } }
}

function parseRefusal(words: readonly string[], ports: AclPorts, byItself: number): Parsed<AnswerWords> {
  const parsed = parseReply(words, ports)
  if ('problem' in parsed) return parsed
  const { asked = byItself, isDefault, reply } = parsed.value
  return { value: isDefault ? { status: asked } : { ...reply, status: reply.status ?? asked } }
}
