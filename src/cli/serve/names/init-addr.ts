// Where a server is at the start, as long as no name server has said it (configuration manual 5.2 "init-addr").

import { isIPv6 } from 'node:net'

import { inBrackets, withoutBrackets } from '../../../config/brackets.ts'
import { isIpLiteral } from '../../../config/network.ts'
import { hasRecords } from '../../../config/options/resolution.ts'
import type { Resolution } from '../../../config/options/resolution.ts'
import type { Place } from './places.ts'

/** One, or several to choose from; none: it has none. */
export async function startingPlace(
  { initAddr, name, prefer }: Resolution,
  port: number,
  last: Place | undefined,
  libc: (name: string) => Promise<readonly string[]>,
): Promise<readonly Place[]> {
  const isOfRecords = hasRecords(name)
  for (const method of initAddr) {
    if (method === 'none') return []
    if (method === 'last') {
      if (last && (isOfRecords || last.fqdn === name)) return [last]
    } else if (method === 'libc') {
      const addresses = isOfRecords ? [] : preferred(await libc(name), prefer)
      if (addresses.length > 0) return addresses.map((address) => ({ address, port, fqdn: name, weight: null }))
    } else if (!isOfRecords && isIpLiteral(inBrackets(method))) {
      return [{ address: withoutBrackets(method), port, fqdn: name, weight: null }]
    }
  }
  return []
}

function preferred(addresses: readonly string[], prefer: 'ipv4' | 'ipv6'): readonly string[] {
  const own = addresses.filter((address) => isIPv6(address) === (prefer === 'ipv6'))
  return own.length > 0 ? own : addresses
}
