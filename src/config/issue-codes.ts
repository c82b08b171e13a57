// Every issue has a code that stays what it is: scripts, annotations and `limpet-ignore` go by it. docs/errors.md explains each.
// Only the command needs this table at run time; the Worker takes the types alone.

/** code -> what it is. Under `wrangler dev` an error that only a deploy makes is a warning. */
export const ISSUE_CODES = {
  // What cannot be read.
  'unreadable-file': 'error',
  'syntax-error': 'error',
  'no-default-export': 'error',
  'failed-to-evaluate': 'error',
  'unset-variable': 'error',
  'too-deep': 'error',
  'circular-value': 'error',
  'duplicate-key': 'warning',
  // Lines of a haproxy.cfg.
  'invalid-line': 'error',
  'unsupported-line': 'error',
  'different-line': 'warning',
  // What one option says.
  'unknown-option': 'error',
  'missing-option': 'error',
  'invalid-value': 'error',
  'invalid-pattern': 'error',
  // Options of one thing that do not go together.
  'option-needs-option': 'error',
  'options-exclude': 'error',
  'one-of-options': 'error',
  'ignored-option': 'warning',
  // Names.
  'duplicate-name': 'error',
  'duplicate-id': 'error',
  'former-name': 'error',
  'former-name-is-cookie': 'warning',
  'unknown-backend': 'error',
  'unknown-server': 'error',
  'unknown-proxy': 'error',
  'unknown-table': 'error',
  'unknown-map': 'error',
  'unknown-list': 'error',
  'unknown-userlist': 'error',
  'unknown-resolvers': 'error',
  // Frontends, backends and servers.
  'no-backend': 'error',
  'no-server': 'error',
  'no-frontend': 'error',
  'frontend-leads-nowhere': 'error',
  'answers-503': 'warning',
  'frontend-unreachable': 'error',
  'local-frontend': 'error',
  'bind-of-zone': 'error',
  'use-backend-in-backend': 'error',
  'response-sample': 'error',
  'first-without-maxconn': 'warning',
  'unused-hash-option': 'warning',
  'track-of-track': 'error',
  'agent-place': 'error',
  circle: 'error',
  'possible-circle': 'warning',
  'open-page': 'warning',
  'servers-off': 'warning',
  'unused-backend': 'warning',
  'placeholder-server': 'warning',
  // Cookies and stick tables.
  'cookie-name-prefix': 'error',
  'cookie-not-secure': 'warning',
  'cookie-name-shared': 'warning',
  'maxlife-below-maxidle': 'warning',
  'store-not-here': 'error',
  'kv-is-eventual': 'warning',
  // Releases.
  'unknown-release': 'error',
  'no-release': 'error',
  'release-without-server': 'warning',
  'session-ends-with-release': 'note',
  'two-tabs': 'note',
  'weights-of-releases': 'note',
  // What Cloudflare does not do.
  'address-on-cloudflare': 'error',
  'local-server': 'error',
  'trust-of-zone': 'error',
  'names-of-platform': 'error',
  'client-host-port': 'error',
  'client-host-scheme': 'error',
  'client-host-any-scheme': 'warning',
  'client-host-zone': 'error',
  'client-host-in-dev': 'warning',
  'host-rule': 'error',
  'check-host': 'warning',
  // The wrangler file and .dev.vars beside the configuration.
  'unknown-environment': 'error',
  'own-custom-domain': 'error',
  'own-host': 'warning',
  'stale-build': 'error',
  'missing-binding': 'error',
  'advised-binding': 'warning',
  'no-cron': 'warning',
  'secret-not-required': 'warning',
  'no-logs': 'warning',
  'no-request-signal': 'warning',
  'dev-var-not-read': 'warning',
  'suggested-lines': 'note',
  // Comments.
  'ignored-error': 'warning',
  'unused-ignore': 'warning',
} as const satisfies Record<string, Level>

/** A note asks for nothing: all is well without. */
export type Level = 'error' | 'warning' | 'note'
export type IssueCode = keyof typeof ISSUE_CODES
/** What an issue of this code is. */
export type LevelOf<C extends IssueCode> = (typeof ISSUE_CODES)[C]
