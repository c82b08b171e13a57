// `limpet check`: every issue of every file, and an exit status that a build can stand on. Of a haproxy.cfg, what became
// of each line.

import { formatIssue } from '../config/issue.ts'
import type { ConfigIssue } from '../config/issue.ts'
import type { Diagnostic } from '../config/haproxy/line-status.ts'
import { checkWrangler } from './check-wrangler.ts'
import type { PlacedIssue } from './placed-issue.ts'
import { CliError } from './cli-error.ts'
import { costText } from './cost.ts'
import { formatDiagnostic, summaryOf } from './haproxy.ts'
import { validateForDev, validateForOperator } from './issues.ts'
import { loadConfig } from './load-config.ts'

export interface CheckOptions {
  readonly for: 'serve' | 'cloudflare'
  /** An environment of the wrangler file. */
  readonly env?: string
  /** Print the bill of so many requests a month. */
  readonly cost?: number
}

/** `joined`: files that are checked as one, after each of the others by itself. */
export async function check(files: readonly string[], joined: readonly string[], options: CheckOptions): Promise<void> {
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR']
  const isCloudflare = options.for === 'cloudflare'
  if (options.cost !== undefined && !isCloudflare)
    throw new CliError('--cost is a bill of Cloudflare: add --for cloudflare')
  // Set by wrangler for `[build] command`: https://developers.cloudflare.com/workers/wrangler/custom-builds/
  const isDev = isCloudflare && process.env['WRANGLER_COMMAND'] === 'dev'
  const configurations = [...files.map((file) => [file]), ...(joined.length > 0 ? [joined] : [])]
  for (const [file = '', ...more] of configurations) {
    const loaded = await loadConfig(file, more, isCloudflare && options.env ? options.env : undefined)
    const { written, diagnostics, whereOf, wrangler } = loaded
    for (const diagnostic of diagnostics ?? []) console.log(formatDiagnostic(diagnostic, isColoured))
    const { config, issues: own } = isDev ? validateForDev(written) : validateForOperator(written, options.for)
    const around = config && isCloudflare ? checkWrangler(config, wrangler, isDev ? loaded.devVars : []) : []
    const fileOf = (issue: PlacedIssue) => {
      if (issue.file === 'configuration') return whereOf(issue)
      return issue.file === 'wrangler' ? wrangler!.name : issue.file
    }
    const issues = [
      ...own.map((issue) => ({ issue, where: whereOf(issue) })),
      ...around.map((issue) => ({ issue, where: fileOf(issue) })),
    ]
    for (const { issue, where } of issues) {
      console.log(`${where}: ${isColoured ? coloured(issue, written) : formatIssue(issue, written)}`)
    }
    const errors = issues.filter(({ issue }) => issue.level === 'error').length
    if (diagnostics) console.log(`${file}: ${summaryOf(diagnostics)}`)
    const target = isDev ? 'wrangler dev' : options.for
    console.log(`${file}: ${errors} error(s), ${issues.length - errors} warning(s) for ${target}`)
    if (errors > 0 || diagnostics?.some(isRefused)) process.exitCode = 1
    else if (config && options.cost !== undefined) {
      const hasSnapshot = wrangler?.environments[0]?.bindings.has('SNAPSHOT') ?? false
      console.log(`\n${costText(config, options.cost, { hasSnapshot })}`)
    }
  }
}

function isRefused({ status }: Diagnostic): boolean {
  return status === 'unsupported' || status === 'error'
}

function coloured(issue: ConfigIssue, written: unknown): string {
  const colour = issue.level === 'error' ? 31 : 33
  return formatIssue(issue, written).replace(issue.level, `\u001b[${colour}m${issue.level}\u001b[0m`)
}
