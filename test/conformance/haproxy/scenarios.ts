// Everything that is compared. One file a subject.

import { BALANCE } from './scenarios/balance.ts'
import { CHECKS } from './scenarios/checks.ts'
import { COOKIE_MODES } from './scenarios/cookie-modes.ts'
import { COOKIE_INSERT } from './scenarios/cookie-insert.ts'
import { REPLIES } from './scenarios/replies.ts'
import { RETRIES } from './scenarios/retries.ts'
import { RULES } from './scenarios/rules.ts'
import { STICK } from './scenarios/stick.ts'
import { SERVER_STATES } from './scenarios/server-states.ts'
import type { Scenario } from './scenario.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...COOKIE_INSERT,
  ...COOKIE_MODES,
  ...SERVER_STATES,
  ...BALANCE,
  ...RULES,
  ...REPLIES,
  ...RETRIES,
  ...STICK,
  ...CHECKS,
]
