// The Host of a request: what one may be, and what becomes of it when rules change the header. The platform makes the Host
// that the server gets from the URL's, so the URL follows the header.

import { BRACKETED } from '../config/brackets.ts'
import type { Incoming } from './transaction.ts'

// RFC 9112 section 3.2: what a Host may be. Userinfo, paths and queries in it would change where the URL points.
const HOST = new RegExp(String.raw`^(?:[A-Za-z0-9._-]+|${BRACKETED})(?::\d{1,5})?$`)

export function isHost(text: string): boolean {
  return HOST.test(text)
}

/** After a rule has changed the header. A Host that cannot be sent leaves the URL's as it was. */
export function followHost(incoming: Incoming): void {
  const { headers, url } = incoming
  const written = headers.get('host') ?? ''
  const origin = `${url.protocol}//${written}`
  incoming.isHostUnsendable = !isHost(written) || !URL.canParse(origin)
  if (incoming.isHostUnsendable) return
  const { host } = new URL(origin)
  incoming.askedHost ??= url.host
  // Setting a host without a port would leave the old one.
  url.port = ''
  url.host = host
  // Lower case, without a default port: rules read the Host that the server gets.
  headers.set('host', host)
}

/** What the client asked for. */
export function askedHost(incoming: Incoming): string {
  return incoming.askedHost ?? incoming.url.host
}
