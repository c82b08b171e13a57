// What the server learns about the client. Added after all rules, so that nothing survives that a client nominates or
// misspells.

import type { Frontend } from '../../config/options/frontend.ts'
import type { ForwardedPart, ForwardFor } from '../../config/options/forwarded.ts'
import { createNetworkTest } from '../../config/network.ts'
import { inBrackets } from '../../config/brackets.ts'
import type { Transaction } from '../../rules/transaction.ts'

/** What one header says. Of what is not configured there is none. */
export type Addition = (transaction: Transaction) => void

/** What `option forwardfor` adds; compiled once. */
export function createForwardFor(forwardfor: ForwardFor | null): Addition | undefined {
  if (!forwardfor) return undefined
  const isExcepted = createNetworkTest(forwardfor.except)
  return ({ asked: { peerAddress }, forOrigin: { headers } }) => {
    if (peerAddress === '' || isExcepted(peerAddress)) return
    if (!forwardfor.ifNone || !headers.has(forwardfor.header)) headers.append(forwardfor.header, peerAddress)
  }
}

/** What `option forwarded` appends (RFC 7239); compiled once. */
export function createForwarded(parts: readonly ForwardedPart[]): Addition | undefined {
  if (parts.length === 0) return undefined
  return ({ asked: { scheme, peerAddress }, forOrigin: { headers, target } }) => {
    const values: Record<ForwardedPart, string> = { proto: scheme, host: quoted(target.host), for: nodeOf(peerAddress) }
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

export function createXForwarded({ xForwarded }: Pick<Frontend, 'xForwarded'>): Addition | undefined {
  return xForwarded ? setXForwarded : undefined
}

function setXForwarded({ asked, forOrigin: { headers } }: Transaction): void {
  const { scheme, host, port, isTrusted } = asked
  headers.set('x-forwarded-proto', scheme)
  if (!isTrusted || !headers.has('x-forwarded-host')) headers.set('x-forwarded-host', host)
  if (!isTrusted || !headers.has('x-forwarded-port')) headers.set('x-forwarded-port', String(port()))
}

/** Behind what the client sent, as HAProxy does. */
export function addUniqueId({ asked, forOrigin, uniqueId }: Transaction): void {
  const header = asked.frontend.uniqueId?.header
  if (header && uniqueId) forOrigin.headers.append(header, uniqueId())
}
