// `cookie ... dynamic`: the value of a server without one of its own is made of a key and its address
// (configuration manual 4.2 "dynamic-cookie-key"): XXH64 of key, address and port, both in network order.

import ipaddr from 'ipaddr.js'

import { withoutBrackets } from '../brackets.ts'

/** XXH64 with seed 0. */
export type Hash64 = (bytes: Uint8Array) => bigint

/** Undefined for a server that is known by name: its address is the platform's to find. */
export function dynamicCookie(key: string, hostname: string, port: number, hash64: Hash64): string | undefined {
  const bare = withoutBrackets(hostname)
  if (!ipaddr.isValid(bare)) return undefined
  const portBytes = [port >>> 24, (port >>> 16) & 255, (port >>> 8) & 255, port & 255]
  const bytes = new Uint8Array([...new TextEncoder().encode(key), ...ipaddr.parse(bare).toByteArray(), ...portBytes])
  return hash64(bytes).toString(16).padStart(16, '0')
}
