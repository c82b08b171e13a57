// Where clients are shown what is counted: a statistics page, or metrics.

import type { Backend } from './options/backend.ts'
import type { Frontend } from './options/frontend.ts'

export function showsNumbers(section: Frontend | Backend): boolean {
  return section.stats !== null || exportsMetrics(section)
}

export function exportsMetrics({ rules }: Frontend | Backend): boolean {
  return rules.some((rule) => 'useService' in rule.do)
}
