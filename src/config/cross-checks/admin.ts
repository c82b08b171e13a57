// The admin API: what is of no use once it is left out.

import type { LimpetConfig } from '../options/root.ts'
import type { Report } from './report.ts'

export function checkAdmin({ admin }: LimpetConfig, report: Report): void {
  if (admin?.enabled !== false) return
  for (const option of ['path', 'access'] as const) {
    if (admin[option] === undefined) continue
    report(
      'error',
      'option-needs-option',
      ['admin', option],
      'has no effect with admin.enabled: false; remove one of the two',
    )
  }
}
