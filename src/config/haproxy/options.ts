// `option ...` and `no option ...` (configuration manual 4.2).

import { FORWARDED_PARTS, forwardforOptions } from '../options/forwarded.ts'
import { list } from '../units.ts'
import type { Draft } from './draft.ts'
import { applyHttpchk } from './http-check.ts'
import { isFeatureOption } from './access.ts'
import { differs, failed, platform, TRANSLATED, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { lineKind, readLine, valuesFor } from './read-line.ts'
import { surplus } from './word-counts.ts'

const PLATFORM = new Set(
  'dontlognull http-server-close httpclose forceclose http-keep-alive http-no-delay http-buffer-request http-ignore-probes http-pretend-keepalive tcplog tcpka clitcpka srvtcpka nolinger splice-auto splice-request splice-response socket-stats logasap log-separate-errors dontlog-normal contstats abortonclose idle-close-on-response prefer-last-server accept-invalid-http-request accept-invalid-http-response tcp-smart-accept tcp-smart-connect http-use-htx h1-case-adjust-bogus-client h1-case-adjust-bogus-server independent-streams http-tunnel'.split(
    ' ',
  ),
)

/** How many words HAProxy 2.6 reads after an option, or reads over; after any other it refuses one. */
const LONGER: Readonly<Record<string, number>> = {
  forwardfor: Infinity,
  forwarded: Infinity,
  'http-restrict-req-hdr-names': Infinity,
  httpchk: 3,
  httplog: 1,
  httpslog: Infinity,
  'mysql-check': Infinity,
  originalto: Infinity,
  'pgsql-check': Infinity,
  redispatch: Infinity,
  smtpchk: Infinity,
}
/** Those that have a case below, and take no word. */
const OWN = new Set(['persist', 'allbackups', 'log-health-checks', 'checkcache'])

export function applyOption(words: readonly string[], isNegated: boolean, draft: Draft): Outcome {
  const [name = '', ...rest] = words
  const most = Object.hasOwn(LONGER, name) ? LONGER[name]! : 0
  const isKnown = PLATFORM.has(name) || OWN.has(name) || Object.hasOwn(LONGER, name) || isFeatureOption(name)
  if (isKnown && rest.length > most) return surplus(`option ${name}`, rest[most]!)
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
    case 'httplog':
      if ((rest[0] ?? 'clf') !== 'clf') return surplus('option httplog', rest[0]!)
      draft.isHttplog = !isNegated
      return TRANSLATED
    case 'httpchk':
      return isNegated ? forget(() => (draft.httpchk = undefined)) : applyHttpchk(rest, draft)
    case 'log-health-checks':
      return differs('changes of servers are listed by limpet events; single checks are not logged')
    case 'checkcache':
      if (isNegated) return TRANSLATED
      return unsupported('answers that a cache may keep are not searched for cookies')
    case 'http-restrict-req-hdr-names':
      if (isNegated || rest[0] === 'preserve') return TRANSLATED
      return unsupported(`headers with other names pass: only preserve is available (found ${rest[0] ?? 'nothing'})`)
    default:
      if (PLATFORM.has(name)) return platform("connections and logs are the platform's")
      if (isFeatureOption(name)) return unsupported(`option ${name} is not available`)
      return failed(`'${name}' is not an option of HAProxy 2.6: correct it, or remove the line`)
  }
}

function forget(change: () => unknown): Outcome {
  change()
  return TRANSLATED
}

const FORWARDFOR = lineKind('forwardfor', forwardforOptions)

function forwardfor(words: readonly string[], draft: Draft): Outcome {
  const { values, outcomes } = readLine(FORWARDFOR, words)
  if (outcomes.length > 0) return worst(outcomes)
  // HAProxy heeds the last one.
  const except = list(values.except).at(-1)
  const options = { ...valuesFor(forwardforOptions, values), ...(except === undefined ? {} : { except }) }
  draft.forwardfor = Object.keys(options).length === 0 ? true : options
  return TRANSLATED
}

function forwarded(words: readonly string[], draft: Draft): Outcome {
  const other = words.find((word) => !FORWARDED_PARTS.some((part) => part === word))
  if (other !== undefined)
    return unsupported(`forwarded ${other} is not supported; there are: ${FORWARDED_PARTS.join(', ')}`)
  draft.forwarded = words.length === 0 ? true : FORWARDED_PARTS.filter((part) => words.includes(part))
  return TRANSLATED
}
