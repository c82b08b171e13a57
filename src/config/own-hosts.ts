// The names that the configuration itself says are its own. On Cloudflare a request goes to whatever host its URL names
// unless that is in the zone, so a Host that rules have made must be one of these.

/** Of frontends' hosts, where `*.example.com` is any name below it, and of servers' URLs. */
export function isOwnHost(hostname: string, hosts: readonly string[], serverHostnames: readonly string[]): boolean {
  return serverHostnames.includes(hostname) || hosts.some((pattern) => hostMatches(pattern, hostname))
}

/** `*.example.com` is any name below example.com. Both in lower case. */
export function hostMatches(pattern: string, hostname: string): boolean {
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : pattern === hostname
}
