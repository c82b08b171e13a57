// Everything that an operator learns of a configuration: what would keep it from running, and what only warns.

import { checkAdvice } from '../config/cross-checks/advice.ts'
import { checkClientHosts } from '../config/cross-checks/client-host.ts'
import { checkCheckHosts, checkHostRules } from '../config/cross-checks/hosts.ts'
import { checkCookieNames } from '../config/cross-checks/cookie-names.ts'
import type { Config } from '../config/config.ts'
import { formatIssue } from '../config/issue.ts'
import type { ConfigIssue, Target } from '../config/issue.ts'
import { collectIssues } from '../config/cross-checks/report.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { behind, checkShapes, validateConfig } from '../config/validate.ts'
import type { Validated } from '../config/validate.ts'

export function validateForOperator(written: unknown, target: Target): Validated {
  const validated = validateConfig(written, target)
  const more = besides(written, (input) => checkForOperator(input, target))
  const isRefused = more.some(({ level }) => level === 'error')
  return { config: isRefused ? undefined : validated.config, issues: [...validated.issues, ...more] }
}

/** What works and is hardly meant. */
export function adviceFor(written: unknown): readonly ConfigIssue[] {
  return besides(written, (input) => {
    const { issues, report } = collectIssues()
    checkAdvice(input, report)
    return issues
  })
}

/** Only a deploy can go wrong by these, so the Worker itself does not carry them. */
function checkForOperator(input: LimpetConfig, target: Target): readonly ConfigIssue[] {
  const { issues, report } = collectIssues()
  checkHostRules(input, target, report)
  checkCheckHosts(input, target, report)
  if (target === 'cloudflare') checkClientHosts(input, report)
  return [...checkCookieNames(input), ...issues]
}

function besides(written: unknown, checks: (input: LimpetConfig) => readonly ConfigIssue[]): readonly ConfigIssue[] {
  const shapes = checkShapes(written)
  return shapes.length > 0 ? behind(written, shapes, checks) : checks(written as LimpetConfig)
}

/** For `wrangler dev`: what only a deployed Worker cannot do, such as fetching an address, is a warning there. */
export function validateForDev(written: unknown): Validated {
  const local = validateConfig(written, 'either')
  const isLocal = new Set(local.issues.map(formatIssue))
  const issues = validateForOperator(written, 'cloudflare').issues.map((issue): ConfigIssue => {
    if (issue.level !== 'error' || isLocal.has(formatIssue(issue))) return issue
    return { ...issue, level: 'warning', message: `wrangler deploy refuses this: ${issue.message}` }
  })
  return { config: local.config, issues: [...issues, ...clientHosts(local.config)] }
}

/** Run: without a zone cf.resolveOverride does nothing, and a fetch of the client's URL is answered by wrangler dev itself. */
function clientHosts(config: Config | undefined): ConfigIssue[] {
  const { issues, report } = collectIssues()
  config?.backends.forEach(({ host }, i) => {
    if (host === 'server') return
    const message =
      'wrangler dev has no zone, so requests come back to it until they are answered with 508: ' +
      "try this backend with limpet serve, where servers see the client's Host"
    report('warning', 'client-host-in-dev', ['backends', i, 'host'], message, host)
  })
  return issues
}
