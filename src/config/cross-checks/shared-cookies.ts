// Which backends of a configuration share a cookie in a browser: they can be reached under one host name, and their
// cookies have the same name and domain. A browser knows neither ports nor paths here: every pin is set with `path=/`.

import type { ConditionInput } from '../rules/condition.ts'
import { parseSample } from '../rules/samples/sample.ts'
import type { BackendInput } from '../options/backend.ts'
import type { CookieInput } from '../options/cookie.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'

/** One way to a backend. */
interface Route {
  readonly backend: string
  /** Lower-case names, `*.example.com` for any name below one; null: every host. */
  readonly hosts: readonly string[] | null
  /** Hosts that an earlier rule takes, whatever the path. */
  readonly except: readonly string[]
}

/** Of a backend; undefined: it has none. */
type CookieOf = (backend: BackendInput) => Pick<CookieInput, 'name' | 'domain'> | undefined

/** Pairs of indices of backends, the earlier first. `cookieOf`: which of a backend's cookies is meant. */
export function sharedCookies(
  config: LimpetConfig,
  cookieOf: CookieOf = ({ cookie }) => cookie,
): readonly (readonly [number, number])[] {
  const all = (config.frontends ?? []).flatMap((frontend) => routesOf(frontend, config.backends))
  const routes = new Map(
    config.backends.map(({ name }) => [name, all.filter(({ backend }) => backend === name)] as const),
  )
  return config.backends.flatMap((later, j) =>
    config.backends
      .slice(0, j)
      .flatMap((earlier, i) => (shares(earlier, later, routes, cookieOf) ? [[i, j] as const] : [])),
  )
}

function shares(
  a: BackendInput,
  b: BackendInput,
  routes: ReadonlyMap<string, readonly Route[]>,
  cookieOf: CookieOf,
): boolean {
  const [cookieA, cookieB] = [cookieOf(a), cookieOf(b)]
  if (!cookieA || !cookieB || cookieA.name !== cookieB.name) return false
  const domainsA = domainsOf(cookieA)
  const domainsB = domainsOf(cookieB)
  // With a domain and without are two cookies, and each backend finds its own of both.
  if (domainsA.length > 0 || domainsB.length > 0) return domainsA.some((domain) => domainsB.includes(domain))
  const toB = routes.get(b.name) ?? []
  return (routes.get(a.name) ?? []).some((route) => toB.some((other) => meet(route, other)))
}

function domainsOf({ domain: domains }: Pick<CookieInput, 'domain'>): readonly string[] {
  return list(domains).map((domain) => domain.toLowerCase().replace(/^\./, ''))
}

function routesOf(
  { hosts: written, rules = [], defaultBackend }: NonNullable<LimpetConfig['frontends']>[number],
  backends: readonly BackendInput[],
): readonly Route[] {
  const own = written === undefined ? null : lowerCase(list(written))
  const routes: Route[] = []
  const taken: string[] = []
  const add = (backend: string, hosts: readonly string[] | null) =>
    routes.push({ backend, hosts: hosts ?? own, except: [...taken] })
  for (const rule of rules) {
    const isShort = 'backend' in rule
    if (!isShort && !('useBackend' in rule.do)) continue
    const condition = isShort ? undefined : rule.if
    const hosts = isShort ? (rule.hosts === undefined ? null : lowerCase(list(rule.hosts))) : hostsOf(condition)
    const target = isShort ? rule.backend : 'useBackend' in rule.do ? rule.do.useBackend : ''
    // One that is made of samples may come to any backend, or to none.
    if (target.includes('%[')) {
      for (const { name } of backends) add(name, hosts)
      continue
    }
    add(target, hosts)
    const isAboutHostsOnly = isShort ? rule.paths === undefined : condition === undefined || isHostTest(condition)
    if (!isAboutHostsOnly) continue
    if (hosts === null) return routes
    taken.push(...hosts)
  }
  if (defaultBackend !== undefined) add(defaultBackend, null)
  return routes
}

/** The hosts without which a condition does not hold; null: it may hold for any. */
function hostsOf(condition: ConditionInput | undefined): readonly string[] | null {
  if (condition === undefined) return null
  if ('all' in condition) return condition.all.map(hostsOf).find((hosts) => hosts !== null) ?? null
  if ('any' in condition) {
    const parts = condition.any.map(hostsOf)
    return parts.includes(null) ? null : parts.flatMap((hosts) => hosts ?? [])
  }
  if ('host' in condition) return lowerCase(list(condition.host))
  if ('hdr' in condition) {
    const { name, value } = condition.hdr
    return name.toLowerCase() === 'host' && value !== undefined ? withoutPorts(list(value)) : null
  }
  // Lists may change.
  if (!('sample' in condition) || condition.lists !== undefined || (condition.match ?? 'str') !== 'str') return null
  const sample = parseSample(condition.sample)
  const isHost = sample?.arguments[0]?.toLowerCase() === 'host' && /^req\.f?hdr$/.test(sample.fetch)
  return isHost ? withoutPorts(list(condition.values)) : null
}

/** Whether nothing but the host decides. */
function isHostTest(condition: ConditionInput): boolean {
  if ('any' in condition) return condition.any.every(isHostTest)
  return !('all' in condition) && !('not' in condition) && hostsOf(condition) !== null
}

function lowerCase(hosts: readonly string[]): readonly string[] {
  return hosts.map((host) => host.toLowerCase())
}

function withoutPorts(hosts: readonly string[]): readonly string[] {
  return lowerCase(hosts).map((host) => host.replace(/:\d+$/, ''))
}

function meet(a: Route, b: Route): boolean {
  const isFree = (host: string) => !a.except.includes(host) && !b.except.includes(host)
  if (a.hosts === null) return b.hosts === null || b.hosts.some(isFree)
  if (b.hosts === null) return a.hosts.some(isFree)
  return a.hosts.some((one) =>
    b.hosts!.some((other) => (isWithin(one, other) ? isFree(one) : isWithin(other, one) && isFree(other))),
  )
}

/** Both may have a `*.`. */
function isWithin(host: string, pattern: string): boolean {
  return host === pattern || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
}
