// Where `fetch` sends a request on Cloudflare, and by which name: the URL decides the Host, and who gets the request, unless
// cf.resolveOverride may be used, which is ignored when either name is outside of the zone.

import type { Config, Server } from '../../config/config.ts'
import { isOwnHost } from '../../config/own-hosts.ts'
import { toHref } from '../../http/target.ts'
import type { Outgoing } from '../ports.ts'

export interface FetchTarget {
  readonly url: string
  /** The server whose address is used in place of the URL's; undefined: the URL's own. */
  readonly resolveOverride: string | undefined
}

export function createFetchTarget({ frontends, backends }: Config) {
  const hosts = frontends.flatMap((frontend) => frontend.hosts)
  const servers = backends.flatMap((backend) => backend.servers.map(({ hostname }) => hostname))
  return (
    server: Server,
    { target, askedHost, host }: Pick<Outgoing, 'target' | 'askedHost' | 'host'>,
  ): FetchTarget => {
    if (host === 'server') return { url: server.origin + target.path + target.query, resolveOverride: undefined }
    // Otherwise the request would go to a host named by rules, or by a client through them.
    const isKept = askedHost === target.host || isOwnHost(target.hostname, hosts, servers)
    const named = isKept ? toHref(target) : `${target.scheme}://${askedHost}${target.path}${target.query}`
    return { url: named, resolveOverride: server.hostname }
  }
}
