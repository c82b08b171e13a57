// How often a request has passed through this deployment: two balancers that name each other as servers would send a request
// back and forth until it times out. A header counts for each deployment on the way, so that a chain of several is not a
// circle. A client can forge it for its own requests only.

import type { MutableFields } from '../../http/fields.ts'
import { shortHash } from '../../credentials/short-hash.ts'

/** `TOKEN=COUNT`, one for each deployment, separated by commas; the last one passed is last. */
export const PASSAGES_HEADER = 'x-limpet-passages'

const ENTRY = /^([\w-]{12})=([1-9]\d{0,2})$/
/** Twelve characters: what ENTRY reads. */
const TOKEN_BYTES = 9
/** No real way is longer; the first entries are dropped first, so that invented ones cannot push out real ones. */
const MAX_ENTRIES = 32

/** Counts this passage for the next balancer. True: the request has been here too often. */
export type CountPassage = (headers: MutableFields) => boolean

export function createCountPassage(token: string, max: number): CountPassage {
  const first = `${token}=1`
  return (headers) => {
    const before = headers.get(PASSAGES_HEADER)
    if (before === null) {
      headers.set(PASSAGES_HEADER, first)
      return false
    }
    const others: string[] = []
    let own = 0
    for (const text of before.split(',')) {
      const [entry, name, count] = ENTRY.exec(text.trim()) ?? []
      if (name === token) own = Math.max(own, Number(count))
      else if (entry !== undefined) others.push(entry)
    }
    headers.set(PASSAGES_HEADER, [...others.slice(1 - MAX_ENTRIES), `${token}=${Math.min(own + 1, 999)}`].join(', '))
    return own >= max
  }
}

/** What represents a deployment in the header: a hash of something that only it has. */
export function passagesToken(identity: string): Promise<string> {
  return shortHash(`limpet passages ${identity}`, TOKEN_BYTES)
}
