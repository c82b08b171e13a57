// Options that one target has no use for.

import type { Target } from '../issue.ts'
import type { LimpetConfig } from '../options/root.ts'
import type { Report } from './report.ts'

export function checkIgnored(config: LimpetConfig, target: Target, report: Report): void {
  if (target === 'cloudflare') checkLogTargets(config, report)
  if (target === 'serve') checkMonitor(config, report)
}

function checkLogTargets({ logTo = [] }: LimpetConfig, report: Report): void {
  logTo.forEach((each, i) => {
    if (typeof each === 'string') return
    const message = 'limpet serve sends lines there; on Cloudflare they go to Workers Logs (observability, or logpush)'
    report('warning', ['logTo', i, 'syslog'], message, each.syslog)
  })
}

function checkMonitor({ monitor }: LimpetConfig, report: Report): void {
  if (monitor?.near === undefined) return
  report(
    'warning',
    ['monitor', 'near'],
    'is ignored by limpet serve, which keeps the Monitor on this machine',
    monitor.near,
  )
}
