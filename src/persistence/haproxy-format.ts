// HAProxy's cookie value, byte for byte: `S1`, `S1|last` or `S1|last|first`, each date five characters:
// unix seconds / 4, 30 bits, big-endian groups of six in the base64 alphabet. Vector: 1795217064 is `awDWq`.
// Anyone can write such a value, but it can only choose a server of its backend.

import type { Codec, Decoded } from './codec.ts'
import { NO_DATES } from './dates.ts'
import type { Dates } from './dates.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const DATE_LENGTH = 5

export const haproxyFormat: Codec = {
  decode(value): Decoded {
    const [serverCookie = '', last, first] = value.split('|', 3)
    const dates = { lastS: decodeDate(last), firstS: decodeDate(first) }
    return { serverCookie, dates, format: 'haproxy' }
  },
  verify: () => Promise.resolve(undefined),
  encode(serverCookie, { lastS, firstS }: Dates) {
    if (lastS === null) return serverCookie
    const last = `${serverCookie}|${encodeDate(lastS)}`
    return firstS === null ? last : `${last}|${encodeDate(firstS)}`
  },
}

/** In prefix mode there are no dates, and a `|` belongs to the name. */
export const haproxyUndated: Codec = {
  decode: (serverCookie): Decoded => ({ serverCookie, dates: NO_DATES, format: 'haproxy' }),
  verify: () => Promise.resolve(undefined),
  encode: (serverCookie) => serverCookie,
}

function encodeDate(seconds: number): string {
  let units = Math.floor(seconds / 4) % 0x4000_0000
  let text = ''
  for (let i = 0; i < DATE_LENGTH; i++) {
    text = ALPHABET[units & 63]! + text
    units >>>= 6
  }
  return text
}

/** Null if it is not a date; HAProxy then takes the name and ignores the rest. */
function decodeDate(text: string | undefined): number | null {
  if (text === undefined || text.length < DATE_LENGTH) return null
  let units = 0
  for (const character of text.slice(0, DATE_LENGTH)) {
    const digit = ALPHABET.indexOf(character)
    if (digit === -1) return null
    units = units * 64 + digit
  }
  return units === 0 ? null : units * 4
}
