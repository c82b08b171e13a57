// What a single field cannot know, of a whole configuration: names that must be unique or exist, servers that lead back to this
// balancer, things that only one target can do. Every finding is returned; nothing is thrown. What only an operator is told, and
// no Worker needs (hosts.ts, client-host.ts, cookie-names.ts), is asked by the command.

import type { ConfigIssue, Target } from '../issue.ts'
import type { LimpetConfig } from '../options/root.ts'
import { checkAdmin } from './admin.ts'
import { checkAlerts } from './alerts.ts'
import { checkBackends } from './backends.ts'
import { checkCircles } from './circles.ts'
import { checkCounters } from './counters.ts'
import { checkFormerNames } from './former-names.ts'
import { checkFrontends } from './frontends.ts'
import { checkIgnored } from './ignored.ts'
import { checkReferences } from './references.ts'
import { collectIssues, reportDuplicates } from './report.ts'
import { checkUsers } from './users.ts'
import { checkProcessVariables } from './variables.ts'

/** In the order in which they are shown. */
export function crossCheck(config: LimpetConfig, target: Target): ConfigIssue[] {
  const { issues, report } = collectIssues()
  checkBackends(config, target, report)
  reportDuplicates(config.resolvers ?? [], ['resolvers'], report)
  checkFormerNames(config, report)
  checkFrontends(config, target, report)
  checkCircles(config, target, report)
  checkUsers(config, report)
  checkIgnored(config, target, report)
  checkAlerts(config, target, report)
  checkAdmin(config, report)
  checkReferences(config, report)
  checkCounters(config, target, report)
  checkProcessVariables(config, report)
  return issues
}
