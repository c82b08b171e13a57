// For a Worker that learns its configuration when it starts: it may need any of them.

import { accessTokens } from './parts/access-tokens.ts'
import * as actions from './parts/actions.ts'
import { agents } from './parts/agents.ts'
import { alerts } from './parts/alerts.ts'
import * as converters from './parts/converters.ts'
import { counters } from './parts/counters.ts'
import * as fetches from './parts/fetches.ts'
import { exporter } from './parts/exporter.ts'
import { inFlight } from './parts/in-flight.ts'
import { lists } from './parts/lists.ts'
import { maxconn } from './parts/maxconn.ts'
import { patterns } from './parts/patterns.ts'
import * as policies from './parts/policies.ts'
import { releaseStates } from './parts/release-states.ts'
import { releases } from './parts/releases.ts'
import { rules } from './parts/rules.ts'
import { stickTables } from './parts/stick-tables.ts'
import { window } from './parts/window.ts'
import type { Parts } from './parts.ts'

export const ALL_PARTS: Parts = {
  accessTokens,
  actions,
  agents,
  alerts,
  converters,
  counters,
  fetches,
  exporter,
  inFlight,
  lists,
  maxconn,
  patterns,
  policies,
  releaseStates,
  releases,
  rules,
  stickTables,
  window,
}
