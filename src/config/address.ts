// IP addresses: text to bytes and back. IPv6 is read and spelled by the platform's URL parser, as RFC 5952 has it.

/** Four bytes or sixteen. */
export interface Address {
  readonly bytes: readonly number[]
  /** Its one spelling, with the zone of a link-local address (`%eth0`). */
  readonly text: string
}

/** The short and octal spellings that some resolvers know (10.1, 0177.0.0.1) are not addresses here. */
const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/
/** What a URL parser may be asked about: it would skip a line break. */
const IPV6 = /^([\da-f:.]+)(%[\da-z]+)?$/i

/** IPv4 in IPv6's clothes (::ffff:1.2.3.4) is IPv4: a dual-stack socket shows all clients that way. */
export function parseAddress(text: string): Address | undefined {
  if (IPV4.test(text)) return { bytes: text.split('.').map(Number), text }
  const [, address = '', zone = ''] = IPV6.exec(text) ?? []
  const spelled = address.includes(':') ? spelledIpv6(address) : undefined
  if (spelled === undefined) return undefined
  const bytes = bytesOfIpv6(spelled)
  return isMapped(bytes) ? addressOf(bytes.slice(12)) : { bytes, text: spelled + zone }
}

/** Four bytes or sixteen. */
export function addressOf(bytes: readonly number[]): Address {
  if (bytes.length === 4) return { bytes, text: bytes.join('.') }
  const words = bytes.flatMap((byte, i) => (i % 2 === 0 ? [((byte << 8) | bytes[i + 1]!).toString(16)] : []))
  return { bytes, text: spelledIpv6(words.join(':'))! }
}

/** Undefined: it is none. */
function spelledIpv6(address: string): string | undefined {
  try {
    return new URL(`http://[${address}]`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
}

function bytesOfIpv6(spelled: string): readonly number[] {
  const [front = '', back = ''] = spelled.split('::')
  const [left, right] = [wordsOf(front), wordsOf(back)]
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0)
  return [...left, ...zeros, ...right].flatMap((word) => [word >> 8, word & 0xff])
}

function wordsOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => i > 11 || byte === (i > 9 ? 0xff : 0))
}
