// Everything that is compared, by subject: one file of scenarios and one of recordings each.

import { ACCESS } from './scenarios/access.ts'
import { ACTIONS } from './scenarios/actions.ts'
import { BALANCE } from './scenarios/balance.ts'
import { CAPTURES } from './scenarios/captures.ts'
import { CHECKS } from './scenarios/checks.ts'
import { COOKIE_BYTES } from './scenarios/cookie-bytes.ts'
import { COOKIE_MODES } from './scenarios/cookie-modes.ts'
import { COOKIE_INSERT } from './scenarios/cookie-insert.ts'
import { CONVERTERS } from './scenarios/converters.ts'
import { COUNTERS } from './scenarios/counters.ts'
import { ERROR_FILES } from './scenarios/error-files.ts'
import { HEADERS } from './scenarios/headers.ts'
import { HOST } from './scenarios/host.ts'
import { IN_FLIGHT } from './scenarios/in-flight.ts'
import { LISTS } from './scenarios/lists.ts'
import { PATTERN_SCENARIOS } from './scenarios/patterns.ts'
import { REPLIES } from './scenarios/replies.ts'
import { SAMPLES } from './scenarios/samples.ts'
import { SHAPES } from './scenarios/shapes.ts'
import { REQUESTS } from './scenarios/requests.ts'
import { RETRIES } from './scenarios/retries.ts'
import { RULES } from './scenarios/rules.ts'
import { STATS } from './scenarios/stats.ts'
import { STICK } from './scenarios/stick.ts'
import { SERVER_STATES } from './scenarios/server-states.ts'
import { UNIQUE_IDS } from './scenarios/unique-id.ts'
import { WAITING } from './scenarios/waiting.ts'
import type { Scenario } from './scenario.ts'

/** The name of each file in scenarios/ and recorded/, and what is in it. */
export const SUBJECTS: Readonly<Record<string, readonly Scenario[]>> = {
  'cookie-insert': COOKIE_INSERT,
  'cookie-modes': COOKIE_MODES,
  'cookie-bytes': COOKIE_BYTES,
  'server-states': SERVER_STATES,
  balance: BALANCE,
  rules: RULES,
  actions: ACTIONS,
  samples: SAMPLES,
  captures: CAPTURES,
  'error-files': ERROR_FILES,
  waiting: WAITING,
  lists: LISTS,
  patterns: PATTERN_SCENARIOS,
  headers: HEADERS,
  host: HOST,
  access: ACCESS,
  replies: REPLIES,
  shapes: SHAPES,
  retries: RETRIES,
  stick: STICK,
  stats: STATS,
  checks: CHECKS,
  'in-flight': IN_FLIGHT,
  requests: REQUESTS,
  'unique-id': UNIQUE_IDS,
  converters: CONVERTERS,
  counters: COUNTERS,
}

export const SCENARIOS: readonly Scenario[] = Object.values(SUBJECTS).flat()
