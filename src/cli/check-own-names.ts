// Servers whose name is one of this Worker's own, and what the wrangler file says about that: Cloudflare answers a Worker that
// fetches its own Custom Domain with 522; behind a route such a fetch goes to the origin of the DNS record.
// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-522/

import type { Config } from '../config/config.ts'
import { foundText, pathText } from '../config/issue.ts'
import type { IssueCode, Level } from '../config/issue-codes.ts'
import { hostMatches } from '../config/own-hosts.ts'
import type { PlacedIssue } from './placed-issue.ts'
import type { WranglerEnvironment } from './wrangler-file.ts'

interface Problem {
  readonly level: Level
  readonly code: IssueCode
  readonly message: string
}

type Routing = Pick<WranglerEnvironment, 'routes' | 'flags'>

/** `routing` undefined: there is no wrangler file. */
export function checkOwnNames(config: Config, routing: Routing = { routes: [], flags: [] }): PlacedIssue[] {
  return serversOf(config, ({ hostname }) => {
    const problem = ownNameProblem(config, routing, hostname)
    return problem && { ...problem, message: `${problem.message}. Give the server a separate name` }
  })
}

function ownNameProblem({ frontends }: Config, { routes, flags }: Routing, hostname: string): Problem | undefined {
  const frontend = frontends.find(({ hosts }) => hosts.some((host) => hostMatches(host, hostname)))
  const isCustomDomain = routes.some((route) => route.isCustomDomain && route.pattern === hostname)
  const isRoute = routes.some((route) => !route.isCustomDomain && routeMatches(route.pattern, hostname))
  if (!frontend && !isCustomDomain && !isRoute) return undefined
  if (flags.includes('global_fetch_strictly_public')) {
    const message = 'is this Worker itself, to which requests come back under global_fetch_strictly_public'
    return {
      level: 'warning',
      code: 'own-host',
      message: `${message}: requests that go in a circle end with 508 after maxPassages`,
    }
  }
  if (isCustomDomain) {
    return {
      level: 'error',
      code: 'own-custom-domain',
      message: 'is a Custom Domain of this Worker, and Cloudflare answers a Worker that fetches its own name with 522',
    }
  }
  if (isRoute) return undefined
  return {
    level: 'warning',
    code: 'own-host',
    message:
      `is a host of frontend '${frontend!.name}', so of this Worker: where that is a Custom Domain, Cloudflare answers with ` +
      '522; behind a route, requests go to the origin of its DNS record',
  }
}

/** With `host: 'client'`, a server outside the zone is not reached: the request goes to whatever serves the client's Host. */
export function checkZones(config: Config, { routes }: Routing): PlacedIssue[] {
  const zones = routes.map(({ zone }) => zone)
  if (zones.length === 0 || zones.includes(undefined)) return []
  return serversOf(config, ({ hostname, host }) => {
    if (host === 'server' || zones.some((zone) => hostname === zone || hostname.endsWith(`.${zone}`))) return undefined
    return {
      level: 'error',
      code: 'client-host-zone',
      message:
        `is in none of this Worker's zones (${[...new Set(zones)].join(', ')}), so host: 'client' would not reach it: ` +
        "give it a name there, or write host: 'server' in the backend",
    }
  })
}

function serversOf(
  { backends }: Config,
  problemOf: (server: { readonly hostname: string; readonly host: 'client' | 'server' }) => Problem | undefined,
): PlacedIssue[] {
  return backends.flatMap(({ host, servers }, i) =>
    servers.flatMap(({ hostname, origin }, j): PlacedIssue[] => {
      const problem = problemOf({ hostname, host })
      if (!problem) return []
      const keys = ['backends', i, 'servers', j, 'url']
      return [{ file: 'configuration', ...problem, keys, path: pathText(keys), found: foundText(origin) }]
    }),
  )
}

/** The host of a pattern such as `*.example.com/api/*`. */
function routeMatches(pattern: string, hostname: string): boolean {
  const host = pattern.replace(/^https?:\/\//, '').split('/')[0]!
  return host.startsWith('*') ? hostname.endsWith(host.slice(1)) : host === hostname
}
