// The hash of HAProxy's converter `xxh64` and of its dynamic cookies: XXH64 (github.com/Cyan4973/xxHash,
// doc/xxhash_spec.md).

import { mixed64, PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME_5, read32, read64, rotatedLeft, word64 } from './words64.ts'

/** Of bytes, as a text of one character for each byte; of the seed, the lowest 64 bits count. 64 bits, unsigned. */
export function xxh64(bytes: string, seed = 0n): bigint {
  const { length } = bytes
  let at = 0
  let hash = word64(seed + PRIME_5)
  if (length >= 32) {
    const lanes = [seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1].map(word64)
    for (; at + 32 <= length; at += 32) {
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i]!, read64(bytes, at + 8 * i))
    }
    const turns = [1n, 7n, 12n, 18n]
    hash = word64(lanes.reduce((sum, lane, i) => sum + rotatedLeft(lane, turns[i]!), 0n))
    for (const lane of lanes) hash = word64((hash ^ round(0n, lane)) * PRIME_1 + PRIME_4)
  }
  hash = word64(hash + BigInt(length))
  for (; at + 8 <= length; at += 8) {
    hash = word64(rotatedLeft(hash ^ round(0n, read64(bytes, at)), 27n) * PRIME_1 + PRIME_4)
  }
  if (at + 4 <= length) {
    hash = word64(rotatedLeft(hash ^ word64(BigInt(read32(bytes, at)) * PRIME_1), 23n) * PRIME_2 + PRIME_3)
    at += 4
  }
  for (; at < length; at++) {
    hash = word64(rotatedLeft(hash ^ word64(BigInt(bytes.charCodeAt(at)) * PRIME_5), 11n) * PRIME_1)
  }
  return mixed64(hash)
}

function round(lane: bigint, word: bigint): bigint {
  return word64(rotatedLeft(word64(lane + word * PRIME_2), 31n) * PRIME_1)
}
