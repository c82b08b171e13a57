// How checks of a configuration say what they find.

import type { IssueCode, LevelOf } from '../issue-codes.ts'
import type { ConfigIssue } from '../issue.ts'
import { foundAt, pathText } from '../issue.ts'
import { namesOf } from '../server-template.ts'

/** Keys and places in lists, from the top. */
export type Path = readonly (string | number)[]

export type Report = <C extends IssueCode>(
  level: LevelOf<C>,
  code: C,
  keys: Path,
  message: string,
  found?: unknown,
) => void

/** `issues` has what `report` was told. */
export function collectIssues(): { readonly issues: ConfigIssue[]; readonly report: Report } {
  const issues: ConfigIssue[] = []
  return {
    issues,
    report(level, code, keys, message, found) {
      const shown = found === undefined ? {} : foundAt(keys, found)
      issues.push({ level, code, keys, path: pathText(keys), message, ...shown })
    },
  }
}

/** Names that must be unique and are not. */
export function reportDuplicates(
  named: readonly { readonly name: string; readonly template?: string | number | undefined }[],
  path: Path,
  report: Report,
): void {
  const takenBy = new Map<string, number>()
  named.forEach((each, i) => {
    for (const name of namesOf(each)) {
      const first = takenBy.get(name)
      takenBy.set(name, first ?? i)
      if (first === undefined) continue
      const message = `is taken by ${pathText([...path, first])}; names must be unique`
      report('error', 'duplicate-name', [...path, i, 'name'], message, name)
      break
    }
  })
}
