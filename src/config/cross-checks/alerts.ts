// Alerts: what one field of a recipient cannot know.

import type { AlertInput } from '../options/alert.ts'
import type { Target } from '../issue.ts'
import type { Path, Report } from './report.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'

export function checkAlerts({ alerts = [], backends }: LimpetConfig, target: Target, report: Report): void {
  const names = backends.map(({ name }) => name)
  alerts.forEach((alert, i) => {
    const path = ['alerts', i]
    checkRecipient(alert, path, target, report)
    for (const name of list(alert.backends)) {
      if (!names.includes(name))
        report('error', 'unknown-backend', [...path, 'backends'], 'there is no such backend', name)
    }
  })
}

function checkRecipient(alert: AlertInput, path: Path, target: Target, report: Report): void {
  const { webhook, mail, format } = alert
  if ((webhook === undefined) === (mail === undefined)) {
    report('error', 'one-of-options', path, 'needs either webhook or mail; for both, write two recipients')
  }
  if (format !== undefined && webhook === undefined) {
    report('error', 'option-needs-option', [...path, 'format'], 'is the format of a webhook', format)
  }
  if (mail === undefined) return
  if (list(mail.to).length === 0) report('error', 'missing-option', [...path, 'mail', 'to'], 'names no recipient')
  if (target === 'serve' && list(mail.smtp).length === 0) {
    report(
      'error',
      'missing-option',
      [...path, 'mail', 'smtp'],
      "is needed here: a mail server such as 'smtp://mail.example.com:587'",
    )
  }
}
