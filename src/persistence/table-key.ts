// From a sample to a table's key, as the table's type has it. HAProxy: configuration manual 4.2 "stick-table" (type).

import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

import { canonicalAddress } from '../config/network.ts'
import type { StickTableConfig } from '../config/stick.ts'

/** Undefined: the sample is none of the type, and the rule is skipped. */
export function tableKey(
  { type, lengthBytes, hashKeys }: Pick<StickTableConfig, 'type' | 'lengthBytes' | 'hashKeys'>,
  table: string,
  sample: string,
): string | undefined {
  const key = typed(type, lengthBytes, sample)
  return key === undefined || !hashKeys ? key : hashed(table, key)
}

function typed(type: StickTableConfig['type'], lengthBytes: number, sample: string): string | undefined {
  switch (type) {
    case 'ip':
    case 'ipv6': {
      const address = canonicalAddress(sample)
      if (address === undefined) return undefined
      // An IPv4 address is an IPv6 one, too; the other way round only the mapped are, which are IPv4 already.
      return type === 'ipv6' || !address.includes(':') ? address : undefined
    }
    case 'integer':
      // As far as it is a number, in 32 bits: HAProxy takes `7a` for 7 and `a` for 0.
      return String(Number(/^-?\d{1,15}/.exec(sample)?.[0] ?? 0) >>> 0)
    case 'string':
    case 'binary':
      return sample.slice(0, lengthBytes)
  }
}

/** 128 bits are enough that nobody finds another value with the same; whoever reads the table learns no session. */
const HASH_BYTES = 16

function hashed(table: string, key: string): string {
  const bytes = sha256(utf8ToBytes(`${table}\0${key}`)).subarray(0, HASH_BYTES)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
