// `option ...` and `no option ...` (configuration manual 4.2).

import { FORWARDED_PARTS, forwardforOptions } from '../options/forwarded.ts'
import { list } from '../units.ts'
import type { Draft } from './draft.ts'
import { applyHttpchk } from './http-check.ts'
import { differs, failed, platform, TRANSLATED, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { lineKind, readLine, valuesFor } from './read-line.ts'
import { surplus } from './word-counts.ts'
import { effectOf, newer, row, wordTable } from './words.ts'

const HERE =
  'forwardfor forwarded redispatch persist allbackups httplog httpchk log-health-checks checkcache http-restrict-req-hdr-names originalto http-buffer-request'
const CONNECTIONS = platform("connections are the platform's")
const FORM = differs('lines have the form of option httplog, or are JSON with --log json')

/** Those of HAProxy (configuration manual 4.2), and what becomes of a line with each. */
export const OPTION_WORDS = wordTable(
  'option',
  row(HERE),
  row(
    'abortonclose clitcpka dontlognull http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive http-server-close httpclose idle-close-on-response independent-streams nolinger splice-auto splice-request splice-response srvtcpka tcp-smart-accept tcp-smart-connect tcpka',
    CONNECTIONS,
  ),
  row(
    'forceclose http-tunnel http-use-htx',
    differs('HAProxy 2.6 refuses this option, and what it asked for is so: remove it'),
  ),
  row(
    'http_proxy',
    failed('HAProxy 2.6 refuses this option: a request goes to a server that has a line, whatever its URL says'),
  ),
  row(
    'accept-invalid-http-request accept-invalid-http-response h1-case-adjust-bogus-client h1-case-adjust-bogus-server',
    differs('HTTP is read and written by the platform'),
  ),
  row('prefer-last-server', differs('each request is balanced by itself')),
  row('dontlog-normal', differs('all requests are logged')),
  row('log-separate-errors', differs('all requests are logged with one level')),
  row('logasap', differs('a request is logged at its end')),
  row('contstats', CONNECTIONS),
  row('socket-stats', differs('a frontend is counted as a whole')),
  row('tcplog', FORM),
  row(
    'disable-h2-upgrade external-check http-use-proxy-header httpslog ldap-check mysql-check pgsql-check redis-check smtpchk spop-check ssl-hello-chk tcp-check transparent',
    unsupported('is not available'),
  ),
  newer(
    '3.1',
    'accept-unsafe-violations-in-http-request accept-unsafe-violations-in-http-response',
    differs('HTTP is read and written by the platform'),
  ),
)

/** Those that `no` may stand before. */
const NEGATABLE = new Set(
  'abortonclose accept-invalid-http-request accept-invalid-http-response accept-unsafe-violations-in-http-request accept-unsafe-violations-in-http-response allbackups checkcache clitcpka contstats disable-h2-upgrade dontlog-normal dontlognull h1-case-adjust-bogus-client h1-case-adjust-bogus-server http-buffer-request http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive http-server-close http-use-proxy-header httpclose idle-close-on-response independent-streams log-health-checks log-separate-errors logasap nolinger persist prefer-last-server redispatch socket-stats splice-auto splice-request splice-response srvtcpka tcp-smart-accept tcp-smart-connect transparent'.split(
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
export function applyOption(words: readonly string[], isNegated: boolean, draft: Draft): Outcome {
  const [name = '', ...rest] = words
  const most = Object.hasOwn(LONGER, name) ? LONGER[name]! : 0
  const effect = effectOf(OPTION_WORDS, name)
  if (name === 'http-buffer-request') draft.buffersRequests = !isNegated
  if (effect?.status === 'error') return effect
  if (rest.length > most) return surplus(`option ${name}`, rest[most]!)
  if (isNegated && !NEGATABLE.has(name))
    return failed(`no option ${name}: HAProxy 2.6 has no 'no' for it; remove the line`)
  // What is not wanted is not missed.
  if (effect) return isNegated && effect.status === 'unsupported' ? TRANSLATED : named(effect, name)
  switch (name) {
    case 'forwardfor':
      return forwardfor(rest, draft)
    case 'forwarded':
      return forwarded(rest, draft)
    case 'originalto':
      return isNegated
        ? TRANSLATED
        : differs('no X-Original-To is added: the address that a client connected to is not known here')
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
      draft.isHttplog = true
      return TRANSLATED
    case 'httpchk':
      return applyHttpchk(rest, draft)
    case 'log-health-checks':
      return differs('changes of servers are listed by limpet events; single checks are not logged')
    case 'checkcache':
      if (isNegated) return TRANSLATED
      return unsupported('answers that a cache may keep are not searched for cookies')
    case 'http-restrict-req-hdr-names':
      if (rest[0] === 'preserve') return TRANSLATED
      return unsupported(`headers with other names pass: only preserve is available (found ${rest[0] ?? 'nothing'})`)
    default:
      return TRANSLATED
  }
}

/** `option mysql-check is not available` */
function named(effect: Outcome, name: string): Outcome {
  return effect.message === 'is not available' ? { ...effect, message: `option ${name} is not available` } : effect
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
