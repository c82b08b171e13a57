// `option ...` and `no option ...` (configuration manual 4.2), `http-check ...`.

import type { Draft } from './draft.ts'
import { pending, platform, TRANSLATED, unsupported } from './verdict.ts'
import type { Outcome } from './verdict.ts'

const PLATFORM = new Set(
  'httplog dontlognull http-server-close httpclose forceclose http-keep-alive http-no-delay http-buffer-request http-ignore-probes http-pretend-keepalive tcplog tcpka clitcpka srvtcpka nolinger splice-auto splice-request splice-response socket-stats logasap log-separate-errors dontlog-normal contstats abortonclose idle-close-on-response prefer-last-server accept-invalid-http-request accept-invalid-http-response tcp-smart-accept tcp-smart-connect http-use-htx h1-case-adjust-bogus-client h1-case-adjust-bogus-server independent-streams http-tunnel'.split(
    ' ',
  ),
)
const PENDING = new Set('log-health-checks checkcache'.split(' '))

export function applyOption(words: readonly string[], isNegated: boolean, draft: Draft): Outcome {
  const [name = '', ...rest] = words
  switch (name) {
    case 'forwardfor':
      return isNegated ? forget(() => (draft.forwardfor = false)) : forwardfor(rest, draft)
    case 'forwarded':
      return isNegated ? forget(() => (draft.forwarded = false)) : forwarded(rest, draft)
    case 'originalto':
      return unsupported('the address that a client connected to is not known here')
    case 'redispatch':
      if (!/^-?\d+$/.test(rest[0] ?? '-1')) return unsupported('redispatch needs a whole number')
      draft.backend.redispatch = isNegated ? false : Number(rest[0] ?? -1)
      return TRANSLATED
    case 'persist':
      draft.backend.persist = !isNegated
      return TRANSLATED
    case 'allbackups':
      draft.backend.allbackups = !isNegated
      return TRANSLATED
    case 'httpchk':
      return isNegated ? forget(() => (draft.httpchk = undefined)) : httpchk(rest, draft)
    default:
      if (PLATFORM.has(name)) return platform("connections and logs are the platform's")
      if (PENDING.has(name)) return pending('not in force yet')
      return unsupported(`option ${name} cannot be had`)
  }
}

function forget(change: () => unknown): Outcome {
  change()
  return TRANSLATED
}

function forwardfor(words: readonly string[], draft: Draft): Outcome {
  const options: { except?: string; header?: string; ifNone?: boolean } = {}
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 'except') options.except = words[++i] ?? ''
    else if (words[i] === 'header') options.header = words[++i] ?? ''
    else if (words[i] === 'if-none') options.ifNone = true
    else return unsupported(`'${words[i]}' is not known`)
  }
  draft.forwardfor = Object.keys(options).length === 0 ? true : options
  return TRANSLATED
}

function forwarded(words: readonly string[], draft: Draft): Outcome {
  const other = words.find((word) => !FORWARDED_PARTS.some((part) => part === word))
  if (other !== undefined)
    return unsupported(`forwarded ${other} cannot be had; there are: ${FORWARDED_PARTS.join(', ')}`)
  draft.forwarded = words.length === 0 ? true : FORWARDED_PARTS.filter((part) => words.includes(part))
  return TRANSLATED
}

const FORWARDED_PARTS = ['proto', 'host', 'for'] as const

/** The old one-line form may carry headers behind the version: `HTTP/1.1\r\nHost:\ name`. */
function httpchk(words: readonly string[], draft: Draft): Outcome {
  const [first, second, ...rest] = words
  const method = second === undefined ? undefined : first
  const uri = second ?? first
  const [version = '', ...headers] = rest.join(' ').split('\r\n')
  draft.httpchk = {
    ...draft.httpchk,
    ...(method === undefined ? {} : { method }),
    ...(uri === undefined ? {} : { uri }),
    ...(version === 'HTTP/1.1' ? { version: '1.1' as const } : {}),
  }
  return checkHeaders(
    headers.filter((header) => header !== '').map((header) => header.split(/:\s*/, 2) as [string, string]),
    draft,
  )
}

export function applyHttpCheck(words: readonly string[], draft: Draft): Outcome {
  const [verb, ...rest] = words
  if (verb === 'expect' && rest[0] === 'status' && rest[1] !== undefined) {
    draft.httpchk = { ...draft.httpchk, expectStatus: rest[1] }
    return TRANSLATED
  }
  if (verb !== 'send') return pending(`http-check ${words.join(' ')} is not in force yet`)
  const headers: [string, string][] = []
  for (let i = 0; i < rest.length; i++) {
    const value = rest[i + 1] ?? ''
    if (rest[i] === 'meth') draft.httpchk = { ...draft.httpchk, method: value }
    else if (rest[i] === 'uri') draft.httpchk = { ...draft.httpchk, uri: value }
    else if (rest[i] === 'ver') {
      draft.httpchk = { ...draft.httpchk, version: value === 'HTTP/1.1' ? ('1.1' as const) : ('1.0' as const) }
    } else if (rest[i] === 'hdr') {
      headers.push([value, rest[i + 2] ?? ''])
      i += 1
    } else return pending(`http-check send ${rest[i]} is not in force yet`)
    i += 1
  }
  return checkHeaders(headers, draft)
}

function checkHeaders(headers: readonly (readonly [string, string])[], draft: Draft): Outcome {
  const others: string[] = []
  for (const [name, value] of headers) {
    if (name.toLowerCase() === 'host') draft.httpchk = { ...draft.httpchk, host: value }
    else others.push(name)
  }
  return others.length === 0 ? TRANSLATED : pending(`a check sends Host alone; not yet: ${others.join(', ')}`)
}
