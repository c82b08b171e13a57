// When the origin saw its own name as Host, its absolute redirects point at itself. The client must not follow them there.

import type { Server } from '../../config/config.ts'
import { askedHost } from '../../rules/host.ts'
import type { Incoming } from '../../rules/transaction.ts'

/** The Location with the public name in place of the server's; undefined when it needs no change. */
export function publicLocation(response: Response, server: Server, incoming: Incoming): string | undefined {
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location)) return undefined
  const target = new URL(location)
  if (target.hostname !== server.hostname) return undefined
  const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80))
  if (port !== server.port) return undefined
  return `${incoming.scheme}://${askedHost(incoming)}${target.pathname}${target.search}${target.hash}`
}
