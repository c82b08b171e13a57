// HAProxy's own answers, worded by an operator: `errorfile`, `errorfiles`, `errorloc`, `http-error` (configuration manual 4.2).

import type { ErrorsInput, ReplyInput } from '../rules/reply.ts'
import { mistake, outcomeOf } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { HANDLED, parseErrorFile, unknownSection } from './error-file.ts'
import type { Draft } from './draft.ts'
import { parseReply } from './reply-words.ts'
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
    const { asked, isDefault, reply: worded } = reply.value
    if (asked === undefined) return failed('http-error needs a status, such as status 503')
    if (!isDefault) return set(String(asked), { value: worded }, draft)
    const { [asked]: _, ...others } = draft.errors
    draft.errors = others
    return TRANSLATED
  },
  errorfiles: applyErrorFiles,
}

function applyErrorFiles([name = '', ...codes]: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const section = ports.httpErrors?.get(name)
  if (!section) return failed(unknownSection(name, ports))
  const wrong = codes.find((code) => !HANDLED.has(code))
  if (wrong !== undefined) return failed(`${wrong}: must be one of ${[...HANDLED].join(', ')}`)
  for (const code of codes.length === 0 ? Object.keys(section) : codes) {
    const reply = section[code]
    const outcome = reply ? set(code, { value: reply }, draft) : TRANSLATED
    if (outcome.status !== 'translated') return outcome
  }
  const missing = codes.filter((code) => !(code in section))
  return missing.length === 0
    ? TRANSLATED
    : { ...TRANSLATED, message: `http-errors ${name} has no ${missing.join(', ')}` }
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
