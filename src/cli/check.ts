// `limpet check`: every issue of every file, and an exit status that a build can stand on. Of a haproxy.cfg, what became
// of each line.

import { formatIssue } from '../config/issue.ts'
import type { ConfigIssue, Target } from '../config/issue.ts'
import type { Diagnostic } from '../config/haproxy/verdict.ts'
import { formatDiagnostic, summaryOf } from './haproxy.ts'
import { validateForOperator } from './issues.ts'
import { loadConfig } from './load-config.ts'

/** `joined`: files that are checked as one, after each of the others by itself. */
export async function check(files: readonly string[], joined: readonly string[], target: Target): Promise<void> {
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR']
  const configurations = [...files.map((file) => [file]), ...(joined.length > 0 ? [joined] : [])]
  for (const [file = '', ...more] of configurations) {
    const { written, diagnostics, whereOf, hasMailBinding } = await loadConfig(file, more)
    for (const diagnostic of diagnostics ?? []) console.log(formatDiagnostic(diagnostic, isColoured))
    const { config, issues: own } = validateForOperator(written, target)
    const mails = config?.alerts.some(({ mail }) => mail !== null)
    const issues = target === 'cloudflare' && mails && hasMailBinding === false ? [...own, NO_MAIL_BINDING] : own
    for (const issue of issues) console.log(`${whereOf(issue)}: ${isColoured ? coloured(issue) : formatIssue(issue)}`)
    const errors = issues.filter((issue) => issue.level === 'error').length
    if (diagnostics) console.log(`${file}: ${summaryOf(diagnostics)}`)
    console.log(`${file}: ${errors} error(s), ${issues.length - errors} warning(s) for ${target}`)
    if (errors > 0 || diagnostics?.some(isRefused)) process.exitCode = 1
  }
}

function isRefused({ verdict }: Diagnostic): boolean {
  return verdict === 'unsupported' || verdict === 'error'
}

const NO_MAIL_BINDING: ConfigIssue = {
  level: 'warning',
  path: 'alerts',
  message: 'no mail is sent until wrangler.toml has the binding: [[send_email]] name = "EMAIL"',
}

function coloured(issue: ConfigIssue): string {
  const colour = issue.level === 'error' ? 31 : 33
  return formatIssue(issue).replace(issue.level, `\u001b[${colour}m${issue.level}\u001b[0m`)
}
