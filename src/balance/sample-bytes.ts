// What HAProxy hashes of a sample (`balance hash EXPRESSION`): its bytes. An address is 4 or 16 of them, an integer 8.
// HAProxy: configuration manual 4.2 "balance".

import { addressBytes } from '../config/network.ts'
import type { Sample } from '../config/rules/sample.ts'
import { bytesOf } from '../pattern/bytes.ts'

/** And truth, which is 1 or 0. */
const INTEGERS: ReadonlySet<string> = new Set([
  'always_false',
  'always_true',
  'dst_port',
  'http_auth',
  'nbsrv',
  'ssl_fc',
])

/** As a text of one character for each byte. */
export function bytesOfSample({ fetch, converters }: Sample, value: string): string {
  const last = converters.at(-1)?.name
  if (last === 'length' || (last === undefined && INTEGERS.has(fetch))) return textOfBytes(integerBytes(Number(value)))
  const isAddress = last === 'ipmask' || (last === undefined && fetch === 'src')
  const address = isAddress ? addressBytes(value) : undefined
  return address ? textOfBytes(address) : bytesOf(value)
}

/** In network order. Those that are read here are small and not negative. */
function integerBytes(value: number): readonly number[] {
  return [0, 0, 0, 0, 24, 16, 8, 0].map((bits, i) => (i < 4 ? 0 : (value >>> bits) & 0xff))
}

function textOfBytes(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes)
}
