// `status 429 content-type text/plain string "..." hdr Name value`: the answers of `http-request return`, `deny` and `tarpit`, and of
// `http-error` (configuration manual 4.2).

import type { ReplyInput } from '../rules/reply.ts'
import { mistake } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { HANDLED, parseErrorFile, unknownSection } from './error-file.ts'
import { parseTemplate } from './haproxy-samples.ts'
import { formatProblem } from './log-format.ts'

export interface ReplyWords {
  /** The status that is written. */
  readonly asked: number | undefined
  /** The answer that the section has for the status, or HAProxy's own. */
  readonly isDefault: boolean
  /** Of a file with a whole answer it has the file's status. */
  readonly reply: ReplyInput
}

/** What is answered. There is one of them at most. */
const PAYLOADS = new Set('default-errorfiles errorfile errorfiles file lf-file string lf-string'.split(' '))
const STATUSES = new Set(['status', 'deny_status'])

export function parseReply(words: readonly string[], ports: AclPorts): Parsed<ReplyWords> {
  let asked: number | undefined
  let payload: readonly [kind: string, value: string] | undefined
  let contentType: string | undefined
  let headers: NonNullable<ReplyInput['headers']> = {}
  let isBare = true
  for (let i = 0; i < words.length; i++) {
    const option = words[i]!
    if (!STATUSES.has(option) && option !== 'content-type' && option !== 'hdr' && !PAYLOADS.has(option))
      return mistake(`'${option}' is not known in an answer`)
    if (option !== 'deny_status') isBare = false
    const value = option === 'default-errorfiles' ? '' : words[++i]
    if (value === undefined) return mistake(`${option} needs a value`)
    if (option === 'hdr') {
      const text = words[++i]
      if (text === undefined) return mistake('hdr needs a name and a value')
      if (!parseTemplate(text)) return formatProblem(text)
      const before = headers[value]
      headers = { ...headers, [value]: before === undefined ? text : [before, text].flat() }
    } else if (option === 'content-type') contentType = value
    else if (STATUSES.has(option)) {
      asked = Number(value)
      if (!(asked >= 200 && asked <= 599)) return mistake(`${option} must be from 200 to 599 (found '${value}')`)
    } else if (payload) return mistake(`${option}: the answer has ${payload[0]} already`)
    else payload = [option, value]
  }
  if (isBare || payload?.[0] === 'default-errorfiles') {
    const problem = isBare ? undefined : unhandled(asked, 'default-errorfiles')
    return problem === undefined ? { value: { asked, isDefault: true, reply: {} } } : mistake(problem)
  }
  const said = worded(payload, asked, contentType, ports)
  if ('problem' in said) return said
  // Of a file with a whole answer HAProxy reads over `hdr`.
  const isWhole = payload?.[0].startsWith('errorfile') === true
  const more = isWhole || Object.keys(headers).length === 0 ? {} : { headers }
  return { value: { asked, isDefault: false, reply: { ...said.value, ...more } } }
}

function unhandled(status: number | undefined, word: string): string | undefined {
  return status === undefined || HANDLED.has(String(status))
    ? undefined
    : `${word} has no answer for ${status}: there are ${[...HANDLED].join(', ')}`
}

/** Without anything to say the answer is empty, and has no type. */
const EMPTY: ReplyInput = { body: '' }

function worded(
  payload: readonly [kind: string, value: string] | undefined,
  status: number | undefined,
  contentType: string | undefined,
  ports: AclPorts,
): Parsed<ReplyInput> {
  if (!payload) return { value: EMPTY }
  const [kind, value] = payload
  if (kind === 'errorfile' || kind === 'errorfiles') {
    const problem = unhandled(status, kind)
    if (problem !== undefined) return mistake(problem)
    if (kind === 'errorfile') return parseErrorFile(value, ports)
    const section = ports.httpErrors?.get(value)
    return section ? { value: section[status ?? 200] ?? EMPTY } : mistake(unknownSection(value, ports))
  }
  const text = kind.endsWith('file') ? ports.text(value) : value
  if (text === undefined) return { problem: `${value} cannot be read` }
  if (text === '') return { value: EMPTY }
  if (contentType === undefined) return mistake(`${kind} needs a content-type`)
  if (!kind.startsWith('lf-')) return { value: { contentType, body: text } }
  return parseTemplate(text) ? { value: { contentType, bodyTemplate: text } } : formatProblem(text)
}
