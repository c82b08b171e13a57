// Addresses and networks: reading them, and asking whether one lies in another (ipaddr.js).
// IPv4 in IPv6's clothes (::ffff:1.2.3.4) is IPv4 everywhere: a dual-stack socket shows all clients that way.

import ipaddr from 'ipaddr.js'

import { withoutBrackets } from './brackets.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

function parseAddress(text: string): Address | undefined {
  // The short and octal spellings that some resolvers know (10.1, 0177.0.0.1) are not addresses here.
  if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined
  try {
    return ipaddr.process(text)
  } catch {
    return undefined
  }
}

/** True for '10.0.0.5', '::1' and '[::1]'. */
export function isIpLiteral(host: string): boolean {
  const bare = withoutBrackets(host)
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return parseAddress(withoutBrackets(host))?.range() === 'loopback'
}

/** True for '10.0.0.0/8', '2001:db8::/32' and single addresses. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

function parseNetwork(text: string): [Address, number] | undefined {
  const [address = '', prefix] = text.split('/')
  const parsed = parseAddress(address)
  if (!parsed) return undefined
  const width = parsed.kind() === 'ipv4' ? 32 : 128
  if (prefix === undefined) return [parsed, width]
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width) return undefined
  return [parsed, Number(prefix)]
}

/** A test for membership in any of the networks; malformed addresses are in none. */
export function createNetworkTest(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map(parseNetwork).filter((range) => range !== undefined)
  if (ranges.length === 0) return () => false
  return (text) => {
    const address = parseAddress(text)
    if (!address) return false
    return ranges.some(
      ([network, prefix]) =>
        network.kind() === address.kind() && (address as ipaddr.IPv4).match(network as ipaddr.IPv4, prefix),
    )
  }
}

/** The address in one canonical spelling, or undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString()
}

/**
 * What a client counts as for hashing: its IPv4 address, or the first `ipv6PrefixLength` bits of its IPv6 address.
 * Text that is not an address counts as itself.
 */
export function clientNetwork(text: string, ipv6PrefixLength: number): string {
  // IPv4 in its usual spelling needs no parsing; this is the hot path of `balance source`.
  if (!text.includes(':')) return text
  const address = parseAddress(text)
  if (!address) return text
  if (address.kind() === 'ipv4') return address.toString()
  return masked(address, ipv6PrefixLength)
}

/** What one household or one server has of IPv6. */
const SOURCE_PREFIX_LENGTH = 64

/** The source of a possibly hostile client: all addresses of its network count as one. */
export function sourceNetwork(address: string): string {
  return clientNetwork(address, SOURCE_PREFIX_LENGTH)
}

/** The first `length` bits of an IPv4 address; text that is none as it is. */
export function maskedIpv4(text: string, length: number): string {
  const address = parseAddress(text)
  if (address?.kind() !== 'ipv4') return text
  return masked(address, length)
}

function masked(address: Address, length: number): string {
  const bytes = address.toByteArray()
  for (let bit = length; bit < bytes.length * 8; bit++) bytes[bit >> 3]! &= ~(0x80 >> (bit & 7))
  return ipaddr.fromByteArray(bytes).toString()
}

/** Four or sixteen; undefined for anything else. */
export function addressBytes(address: string): readonly number[] | undefined {
  return parseAddress(address)?.toByteArray()
}

/** The address's 32-bit words, combined by exclusive or: an IPv4 address as a number. Undefined for anything else. */
export function addressHash(address: string): number | undefined {
  const bytes = addressBytes(address)
  if (!bytes) return undefined
  let hash = 0
  for (let i = 0; i < bytes.length; i += 4) {
    hash ^= (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!
  }
  return hash >>> 0
}
