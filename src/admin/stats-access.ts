// Who may see a statistics page, as far as the request alone tells: the page's own rules and the condition of its admins.
// Passwords are compared where the page is shown. HAProxy: configuration manual 4.2 "stats http-request", "stats admin".

import type { StatsConfig } from '../config/options/stats.ts'
import type { RulesEngine } from '../rules/rules-engine.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'

export interface StatsAccess {
  /** `open`: everybody; `login`: accounts and tokens. */
  readonly who: 'open' | 'login' | 'nobody'
  /** Of the challenge for `login`. */
  readonly realm: string
  /** A visitor admitted by anything but a token may change servers. */
  readonly mayChange: boolean
}

/**
 * `isServe`: only there are pages shown without a password; elsewhere they need a token. `hasToken`: there is a token.
 */
export function createStatsAccess(
  { accounts, rules, isOpen, realm, admin }: StatsConfig,
  isServe: boolean,
  hasToken: boolean,
  { holdsOf }: Pick<RulesEngine, 'holdsOf'>,
): (transaction: Transaction, view: View) => StatsAccess {
  const compiled = rules.map((rule) => ({ ...rule, holds: holdsOf(rule) }))
  const isAdmin = admin === null ? () => false : holdsOf(admin)
  const isLoginPossible = accounts.length > 0 || hasToken
  const byDefault = rules.length > 0 || (isOpen && isServe) ? 'open' : isLoginPossible ? 'login' : 'nobody'
  return (transaction, view) => {
    const rule = compiled.find(({ holds }) => holds(transaction, view))
    const who = rule ? WHO[rule.do] : byDefault
    return { who, realm: rule?.realm ?? realm, mayChange: isAdmin(transaction, view) }
  }
}

const WHO = { allow: 'open', deny: 'nobody', auth: 'login' } as const
