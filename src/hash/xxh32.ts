// XXH32 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): the hash of HAProxy's converter `xxh32`, and of everything here that needs an
// even spread and no secret.

const PRIME_1 = 0x9e37_79b1
const PRIME_2 = 0x85eb_ca77
const PRIME_3 = 0xc2b2_ae3d
const PRIME_4 = 0x27d4_eb2f
const PRIME_5 = 0x1656_67b1

/** Of a text's UTF-8, or of bytes. 32 bits, unsigned. */
export function xxh32(input: string | Uint8Array, seed = 0): number {
  const hashes = new Int32Array(1)
  xxh32BySeeds(typeof input === 'string' ? new TextEncoder().encode(input) : input, Int32Array.of(seed), hashes)
  return hashes[0]! >>> 0
}

/**
 * The hashes of the same bytes with many seeds, 32 bits, signed. One step for all seeds, then the next: no hash waits for another, so that
 * the processor works at several.
 */
export function xxh32BySeeds(bytes: Uint8Array, seeds: Int32Array, hashes: Int32Array): void {
  const { length } = bytes
  const count = seeds.length
  const wordAt = (at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  const striped = length & ~15
  const worded = length & ~3
  if (striped > 0)
    stripes(
      Int32Array.from({ length: striped >> 2 }, (_, i) => wordAt(4 * i)),
      seeds,
      hashes,
    )
  else for (let i = 0; i < count; i++) hashes[i] = seeds[i]! + PRIME_5
  for (let i = 0; i < count; i++) hashes[i]! += length
  for (let at = striped; at < worded; at += 4) {
    const part = Math.imul(wordAt(at), PRIME_3)
    for (let i = 0; i < count; i++) hashes[i] = Math.imul(rotated(hashes[i]! + part, 17), PRIME_4)
  }
  for (let at = worded; at < length; at++) {
    const part = Math.imul(bytes[at]!, PRIME_5)
    for (let i = 0; i < count; i++) hashes[i] = Math.imul(rotated(hashes[i]! + part, 11), PRIME_1)
  }
  for (let i = 0; i < count; i++) {
    let hash = hashes[i]!
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
    hashes[i] = hash ^ (hash >>> 16)
  }
}

/** Four words at a time, each in a lane of its own. */
function stripes(words: Int32Array, seeds: Int32Array, hashes: Int32Array): void {
  const parts = words.map((word) => Math.imul(word, PRIME_2))
  for (let i = 0; i < seeds.length; i++) {
    const seed = seeds[i]!
    let a = (seed + PRIME_1 + PRIME_2) | 0
    let b = (seed + PRIME_2) | 0
    let c = seed
    let d = (seed - PRIME_1) | 0
    for (let at = 0; at < parts.length; at += 4) {
      a = Math.imul(rotated(a + parts[at]!, 13), PRIME_1)
      b = Math.imul(rotated(b + parts[at + 1]!, 13), PRIME_1)
      c = Math.imul(rotated(c + parts[at + 2]!, 13), PRIME_1)
      d = Math.imul(rotated(d + parts[at + 3]!, 13), PRIME_1)
    }
    hashes[i] = rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)
  }
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
