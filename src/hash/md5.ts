// MD5 (RFC 1321): for what was made by it; it resists no attacker.

import type { DigestFunction } from './digest.ts'
import { rotated, SHA1_START } from './sha1.ts'

/** By how many bits the steps of each round rotate, in turns of four. */
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

let sines: Int32Array | undefined

export const md5: DigestFunction = {
  blockBytes: 64,
  digestBytes: 16,
  isLittleEndian: true,
  start: () => SHA1_START.slice(0, 4),
  compress(state, words, at) {
    sines ??= Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 0x1_0000_0000))
    let [a, b, c, d] = state as unknown as [number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const round = i >> 4
      let word = i
      let mixed = (b & c) | (~b & d)
      if (round === 1) {
        mixed = (d & b) | (~d & c)
        word = 5 * i + 1
      } else if (round === 2) {
        mixed = b ^ c ^ d
        word = 3 * i + 5
      } else if (round === 3) {
        mixed = c ^ (b | ~d)
        word = 7 * i
      }
      const sum = (a + mixed + sines[i]! + words[at + (word & 15)]!) | 0
      a = d
      d = c
      c = b
      b = (b + rotated(sum, SHIFTS[4 * round + (i & 3)]!)) | 0
    }
    for (const [i, word] of [a, b, c, d].entries()) state[i]! += word
  },
}
