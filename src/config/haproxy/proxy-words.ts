// The keywords of defaults and proxy sections (configuration manual 4.1): those that have no code here, where each may stand, and
// the words that may follow those without code.

import type { Draft } from './draft.ts'
import { differs, failed, platform, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { OLD_RULES } from './old-rules.ts'
import { unknownWord } from './read-line.ts'
import { gone, newer, row, wordTable } from './words.ts'
import type { WordTable } from './words.ts'

const RULES = 'write the same as http-request'
const RESPONSE_RULES = 'write the same as http-response'
const ALLOWS = 'it lets in what later lines refuse: write their condition into these, as http-request deny unless …'

/** `handled`: keywords that have code. */
export function proxyWords(handled: readonly string[]): WordTable {
  return wordTable(
    'keyword',
    row(handled.join(' ')),
    row(
      'clitcpka-cnt clitcpka-idle clitcpka-intvl dispatch external-check filter http-send-name-header max-keep-alive-queue max-session-srv-conns persist server-state-file-name srvtcpka-cnt srvtcpka-idle srvtcpka-intvl tcp-check transparent use-fcgi-app',
      unsupported('is not available'),
    ),
    ...gone({
      cliexp: RULES,
      srvexp: RESPONSE_RULES,
      ...Object.fromEntries('reqallow reqiallow reqpass reqipass'.split(' ').map((word) => [word, ALLOWS])),
    }),
    newer('3.0', 'guid'),
    newer('3.2', 'hash-preserve-affinity', differs('a key stays with its server, however busy that is')),
    newer('3.1', 'log-steps'),
  )
}

type Kind = Draft['kind']

/** Where HAProxy 2.6 refuses a keyword. */
const REFUSED: Readonly<Record<Kind, string>> = {
  defaults:
    'appsession bind block capture declare description dispatch filter force-persist id ignore-persist monitor redirect server server-template stick stick-table use-fcgi-app use-server use_backend',
  frontend: 'default-server retry-on server server-template tcp-response use-fcgi-app',
  backend: 'declare',
  listen: '',
}
/** Where it warns that it reads over it. */
const READ_OVER: Readonly<Record<Kind, string>> = {
  defaults: '',
  frontend:
    'balance cookie dispatch dynamic-cookie-key force-persist fullconn hash-balance-factor hash-type http-check http-reuse http-send-name-header ignore-persist load-server-state-from-file max-keep-alive-queue retries server-state-file-name source srvtcpka-cnt srvtcpka-idle srvtcpka-intvl stick tcp-check use-server',
  backend:
    'backlog bind capture clitcpka-cnt clitcpka-idle clitcpka-intvl default_backend error-log-format log-format log-format-sd max-session-srv-conns maxconn monitor monitor-uri rate-limit use_backend',
  listen: '',
}
const READ_OVER_PAIRS: Readonly<Record<Kind, string>> = {
  defaults: '',
  frontend:
    'option:abortonclose option:accept-invalid-http-response option:allbackups option:checkcache option:h1-case-adjust-bogus-server option:http-pretend-keepalive option:httpchk option:ldap-check option:log-health-checks option:mysql-check option:persist option:pgsql-check option:prefer-last-server option:redis-check option:redispatch option:smtpchk option:spop-check option:srvtcpka option:ssl-hello-chk option:tcp-check option:tcp-smart-connect option:transparent timeout:check timeout:connect timeout:queue timeout:server timeout:server-fin timeout:tunnel',
  backend:
    'option:accept-invalid-http-request option:clitcpka option:contstats option:disable-h2-upgrade option:dontlog-normal option:dontlognull option:h1-case-adjust-bogus-client option:http-ignore-probes option:http-use-proxy-header option:httplog option:httpslog option:idle-close-on-response option:log-separate-errors option:logasap option:socket-stats option:tcp-smart-accept option:tcplog timeout:client timeout:client-fin',
  listen: '',
}

const KINDS = ['defaults', 'frontend', 'backend', 'listen'] as const
const sets = (words: Readonly<Record<Kind, string>>) =>
  new Map(KINDS.map((kind): [Kind, ReadonlySet<string>] => [kind, new Set(words[kind].split(' '))]))
const REFUSED_IN = sets({ ...REFUSED, defaults: [REFUSED.defaults, ...OLD_RULES.keys(), 'reqadd rspadd'].join(' ') })
const READ_OVER_IN = sets(READ_OVER)
const PAIRS_READ_OVER_IN = sets(READ_OVER_PAIRS)

/** What becomes of a line that stands in a section of the wrong kind. */
export function misplaced([keyword = '', second = '']: readonly string[], kind: Kind): Outcome | undefined {
  const section = kind === 'defaults' ? 'a defaults section' : `a ${kind}`
  if (REFUSED_IN.get(kind)!.has(keyword))
    return failed(`${keyword} does not belong into ${section}, and HAProxy 2.6 refuses it: move it, or remove it`)
  const isReadOver = READ_OVER_IN.get(kind)!.has(keyword) || PAIRS_READ_OVER_IN.get(kind)!.has(`${keyword}:${second}`)
  return isReadOver ? platform(`has no effect in ${section}, in HAProxy neither`) : undefined
}

const one = (words: string) => words.split(' ')

/** The words that may follow a keyword without code; a `(` ends them. */
const SECOND: Readonly<Record<string, readonly string[]>> = {
  'tcp-check': one('comment connect expect send send-binary send-binary-lf send-lf set-var set-var-fmt unset-var'),
  filter: one('bwlim-in bwlim-out cache compression fcgi-app opentracing spoe trace'),
  persist: one('rdp-cookie'),
  'external-check': one('command path'),
}

/** What the word behind a keyword makes of a line that is not available otherwise: most often a typing error. */
export function unknownSecond([keyword = '', second = '']: readonly string[]): Outcome | undefined {
  if (keyword === 'filter' && second === 'cache') return differs('nothing is cached')
  const known = Object.hasOwn(SECOND, keyword) ? SECOND[keyword]! : undefined
  if (!known || known.includes(second.split('(', 1)[0]!)) return undefined
  return failed(unknownWord(`word after ${keyword},`, second, known))
}
