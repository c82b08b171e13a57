// The statistics page of a frontend or backend: ways in that exclude each other, and proxies that are not there.

import type { Target } from '../issue.ts'
import type { StatsInput } from '../options/stats.ts'
import { list } from '../units.ts'
import { checkCondition } from './conditions.ts'
import type { Path, Report } from './report.ts'

export function checkStats(
  input: StatsInput | undefined,
  proxies: readonly string[],
  path: Path,
  target: Target,
  report: Report,
): void {
  if (!input) return
  const { accounts = [], rules = [], open = false, admin } = input
  for (const [field, isWritten] of [
    ['accounts', accounts.length > 0],
    ['open', open],
  ] as const) {
    // HAProxy refuses both, too: rules alone would decide, and the other would keep nobody out.
    if (isWritten && rules.length > 0)
      report('error', 'options-exclude', [...path, field], 'and rules exclude each other')
  }
  if (open && accounts.length > 0)
    report('error', 'options-exclude', [...path, 'open'], 'and accounts exclude each other', true)
  else if (open && target === 'cloudflare') {
    report(
      'warning',
      'open-page',
      [...path, 'open'],
      'only `limpet serve` shows this page without a password; on Cloudflare it needs accounts or LIMPET_ADMIN_TOKEN',
      true,
    )
  }
  rules.forEach((rule, i) => {
    if (rule.if) checkCondition(rule.if, [...path, 'rules', i, 'if'], report)
  })
  if (typeof admin === 'object') checkCondition(admin, [...path, 'admin'], report)
  for (const name of list(input.scope)) {
    if (!proxies.includes(name)) {
      report(
        'error',
        'unknown-proxy',
        [...path, 'scope'],
        `no such frontend or backend; there are: ${proxies.join(', ')}`,
        name,
      )
    }
  }
}
