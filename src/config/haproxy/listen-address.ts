// Addresses to listen on, as `bind` and `stats socket` write them (configuration manual 4.2 "bind", 11.1): several with commas, ranges
// of ports, families, Unix sockets. A socket that cannot be opened as it is written is not opened in another way.

import { parseAddress } from '../address.ts'
import { inBrackets, withoutBrackets } from '../brackets.ts'

export type ListenAddress =
  /** `*`, a name, an IPv4 address, or an IPv6 address in brackets. */
  | { readonly host: string; readonly port: number }
  /** `unix@PATH`, `abns@NAME` or `fd@N`. */
  | { readonly socket: string }

/** So many sockets a line may open. */
const MOST_PORTS = 1000

const FAMILY = /^(?:stream\+)?(ipv4|ipv6|tcp|tcp4|tcp6|unix|uxst|abns)@/
const PASSED = /^fd@[1-9]\d{0,2}$/
const OTHER_FAMILY = /^[a-z0-9+]+@/

/** All of `text`, or what is wrong with it. */
export function readListenAddresses(text: string): readonly ListenAddress[] | string {
  const found: ListenAddress[] = []
  for (const part of text.split(',')) {
    // HAProxy reads over a comma too many.
    if (part === '') continue
    const read = readOne(part)
    if (typeof read === 'string') return `${part}: ${read}`
    if (found.length + read.length > MOST_PORTS) return `a line has at most ${MOST_PORTS} sockets`
    found.push(...read)
  }
  return found.length === 0 ? 'must be ADDRESS:PORT' : found
}

function readOne(written: string): readonly ListenAddress[] | string {
  const [prefix = '', family] = FAMILY.exec(written) ?? []
  const rest = written.slice(prefix.length)
  const isUnix = family === 'unix' || family === 'uxst' || (prefix === '' && rest.startsWith('/'))
  if (isUnix || family === 'abns') {
    if (rest === '' || /\s/.test(rest)) return 'a Unix socket needs a path or a name, without blanks'
    return [{ socket: `${isUnix ? 'unix' : 'abns'}@${rest}` }]
  }
  if (PASSED.test(written)) return [{ socket: written }]
  if (prefix === '' && OTHER_FAMILY.test(written))
    return 'fd@ needs the number of a descriptor; other sockets (sockpair@) and datagrams (udp@, quic4@) are not taken: bind ADDRESS:PORT, unix@PATH or fd@N'
  const [, host = '', from = '', , to] = /^(.*):(\d{1,5})(-(\d{1,5}))?$/.exec(rest) ?? []
  if (from === '') return 'must be ADDRESS:PORT'
  const [first, last] = [Number(from), Number(to ?? from)]
  if (first === 0 || last > 65_535 || first > last)
    return `port ${from}${to === undefined ? '' : `-${to}`} does not exist`
  if (last - first >= MOST_PORTS) return `a range has at most ${MOST_PORTS} ports`
  const name = hostOf(host, family)
  if (name === undefined) return 'must be ADDRESS:PORT'
  return Array.from({ length: last - first + 1 }, (_, i) => ({ host: name, port: first + i }))
}

/** HAProxy needs no brackets: what stands before the last colon is the address. */
function hostOf(host: string, family: string | undefined): string | undefined {
  if (host === '' || host === '*') return family?.endsWith('6') ? '[::]' : family?.endsWith('4') ? '0.0.0.0' : host
  if (host.includes(':')) return parseAddress(withoutBrackets(host)) && inBrackets(host)
  return /^[A-Za-z0-9._-]+$/.test(host) ? host : undefined
}

/** As a configuration writes it. */
export function listenText(address: ListenAddress): string {
  return 'socket' in address ? address.socket : `${address.host}:${address.port}`
}
