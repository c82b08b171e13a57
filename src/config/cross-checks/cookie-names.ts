// Two backends that un-stick each other: a browser has one cookie for both, and what one seals the other cannot read.
// Only for whoever writes the configuration: a Worker has no use for the warning, nor room for the code.

import { sharedCookies } from './shared-cookies.ts'
import { cookieOptions } from '../options/cookie.ts'
import type { ConfigIssue } from '../issue.ts'
import { collectIssues } from './report.ts'
import type { Report } from './report.ts'
import { releaseCookieOptions } from '../options/releases.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'

/** A warning for each backend that has another's cookie. */
export function checkCookieNames(config: LimpetConfig): ConfigIssue[] {
  const profile = config.defaults ?? 'limpet'
  const isSealed = ({ cookie }: BackendInput) => (cookie?.format ?? cookieOptions.format.defaults[profile]) === 'sealed'
  const told = new Set<number>()
  const { issues, report } = collectIssues()
  for (const [i, j] of sharedCookies(config)) {
    const earlier = config.backends[i]!
    const later = config.backends[j]!
    if (told.has(j) || (!isSealed(earlier) && !isSealed(later))) continue
    told.add(j)
    const { name } = later.cookie!
    const message =
      `backends[${i}].cookie.name is the same: a client of '${earlier.name}' and '${later.name}' under one host loses its ` +
      `server each time it changes between them. Give each a name of its own, such as { name: ` +
      `'${ownName(name, later.name)}', formerly: ['${name}'] }, or, where the servers are the same machines, write ` +
      `format: 'haproxy' in both`
    report('warning', 'cookie-name-shared', ['backends', j, 'cookie', 'name'], message, name)
  }
  checkPinNames(config, report)
  return issues
}

/** The same of the cookies that keep clients on their releases: what one backend seals is nothing to another. */
function checkPinNames(config: LimpetConfig, report: Report): void {
  const ownerOf = ({ releases, name }: BackendInput) => (typeof releases === 'string' ? releases : name)
  const pinOf = (backend: BackendInput) => {
    const releases = config.backends.find(({ name }) => name === ownerOf(backend))?.releases
    return typeof releases === 'object'
      ? { name: releases.cookie?.name ?? PIN, domain: releases.cookie?.domain }
      : undefined
  }
  const told = new Set<number>()
  for (const [i, j] of sharedCookies(config, pinOf)) {
    const [earlier, later] = [config.backends[i]!, config.backends[j]!]
    if (told.has(j) || ownerOf(earlier) === ownerOf(later)) continue
    told.add(j)
    const { name } = pinOf(later)!
    const message =
      `backends[${i}].releases has the same cookie: a client of '${earlier.name}' and '${later.name}' under one host loses its ` +
      `release each time it changes between them. Give each a name of its own, such as { name: '${ownName(name, later.name)}' }`
    report('warning', 'cookie-name-shared', ['backends', j, 'releases', 'cookie', 'name'], message, name)
  }
}

const PIN = releaseCookieOptions.name.defaults.limpet as string

/** A cookie's name for one backend; a `:` may stand in a backend's name, and not in a cookie's. */
export function ownName(cookie: string, backend: string): string {
  return `${cookie}-${backend.replaceAll(':', '_')}`
}
