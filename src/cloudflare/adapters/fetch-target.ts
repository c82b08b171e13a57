// Where `fetch` sends a request on Cloudflare, and by which name: the URL decides the Host, and who gets the request, unless
// cf.resolveOverride may be used, which is ignored when either name is outside of the zone.

import type { Config, Server } from '../../config/config.ts'
import { isOwnHost } from '../../config/own-hosts.ts'
import type { Outgoing } from '../../proxy/ports.ts'

export interface FetchTarget {
  readonly url: URL | string
  /** The server whose address is used in place of the URL's; undefined: the URL's own. */
  readonly resolveOverride: string | undefined
}

export function createFetchTarget({ frontends, backends }: Config) {
  const hosts = frontends.flatMap((frontend) => frontend.hosts)
  const servers = backends.flatMap((backend) => backend.servers.map(({ hostname }) => hostname))
  return (server: Server, { url, askedHost, host }: Pick<Outgoing, 'url' | 'askedHost' | 'host'>): FetchTarget => {
    if (host === 'server') return { url: server.origin + url.pathname + url.search, resolveOverride: undefined }
    // Otherwise the request would go to whomever rules, or through them a client, have named.
    const isKept = askedHost === undefined || isOwnHost(url.hostname, hosts, servers)
    const named = isKept ? url : `${url.protocol}//${askedHost}${url.pathname}${url.search}`
    return { url: named, resolveOverride: server.hostname }
  }
}
