// Which entry of a map or list counts where several match: among beginnings and networks the longest, otherwise the first.

import { networksOf } from '../../config/network.ts'
import type { MatchMethod } from '../../config/rules/match-methods.ts'
import type { Entries } from './changed-list.ts'

export function inOrder(
  entries: Entries,
  match: MatchMethod | 'regm',
): readonly (readonly [key: string, value: string])[] {
  if (match === 'beg') return [...entries].toSorted(([a], [b]) => b.length - a.length)
  if (match === 'ip') return [...entries].toSorted(([a], [b]) => prefixLength(b) - prefixLength(a))
  return [...entries]
}

/** Of IPv4 as of IPv6 addresses that it is mapped to. */
function prefixLength(network: string): number {
  const [address = '', length] = networksOf([network])[0]!.split('/')
  return length === undefined ? 128 : Number(length) + (address.includes(':') ? 0 : 96)
}
