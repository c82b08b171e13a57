// The modifier `avalanche` of HAProxy's hashes: each bit of the value changes half of the result's.

/** Bob Jenkins' integer hash of full avalanche, then spread by a prime near three quarters of 2^32. 32 bits, unsigned. */
export function avalanche(value: number): number {
  let a = value | 0
  a = (a + 0x7ed55d16 + (a << 12)) | 0
  a = a ^ 0xc761c23c ^ (a >>> 19)
  a = (a + 0x165667b1 + (a << 5)) | 0
  a = ((a + 0xd3a2646c) | 0) ^ (a << 9)
  a = (a + 0xfd7046c5 + (a << 3)) | 0
  a = a ^ 0xb55a4f09 ^ (a >>> 16)
  return Math.imul(a, 3_221_225_473) >>> 0
}
