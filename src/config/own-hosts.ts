// The names that the configuration itself says are its own. On Cloudflare a request goes to whatever host its URL names
// unless that is in the zone, so a Host that rules have made must be one of these.

import type { Config, Server } from './config.ts'

/** Of frontends' hosts, where `*.example.com` is any name below it, and of servers' URLs. */
export function isOwnHost(hostname: string, hosts: readonly string[], serverHostnames: readonly string[]): boolean {
  return serverHostnames.includes(hostname) || hosts.some((pattern) => hostMatches(pattern, hostname))
}

/** `*.example.com` is any name below example.com. Both in lower case. */
export function hostMatches(pattern: string, hostname: string): boolean {
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : pattern === hostname
}

/** Whether a fetch can ask a server for that name: its backend's servers get the client's Host, and the name is one of ours. */
export function fetchableNames({ frontends, backends }: Config): (server: Server, host: string) => boolean {
  const hosts = frontends.flatMap((frontend) => frontend.hosts)
  const hostnames = backends.flatMap(({ servers }) => servers.map(({ hostname }) => hostname))
  const keepers = new Set(backends.filter(({ host }) => host === 'client').flatMap(({ servers }) => servers))
  return (server, host) => keepers.has(server) && isOwnHost(host.toLowerCase(), hosts, hostnames)
}
