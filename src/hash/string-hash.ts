// HAProxy's 32-bit hashes of texts, by which `hash-type` balances and which its converters return. HAProxy: configuration
// manual 4.2 "hash-type". Each takes bytes, as a text of one character for each byte, and returns 32 bits, unsigned.

export function sdbm(bytes: string): number {
  let hash = 0
  for (let i = 0; i < bytes.length; i++) hash = (bytes.charCodeAt(i) + (hash << 6) + (hash << 16) - hash) | 0
  return hash >>> 0
}

export function djb2(bytes: string): number {
  let hash = 5381
  for (let i = 0; i < bytes.length; i++) hash = (Math.imul(hash, 33) + bytes.charCodeAt(i)) | 0
  return hash >>> 0
}

/** HAProxy's own: two halves that take turns, each rotated as far as their bits say. */
export function wt6(bytes: string): number {
  let a = 0xa53c965a
  let b = 0x5ca6953a
  let turnA = 6
  let turnB = 18
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i)
    a = ~(a ^ byte)
    b = ~(b + byte)
    const rotated = rotatedLeft(b, turnA)
    b = rotatedLeft(a, turnB)
    a = rotated
    const mixed = ((a >>> 16) ^ b) & 0xffff
    turnA = mixed & 31
    turnB = mixed >>> 11
  }
  return (a ^ b) >>> 0
}

/** Of Ethernet, gzip and PNG. */
export function crc32(bytes: string): number {
  return crc(bytes, 0xedb88320)
}

/** Of iSCSI: Castagnoli's polynomial. */
export function crc32c(bytes: string): number {
  return crc(bytes, 0x82f63b78)
}

/** `polynomial`: its bits in reverse order. */
function crc(bytes: string, polynomial: number): number {
  let hash = -1
  for (let i = 0; i < bytes.length; i++) {
    hash ^= bytes.charCodeAt(i)
    for (let bit = 0; bit < 8; bit++) hash = (hash >>> 1) ^ (hash & 1 ? polynomial : 0)
  }
  return ~hash >>> 0
}

function rotatedLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
