// Networks of IP addresses, and whether an address lies in one. address.ts reads them.

import { addressOf, parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { withoutBrackets } from './brackets.ts'

/** True for '10.0.0.5', '::1' and '[::1]'. */
export function isIpLiteral(host: string): boolean {
  return parseAddress(withoutBrackets(host)) !== undefined
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return createNetworkTest(['127.0.0.0/8', '::1'])(withoutBrackets(host))
}

/** True for '10.0.0.0/8', '2001:db8::/32' and single addresses. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

function parseNetwork(text: string): [Address, number] | undefined {
  const [address = '', prefix] = text.split('/')
  const parsed = parseAddress(address)
  if (!parsed) return undefined
  const width = parsed.bytes.length * 8
  if (prefix === undefined) return [parsed, width]
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width) return undefined
  return [parsed, Number(prefix)]
}

/** A test for membership in any of the networks; malformed addresses are in none. */
export function createNetworkTest(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map(parseNetwork).filter((range) => range !== undefined)
  if (ranges.length === 0) return () => false
  const maskedRanges = ranges.map(([{ bytes }, prefix]) => bytes.map((byte, i) => [byte, bitsOf(prefix, i)] as const))
  return (text) => {
    const address = lastParsed(text)
    return address !== undefined && maskedRanges.some((network) => isWithin(address, network))
  }
}

type MaskedNetwork = readonly (readonly [byte: number, bits: number])[]

function isWithin({ bytes }: Address, network: MaskedNetwork): boolean {
  if (bytes.length !== network.length) return false
  for (let i = 0; i < bytes.length; i++) {
    const [byte, bits] = network[i]!
    if (((bytes[i]! ^ byte) & bits) !== 0) return false
  }
  return true
}

let lastText: string | undefined
let lastAddress: Address | undefined

/** Rules one after the other ask for the same address. */
function lastParsed(text: string): Address | undefined {
  if (text !== lastText) {
    lastAddress = parseAddress(text)
    lastText = text
  }
  return lastAddress
}

/** Which bits of the byte at `i` belong to the first `length` of an address. */
function bitsOf(length: number, i: number): number {
  return (0xff00 >> Math.min(8, Math.max(0, length - i * 8))) & 0xff
}

/** The address in one canonical spelling, or undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.text
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
  if (address.bytes.length === 4) return address.text
  return masked(address, ipv6PrefixLength)
}

/** What one household or one server has of IPv6. */
const SOURCE_PREFIX_LENGTH = 64

/** The source of a possibly hostile client: all addresses of its network count as one. */
export function sourceNetwork(address: string): string {
  return clientNetwork(address, SOURCE_PREFIX_LENGTH)
}

/** A mask as a number of bits, or as an address, `255.255.255.0`: as bytes. */
export function maskOf(written: string, size: 4 | 16): readonly number[] {
  const address = addressBytes(written)
  return address?.length === size ? address : Array.from({ length: size }, (_, i) => bitsOf(Number(written), i))
}

/** The address without the bits that the mask does not have. */
export function maskedBy(text: string, mask: readonly number[]): string {
  return addressOf(parseAddress(text)!.bytes.map((byte, i) => byte & mask[i]!)).text
}

function masked(address: Address, length: number): string {
  return addressOf(address.bytes.map((byte, i) => byte & bitsOf(length, i))).text
}

/** Four or sixteen; undefined for anything else. */
export function addressBytes(address: string): readonly number[] | undefined {
  return parseAddress(address)?.bytes
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

/** As HAProxy reads them: `10.0.0.0/255.0.0.0` is `10.0.0.0/8`, and an IPv4 address lies in the IPv6 networks around ::ffff:0:0. */
export function networksOf(written: readonly string[]): readonly string[] {
  return written.map(withLength).flatMap((network) => (holdsIpv4(network) ? [network, '0.0.0.0/0'] : [network]))
}

function holdsIpv4(network: string): boolean {
  const [, length] = /^::\/(\d{1,2})$/.exec(network) ?? []
  return length !== undefined && Number(length) <= 80
}

function withLength(network: string): string {
  const [, address, mask] = /^([\d.]+)\/(\d+(?:\.\d+){3})$/.exec(network) ?? []
  const bits = mask?.split('.').map((byte) => Number(byte).toString(2).padStart(8, '0'))
  const [, ones] = /^(1*)0*$/.exec(bits?.join('') ?? '2') ?? []
  return ones === undefined ? network : `${address}/${ones.length}`
}
