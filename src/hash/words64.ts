// 64-bit arithmetic for xxh64 and xxh3: unsigned words as bigints, read from a text of one character for each byte,
// the lowest byte first.

export const PRIME_1 = 0x9e3779b185ebca87n
export const PRIME_2 = 0xc2b2ae3d27d4eb4fn
export const PRIME_3 = 0x165667b19e3779f9n
export const PRIME_4 = 0x85ebca77c2b2ae63n
export const PRIME_5 = 0x27d4eb2f165667c5n

/** The lowest 64 bits. */
export function word64(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

export function read32(bytes: string, at: number): number {
  const byte = (i: number) => bytes.charCodeAt(at + i)
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0
}

export function read64(bytes: string, at: number): bigint {
  return BigInt(read32(bytes, at)) | (BigInt(read32(bytes, at + 4)) << 32n)
}

export function rotatedLeft(value: bigint, bits: bigint): bigint {
  return word64((value << bits) | (value >> (64n - bits)))
}

/** The last step of xxh64, and of xxh3 for the shortest texts. */
export function mixed64(value: bigint): bigint {
  let hash = value ^ (value >> 33n)
  hash = word64(hash * PRIME_2)
  hash ^= hash >> 29n
  hash = word64(hash * PRIME_3)
  return hash ^ (hash >> 32n)
}
