// Two backends that un-stick each other: a browser has one cookie for both, and what one seals the other cannot read.

import { sharedCookies } from './cookie-names.ts'
import { defaultOf } from './defaults.ts'
import { pathText } from './issue.ts'
import type { Report } from './report.ts'
import type { BackendInput, LimpetConfig } from './schema.ts'

export function checkCookieNames(config: LimpetConfig, report: Report): void {
  const profile = config.defaults ?? 'limpet'
  const isSealed = ({ cookie }: BackendInput) => (cookie?.format ?? defaultOf(profile, 'cookie.format')) === 'sealed'
  const told = new Set<number>()
  for (const [i, j] of sharedCookies(config)) {
    const earlier = config.backends[i]!
    const later = config.backends[j]!
    if (told.has(j) || (!isSealed(earlier) && !isSealed(later))) continue
    told.add(j)
    const { name } = later.cookie!
    const other = ['backends', i, 'cookie', 'name']
    report(
      'warning',
      ['backends', j, 'cookie', 'name'],
      `${pathText(other)} is the same: a client of '${earlier.name}' and '${later.name}' under one host loses its server ` +
        `each time it changes between them. Give each a name of its own, such as { name: '${ownName(name, later.name)}', ` +
        `formerly: ['${name}'] }, or, where the servers are the same machines, write format: 'haproxy' in both`,
      name,
    )
  }
}

/** A cookie's name for one backend; a `:` may stand in a backend's name, and not in a cookie's. */
export function ownName(cookie: string, backend: string): string {
  return `${cookie}-${backend.replaceAll(':', '_')}`
}
