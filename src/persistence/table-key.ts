// From a sample to a table's key, as the table's type has it. HAProxy: configuration manual 4.2 "stick-table" (type).

import { canonicalAddress } from '../config/network.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { shortHash } from '../credentials/short-hash.ts'
import { createMemo } from '../memo.ts'

/** Undefined: the sample is not of the type, and the rule is skipped. A promise only if it must be hashed. */
export type KeyOf = (sample: string) => string | undefined | Promise<string>

/** Samples whose hash is remembered, per table and isolate. */
const MEMO_ENTRIES = 10_000

export function createKeyOf(
  { type, lengthBytes, hashKeys }: Pick<StickTableConfig, 'type' | 'lengthBytes' | 'hashKeys'>,
  table: string,
): KeyOf {
  if (!hashKeys) return (sample) => typedKey(type, lengthBytes, sample)
  const known = createMemo<string>(MEMO_ENTRIES)
  return (sample) => {
    const key = typedKey(type, lengthBytes, sample)
    if (key === undefined) return undefined
    return known.get(key) ?? shortHash(`${table}\0${key}`, HASH_BYTES).then((hash) => (known.set(key, hash), hash))
  }
}

/** Undefined: the sample is not of the type. */
export function typedKey(type: StickTableConfig['type'], lengthBytes: number, sample: string): string | undefined {
  switch (type) {
    case 'ip':
    case 'ipv6': {
      const address = canonicalAddress(sample)
      if (address === undefined) return undefined
      // An IPv4 address is an IPv6 one, too; the other way round only the mapped are, which are IPv4 already.
      return type === 'ipv6' || !address.includes(':') ? address : undefined
    }
    case 'integer':
      // The leading number, in 32 bits: HAProxy reads `7a` as 7 and `a` as 0.
      return String(Number(/^-?\d{1,15}/.exec(sample)?.[0] ?? 0) >>> 0)
    case 'string':
    case 'binary':
      return sample.slice(0, lengthBytes)
  }
}

/** With 128 bits nobody finds another value with the same hash; reading the table reveals no session. */
const HASH_BYTES = 16
