// HAProxy's own answers, worded by an operator: `errorfile`, `errorloc`, `http-error`, and the replies of
// `http-request return` and `deny` (configuration manual 4.2).

import type { ErrorsInput, ReplyInput } from '../rules/reply.ts'
import { parseTemplate } from '../rules/samples/template.ts'
import { mistake, outcomeOf } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { formatProblem } from './log-format.ts'
import type { Draft } from './draft.ts'
import { failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

type Handler = (words: readonly string[], draft: Draft, ports: AclPorts) => Outcome

export const ERROR_KEYWORDS: Readonly<Record<string, Handler>> = {
  errorfile: ([code = '', file], draft, ports) => {
    if (file === undefined) return failed('errorfile needs a status and a file')
    if (!/^(?:200|[45]\d\d)/.test(code)) return failed(`${code}: must be a status from 400 to 599`)
    if (file === '/dev/null') return platform('an answer cannot be empty: the default answer is sent')
    return set(code, parseErrorFile(file, ports), draft)
  },
  errorloc: ([code = '', url], draft) => set(code, located(url, 302), draft),
  errorloc302: ([code = '', url], draft) => set(code, located(url, 302), draft),
  errorloc303: ([code = '', url], draft) => set(code, located(url, 303), draft),
  'http-error': (words, draft, ports) => {
    const reply = parseReply(words, ports)
    if ('problem' in reply) return outcomeOf(reply)
    const { status, ...rest } = reply.value
    return status === undefined
      ? failed('http-error needs a status, such as status 503')
      : set(String(status), { value: rest }, draft)
  },
}

function set(code: string, reply: Parsed<ReplyInput>, draft: Draft): Outcome {
  if ('problem' in reply) return outcomeOf(reply)
  if (code === '200') {
    // The page of monitor-uri.
    draft.monitorPage = reply.value
    return TRANSLATED
  }
  if (!/^[45]\d\d$/.test(code)) {
    const problem = `${code}: must be a status from 400 to 599`
    // HAProxy reads over what stands behind the digits.
    return /^(?:200|[45]\d\d(?!\d))/.test(code) ? unsupported(problem) : failed(problem)
  }
  draft.errors = { ...draft.errors, [code]: reply.value } satisfies ErrorsInput
  return TRANSLATED
}

function located(url: string | undefined, status: number): Parsed<ReplyInput> {
  if (url === undefined) return mistake('needs a status and a URL')
  return { value: { status, headers: { location: url.replaceAll('%', '%%'), 'cache-control': 'no-cache' } } }
}

/** A file with a whole answer: status line, headers, a blank line, body. */
function parseErrorFile(file: string, ports: AclPorts): Parsed<ReplyInput> {
  const text = ports.text(file)
  if (text === undefined) return { problem: `${file} cannot be read` }
  const [, status, head = '', body = ''] =
    /^HTTP\/\d\.\d (\d{3})[^\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n?([\s\S]*)$/.exec(text) ?? []
  if (status === undefined)
    return { problem: `${file}: must begin with a line such as HTTP/1.0 503 Service Unavailable` }
  const headers: Record<string, string> = {}
  let contentType: string | undefined
  for (const line of head.split(/\r?\n/).filter((each) => each !== '')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
    if (name.toLowerCase() === 'content-type') contentType = value
    else if (!FRAMING.has(name.toLowerCase())) headers[name] = value.replaceAll('%', '%%')
  }
  return {
    value: {
      status: Number(status),
      ...(contentType === undefined ? {} : { contentType }),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      ...(body === '' ? {} : { body }),
    },
  }
}

/** Set by the platform: they describe the answer's length and the connection. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive'])

/** `status 429 content-type text/plain string "..." hdr Name value`; also of `http-request return` and `deny`. */
export function parseReply(words: readonly string[], ports: AclPorts): Parsed<ReplyInput> {
  let reply: ReplyInput = {}
  for (let i = 0; i < words.length; i += 2) {
    const option = words[i]!
    const value = words[i + 1]
    if (value === undefined) return mistake(`${option} needs a value`)
    if (option === 'hdr') {
      const text = words[i + 2] ?? ''
      if (!parseTemplate(text)) return formatProblem(text)
      const before = reply.headers?.[value]
      const values = before === undefined ? text : [before, text].flat()
      reply.headers = { ...reply.headers, [value]: values }
      i += 1
      continue
    }
    const changed = withOption(option, value, ports)
    if ('problem' in changed) return changed
    reply = { ...reply, ...changed.value }
  }
  return { value: reply }
}

function withOption(option: string, value: string, ports: AclPorts): Parsed<ReplyInput> {
  switch (option) {
    case 'status':
    case 'deny_status': {
      const status = Number(value)
      return status >= 200 && status <= 599 ? { value: { status } } : { problem: 'status must be from 200 to 599' }
    }
    case 'content-type':
      return { value: { contentType: value } }
    case 'string':
      return { value: { body: value } }
    case 'lf-string':
      return templated(value)
    case 'file':
    case 'lf-file': {
      const text = ports.text(value)
      if (text === undefined) return { problem: `${value} cannot be read` }
      return option === 'file' ? { value: { body: text } } : templated(text)
    }
    case 'errorfile':
      return parseErrorFile(value, ports)
    default:
      return { problem: `'${option}' is not supported`, isMistake: !/^(?:default-)?errorfiles$/.test(option) }
  }
}

function templated(text: string): Parsed<ReplyInput> {
  return parseTemplate(text) ? { value: { bodyTemplate: text } } : formatProblem(text)
}
