// Two backends that un-stick each other: a browser has one cookie for both, and what one seals the other cannot read.
// Only for whoever writes the configuration: a Worker has no use for the warning, nor room for the code.

import { sharedCookies } from './shared-cookies.ts'
import { cookieOptions } from '../options/cookie.ts'
import { foundText } from '../issue.ts'
import type { ConfigIssue } from '../issue.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'

/** A warning for each backend that has another's cookie. */
export function checkCookieNames(config: LimpetConfig): ConfigIssue[] {
  const profile = config.defaults ?? 'limpet'
  const isSealed = ({ cookie }: BackendInput) => (cookie?.format ?? cookieOptions.format.defaults[profile]) === 'sealed'
  const told = new Set<number>()
  return sharedCookies(config).flatMap(([i, j]): ConfigIssue[] => {
    const earlier = config.backends[i]!
    const later = config.backends[j]!
    if (told.has(j) || (!isSealed(earlier) && !isSealed(later))) return []
    told.add(j)
    const { name } = later.cookie!
    const message =
      `backends[${i}].cookie.name is the same: a client of '${earlier.name}' and '${later.name}' under one host loses its ` +
      `server each time it changes between them. Give each a name of its own, such as { name: ` +
      `'${ownName(name, later.name)}', formerly: ['${name}'] }, or, where the servers are the same machines, write ` +
      `format: 'haproxy' in both`
    return [{ level: 'warning', path: `backends[${j}].cookie.name`, message, found: foundText(name) }]
  })
}

/** A cookie's name for one backend; a `:` may stand in a backend's name, and not in a cookie's. */
export function ownName(cookie: string, backend: string): string {
  return `${cookie}-${backend.replaceAll(':', '_')}`
}
