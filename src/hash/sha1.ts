// SHA-1 (FIPS 180-4): for what was made by it; it resists no attacker.

import type { DigestFunction } from './digest.ts'

export const SHA1_START = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]

export const sha1: DigestFunction = {
  blockBytes: 64,
  digestBytes: 20,
  start: () => SHA1_START,
  compress(state, words, at) {
    const w = new Int32Array(80)
    let [a, b, c, d, e] = state as unknown as [number, number, number, number, number]
    for (let i = 0; i < 80; i++) {
      w[i] = i < 16 ? words[at + i]! : rotated(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1)
      const mixed =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a82_7999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9_eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1b_bcdc
              : (b ^ c ^ d) + 0xca62_c1d6
      const next = (rotated(a, 5) + mixed + e + w[i]!) | 0
      e = d
      d = c
      c = rotated(b, 30)
      b = a
      a = next
    }
    for (const [i, word] of [a, b, c, d, e].entries()) state[i]! += word
  },
}

export function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
