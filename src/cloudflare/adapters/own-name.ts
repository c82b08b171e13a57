// A 522 to a request for one of this Worker's own names does not mean that a server is slow: Cloudflare answers a Worker that fetches
// its own Custom Domain with it. Logged once per name and isolate.
// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-522/

import type { Config, Server } from '../../config/config.ts'
import { hostMatches } from '../../config/own-hosts.ts'
import type { Outgoing } from '../../balancer/ports.ts'

export interface OwnNames {
  /** For callers that know only the fetched name, such as checks. */
  fetched(hostname: string): void
  /** For a request: the name that its client used is ours, whatever the configuration says. */
  requested(server: Server, outgoing: Pick<Outgoing, 'target' | 'askedHost' | 'host'>): void
}

export function createOwnNames({ frontends }: Config): OwnNames {
  const told = new Set<string>()
  const hosts = frontends.flatMap((frontend) => frontend.hosts)
  const fetched = (hostname: string) => {
    if (hosts.some((pattern) => hostMatches(pattern, hostname))) tell(hostname)
  }
  return {
    fetched,
    requested(server, { target, askedHost, host }) {
      const hostname = host === 'server' ? server.hostname : target.hostname
      if (hostname === askedHost.replace(/:\d+$/, '')) tell(hostname)
      else fetched(hostname)
    },
  }

  function tell(host: string): void {
    if (told.has(host)) return
    told.add(host)
    console.error(JSON.stringify({ event: 'own-name-fetched', host, problem: PROBLEM }))
  }
}

const PROBLEM =
  "this is the Worker's own name, and Cloudflare answers a Worker that fetches its own Custom Domain with 522: give the server a " +
  "separate name and write host: 'server', or put a route in place of the Custom Domain, or, if it is meant to come back, set " +
  'the compatibility flag global_fetch_strictly_public. Behind a route the server itself does not answer'
