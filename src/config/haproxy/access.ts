// Which lines of a proxy section restrict access, so that one that cannot be enforced stops the start. Restrictions by `bind` and
// `server` parameters are in their own tables. HAProxy: configuration manual 4.2.

import { failed } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Keywords of 2.6 that are not available here and whose loss admits nobody. */
const FEATURES = words(
  'clitcpka-cnt clitcpka-idle clitcpka-intvl declare default dispatch error-log-format errorfiles external-check filter hash-balance-factor http-after-response http-send-name-header log-format-sd max-keep-alive-queue monitor no persist server-state-file-name server-template srvtcpka-cnt srvtcpka-idle srvtcpka-intvl tcp-check tcp-response transparent use-fcgi-app',
)
const FEATURE_OPTIONS = words(
  'disable-h2-upgrade http-use-proxy-header httpslog ldap-check external-check mysql-check originalto pgsql-check redis-check smtpchk spop-check ssl-hello-chk tcp-check transparent http_proxy',
)

/** Keywords whose every line says who gets where. */
const RESTRICTING = words('bind block disabled redirect use_backend')

/**
 * The actions of a ruleset that neither refuse a client nor change what later rules and the servers learn about it.
 * Any other action restricts access, even an unknown one: Lua may do anything.
 */
const HARMLESS_ACTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  'http-request': words(
    'add-header allow cache-use capture disable-l7-retry do-resolve early-hint sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group set-log-level set-mark set-nice set-priority-class set-priority-offset set-timeout set-tos set-var set-var-fmt strict-mode track-sc0 track-sc1 track-sc2 unset-var wait-for-body wait-for-handshake',
  ),
  'http-response': words(
    'add-acl add-header allow cache-store capture del-acl del-header del-map replace-header replace-value sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group set-header set-log-level set-map set-mark set-nice set-status set-tos set-var set-var-fmt strict-mode track-sc0 track-sc1 track-sc2 unset-var wait-for-body',
  ),
  tcp: words(
    'accept capture do-resolve sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group set-log-level set-mark set-nice set-priority-class set-priority-offset set-tos set-var set-var-fmt switch-mode track-sc0 track-sc1 track-sc2 unset-var',
  ),
  filter: words('bwlim-in bwlim-out cache compression fcgi-app opentracing trace'),
}
const RESTRICTING_STATS = words('admin auth http-request scope')
const RESTRICTING_OPTIONS = words('checkcache http-restrict-req-hdr-names')

function restrictsAccess([keyword = '', first = '', second = '']: readonly string[]): boolean {
  switch (keyword) {
    case 'http-request':
    case 'http-response':
    case 'filter':
      return !HARMLESS_ACTIONS[keyword]!.has(nameOf(first))
    case 'tcp-request':
    case 'tcp-response':
      return first !== 'inspect-delay' && !HARMLESS_ACTIONS['tcp']!.has(nameOf(second))
    case 'stats':
      return RESTRICTING_STATS.has(first)
    case 'option':
      return RESTRICTING_OPTIONS.has(first)
    default:
      return RESTRICTING.has(keyword)
  }
}

/** `set-var(txn.x)` is a set-var. */
function nameOf(action: string): string {
  return action.split('(', 1)[0]!
}

/** A word that HAProxy 2.6 does not have may be a misspelt restriction. */
function isUnknown([keyword = '']: readonly string[], isHandled: boolean): boolean {
  return !isHandled && !FEATURES.has(keyword)
}

export function isFeatureOption(name: string): boolean {
  return FEATURE_OPTIONS.has(name)
}

/** The outcome of a line, which must not be skipped if it restricts access. `isHandled`: its keyword is supported. */
export function guarded(line: readonly string[], outcome: Outcome, isHandled: boolean): Outcome {
  if (outcome.status !== 'unsupported') return outcome
  if (isUnknown(line, isHandled)) {
    return failed(`'${line[0]}' is not a keyword of HAProxy 2.6: correct it, or remove the line`)
  }
  return restrictsAccess(line) ? failed(`${outcome.message}; ${NOT_LEFT_OUT}`) : outcome
}

export const NOT_LEFT_OUT =
  'the line restricts access, so --allow-unsupported does not leave it out: rewrite it, or remove it'
