// The headers an origin gets: the client's, without what it may not say about itself, with what the balancer knows.
// Set after stripping, so that nothing a client nominates or misspells survives (forged X-Forwarded-*).

import { inBrackets } from '../../config/brackets.ts'
import type { ForwardedPart, ForwardFor, Frontend } from '../../config/config.ts'
import { createNetworkTest } from '../../config/network.ts'
import { askedHost } from '../../rules/host.ts'
import type { Incoming } from '../../rules/transaction.ts'

/** A copy that rules may change. `onCloudflare`: CF-* headers are the platform's own; elsewhere a client forged them. */
export function clientHeaders(request: Request, frontend: Frontend, trusted: boolean, onCloudflare: boolean): Headers {
  const headers = new Headers(request.headers)
  dropForged(headers, frontend.dropForwarded && !trusted, onCloudflare)
  return headers
}

/** What `option forwardfor` adds; compiled once. */
export function createForwardFor(forwardfor: ForwardFor | null): (incoming: Incoming) => void {
  if (!forwardfor) return () => undefined
  const isExcepted = createNetworkTest(forwardfor.except)
  return ({ headers, peerAddress }) => {
    if (peerAddress === '' || isExcepted(peerAddress)) return
    if (!forwardfor.ifNone || !headers.has(forwardfor.header)) headers.append(forwardfor.header, peerAddress)
  }
}

/** What `option forwarded` appends (RFC 7239); compiled once. */
export function createForwarded(parts: readonly ForwardedPart[]): (incoming: Incoming) => void {
  if (parts.length === 0) return () => undefined
  return ({ headers, scheme, url, peerAddress }) => {
    const values: Record<ForwardedPart, string> = { proto: scheme, host: quoted(url.host), for: nodeOf(peerAddress) }
    headers.append('forwarded', parts.map((part) => `${part}=${values[part]}`).join(';'))
  }
}

/** A token may stand by itself, anything else is a quoted string; a Host has neither quotes nor backslashes. */
function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `"${text}"`
}

function nodeOf(address: string): string {
  if (address === '') return 'unknown'
  return address.includes(':') ? `"${inBrackets(address)}"` : address
}

export function setXForwarded(incoming: Incoming): void {
  const { headers, frontend, scheme, port, trusted } = incoming
  if (!frontend.xForwarded) return
  headers.set('x-forwarded-proto', scheme)
  if (!trusted || !headers.has('x-forwarded-host')) headers.set('x-forwarded-host', askedHost(incoming))
  if (!trusted || !headers.has('x-forwarded-port')) headers.set('x-forwarded-port', String(port))
}

/** Behind what the client sent, as HAProxy does. */
export function addUniqueId({ headers, frontend, uniqueId }: Incoming): void {
  const header = frontend.uniqueId?.header
  if (header) headers.append(header, uniqueId!())
}

/** Some servers read `X_Forwarded_For` as `X-Forwarded-For`, so the underscore does not hide a name. */
function dropForged(headers: Headers, forwarded: boolean, onCloudflare: boolean): void {
  const forged: string[] = []
  for (const name of headers.keys()) {
    // Most names begin otherwise; this is the hot path.
    const first = name[0]
    if (first === 'x' || first === 'f' ? forwarded && isForwarded(name) : first === 'c' && isCf(name, onCloudflare)) {
      forged.push(name)
    }
  }
  for (const name of forged) headers.delete(name)
}

/** Cloudflare's own names have no underscores. */
function isCf(name: string, onCloudflare: boolean): boolean {
  return name.startsWith('cf-') || name.startsWith('cf_') ? !onCloudflare || name.includes('_') : false
}

function isForwarded(name: string): boolean {
  const spelled = name.replaceAll('_', '-')
  return spelled.startsWith('x-forwarded-') || spelled === 'forwarded' || spelled === 'x-real-ip'
}
