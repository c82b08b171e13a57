// `mode`, and what a proxy section is without one (configuration manual 4.2 "mode"). HAProxy's default is tcp, which nothing here
// can forward; yet where a section is meant for HTTP it is taken as such, and said so.

import type { Draft } from './draft.ts'
import { leadsTo } from './leads-to.ts'
import { differs, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { OLD_RULES } from './old-rules.ts'

export interface Mode {
  readonly isHttp: boolean
  /** Of the `mode` line, or of the section's head. */
  readonly outcome: Outcome
}

const WAYS_OUT = 'write mode http if it is HTTP, or leave such sections out with --only-http'
const TCP: Mode = { isHttp: false, outcome: unsupported(`mode tcp: only http can be balanced here; ${WAYS_OUT}`) }
const NO_MODE: Mode = {
  isHttp: false,
  outcome: unsupported(`without mode http HAProxy forwards plain TCP, which cannot be balanced here; ${WAYS_OUT}`),
}
const HEALTH: Mode = { isHttp: false, outcome: unsupported('mode health: write monitor-uri in a frontend') }
const HTTP: Mode = { isHttp: true, outcome: TRANSLATED }

/** `drafts`: all proxy sections of the file. */
export function modesOf(drafts: readonly Draft[]): ReadonlyMap<Draft, Mode> {
  const modes = new Map<Draft, Mode>()
  for (const draft of drafts) modes.set(draft, ofItself(draft))
  const isHttp = (draft: Draft) => modes.get(draft)!.isHttp
  const users = drafts.filter(({ kind }) => kind !== 'backend')
  // Frontends first: what they are counts for their backends.
  for (const draft of [...users, ...drafts.filter(({ kind }) => kind === 'backend')]) {
    if (isHttp(draft) || draft.mode !== undefined) continue
    const other =
      draft.kind === 'backend'
        ? users.find((user) => isHttp(user) && leadsTo(user, draft))
        : drafts.find((backend) => backend !== draft && isHttp(backend) && leadsTo(draft, backend))
    if (other) modes.set(draft, asHttp(`${other.kind} ${other.name} is`))
  }
  return modes
}

function ofItself({ mode, httpLine }: Draft): Mode {
  if (mode === 'http') return HTTP
  if (mode !== undefined) return mode === 'tcp' ? TCP : HEALTH
  return httpLine === undefined ? NO_MODE : asHttp(`'${httpLine}' is only there`)
}

function asHttp(reason: string): Mode {
  return { isHttp: true, outcome: differs(`taken as http, because ${reason}; HAProxy asks for 'mode http' here`) }
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const KEYWORDS = words(
  'appsession block capture compression cookie errorloc errorloc302 errorloc303 http-after-response http-error http-request http-response http-reuse http-send-name-header monitor-uri redirect reqadd rspadd stats',
)
const OPTIONS = words(
  'accept-invalid-http-request accept-invalid-http-response checkcache forwarded forwardfor http-buffer-request http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive http-server-close http-use-proxy-header httpclose httplog httpslog originalto',
)
const CONDITIONS = words('acl stick use-server use_backend')
const HTTP_SAMPLE =
  /^(?:path|pathq|query|url|urlp|url_param|base|method|(?:req\.)?(?:hdr|fhdr|cook|cookie))(?:_\w+)?(?:[(,]|$)/
const BALANCE = /^(?:uri|url_param|hdr)/

/** What of a line is there in HTTP only; undefined: nothing. */
export function httpPartOf([keyword = '', first = '', ...rest]: readonly string[]): string | undefined {
  if (KEYWORDS.has(keyword) || OLD_RULES.has(keyword)) return keyword
  if (keyword === 'option' && OPTIONS.has(first)) return `option ${first}`
  if (keyword === 'balance' && BALANCE.test(first)) return `balance ${first}`
  return CONDITIONS.has(keyword) ? rest.find((word) => HTTP_SAMPLE.test(word)) : undefined
}
