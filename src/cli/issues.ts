// Everything that an operator is told of a configuration: what would keep it from running, and what only warns.

import * as v from 'valibot'

import { checkClientHosts } from '../config/cross-checks/client-host.ts'
import { checkCheckHosts, checkHostRules } from '../config/cross-checks/hosts.ts'
import { checkCookieNames } from '../config/cross-checks/cookie-names.ts'
import type { Config } from '../config/config.ts'
import { formatIssue, foundText, pathText } from '../config/issue.ts'
import type { ConfigIssue, Target } from '../config/issue.ts'
import { collectIssues } from '../config/cross-checks/report.ts'
import { limpetSchema } from '../config/options/root.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { validateConfig } from '../config/validate.ts'
import type { Validated } from '../config/validate.ts'

export function validateForOperator(written: unknown, target: Target): Validated {
  const validated = validateConfig(written, target)
  const parsed = v.safeParse(limpetSchema, written)
  if (!parsed.success) return validated
  const input = parsed.output as LimpetConfig
  const more = collectIssues()
  // Only a deploy can go wrong by these, so the Worker itself does not carry them.
  checkHostRules(input, target, more.report)
  checkCheckHosts(input, target, more.report)
  if (target === 'cloudflare') checkClientHosts(input, more.report)
  const isRefused = more.issues.some(({ level }) => level === 'error')
  return {
    config: isRefused ? undefined : validated.config,
    issues: [...validated.issues, ...checkCookieNames(input), ...more.issues],
  }
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
  return (config?.backends ?? []).flatMap(({ host }, i): ConfigIssue[] => {
    if (host === 'server') return []
    const message =
      'wrangler dev has no zone, so requests come back to it until they are answered with 508: ' +
      "try this backend with limpet serve, where servers see the client's Host"
    return [{ level: 'warning', path: pathText(['backends', i, 'host']), message, found: foundText(host) }]
  })
}
