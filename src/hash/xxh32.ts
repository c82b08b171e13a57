// XXH32 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): the hash of HAProxy's converter `xxh32`, and of everything here that needs an
// even spread and no secret.

const PRIME_1 = 0x9e37_79b1
const PRIME_2 = 0x85eb_ca77
const PRIME_3 = 0xc2b2_ae3d
const PRIME_4 = 0x27d4_eb2f
const PRIME_5 = 0x1656_67b1

/** Of a text's UTF-8, or of bytes. 32 bits, unsigned. */
export function xxh32(input: string | Uint8Array, seed = 0): number {
  return seededXxh32(typeof input === 'string' ? new TextEncoder().encode(input) : input)(seed)
}

/** The hash of the same bytes with any seed: what depends on the bytes alone is computed once. */
export function seededXxh32(bytes: Uint8Array): (seed: number) => number {
  const { length } = bytes
  const worded = length >> 2
  // Stripes of four words, the words after them, the bytes after those: each multiplied already.
  const lanes = (length >> 4) * 4
  const parts = new Int32Array(worded + (length & 3))
  for (let i = 0; i < worded; i++) {
    const word = bytes[4 * i]! | (bytes[4 * i + 1]! << 8) | (bytes[4 * i + 2]! << 16) | (bytes[4 * i + 3]! << 24)
    parts[i] = Math.imul(word, i < lanes ? PRIME_2 : PRIME_3)
  }
  for (let i = worded; i < parts.length; i++) parts[i] = Math.imul(bytes[3 * worded + i]!, PRIME_5)
  return (seed) => {
    let hash = (seed + PRIME_5) | 0
    if (lanes > 0) {
      let a = (seed + PRIME_1 + PRIME_2) | 0
      let b = (seed + PRIME_2) | 0
      let c = seed | 0
      let d = (seed - PRIME_1) | 0
      for (let i = 0; i < lanes; i += 4) {
        a = round(a, parts[i]!)
        b = round(b, parts[i + 1]!)
        c = round(c, parts[i + 2]!)
        d = round(d, parts[i + 3]!)
      }
      hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0
    }
    hash = (hash + length) | 0
    let i = lanes
    for (; i < worded; i++) hash = Math.imul(rotated((hash + parts[i]!) | 0, 17), PRIME_4)
    for (; i < parts.length; i++) hash = Math.imul(rotated((hash + parts[i]!) | 0, 11), PRIME_1)
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}

function round(lane: number, multiplied: number): number {
  return Math.imul(rotated((lane + multiplied) | 0, 13), PRIME_1)
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
