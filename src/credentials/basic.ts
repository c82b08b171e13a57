// HTTP Basic (RFC 7617), for the operator's window and for userlists: what a request carries, and how it is asked for.
// How much of it is read, and whom it identifies, is up to them.

import { fromBase64 } from './base64.ts'

export interface Credentials {
  readonly name: string
  readonly password: string
}

const COLON = 0x3a

/** `name:password` in base64, of which each byte is one of UTF-8; the first colon ends the name. Undefined: there are none. */
export function parseBasic(authorization: string | null): Credentials | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1]
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  const colon = bytes?.indexOf(COLON) ?? -1
  if (!bytes || colon === -1) return undefined
  const text = new TextDecoder()
  return { name: text.decode(bytes.subarray(0, colon)), password: text.decode(bytes.subarray(colon + 1)) }
}

/** The value of a WWW-Authenticate header. */
export function basicChallenge(realm: string): string {
  return `Basic realm="${realm}"`
}
