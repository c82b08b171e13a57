// Lists of users: names that are taken, and users with no password, or two.

import type { LimpetConfig } from '../options/root.ts'
import { reportDuplicates } from './report.ts'
import type { Report } from './report.ts'

export function checkUsers({ userlists = [] }: LimpetConfig, report: Report): void {
  reportDuplicates(userlists, ['userlists'], report)
  userlists.forEach(({ users }, i) => {
    reportDuplicates(users, ['userlists', i, 'users'], report)
    users.forEach(({ password, insecurePassword }, j) => {
      if ((password === undefined) === (insecurePassword === undefined)) {
        report('error', ['userlists', i, 'users', j], 'needs one of password and insecurePassword')
      }
    })
  })
}
