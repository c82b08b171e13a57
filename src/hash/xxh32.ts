// The hash of HAProxy's converter `xxh32`: XXH32 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).

import { xxHash32 } from 'js-xxhash'

/** Of bytes, as a text of one character for each byte; of the seed, the lowest 32 bits count. 32 bits, unsigned. */
export function xxh32(bytes: string, seed = 0n): number {
  return xxHash32(
    Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)),
    Number(BigInt.asUintN(32, seed)),
  )
}
