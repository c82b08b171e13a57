// How checks of a configuration say what they find.

import type { ConfigIssue } from '../issue.ts'
import { foundText, pathText } from '../issue.ts'

export type Report = (
  level: ConfigIssue['level'],
  path: readonly (string | number)[],
  message: string,
  found?: unknown,
) => void

/** `issues` has what `report` was told. */
export function collectIssues(): { readonly issues: ConfigIssue[]; readonly report: Report } {
  const issues: ConfigIssue[] = []
  return {
    issues,
    report(level, path, message, found) {
      issues.push({ level, path: pathText(path), message, ...(found === undefined ? {} : { found: foundText(found) }) })
    },
  }
}

/** Names that must be unique and are not. */
export function reportDuplicates(
  names: readonly string[],
  path: readonly (string | number)[],
  field: string,
  report: Report,
): void {
  names.forEach((name, i) => {
    const first = names.indexOf(name)
    if (first < i)
      report('error', [...path, i, field], `is taken by ${pathText([...path, first])}; names must be unique`, name)
  })
}
