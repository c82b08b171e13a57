// `limpet check`: every issue of every file, and an exit status that a build can stand on.

import { formatIssue } from '../config/issue.ts'
import type { ConfigIssue, Target } from '../config/issue.ts'
import { validateConfig } from '../config/validate.ts'
import { loadConfig } from './load-config.ts'

export async function check(files: readonly string[], target: Target): Promise<void> {
  for (const file of files) {
    const { written } = await loadConfig(file)
    const { issues } = validateConfig(written, target)
    for (const issue of issues) console.log(`${file}: ${coloured(issue)}`)
    const errors = issues.filter((issue) => issue.level === 'error').length
    const warnings = issues.length - errors
    console.log(`${file}: ${errors} error(s), ${warnings} warning(s) for ${target}`)
    if (errors > 0) process.exitCode = 1
  }
}

function coloured(issue: ConfigIssue): string {
  const text = formatIssue(issue)
  if (!process.stdout.isTTY || process.env['NO_COLOR']) return text
  const colour = issue.level === 'error' ? 31 : 33
  return text.replace(issue.level, `\u001b[${colour}m${issue.level}\u001b[0m`)
}
