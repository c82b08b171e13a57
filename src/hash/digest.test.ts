// The platform has the same functions, but makes callers wait.

import { createHash, createHmac } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { digestOf, hmacOf } from './digest.ts'
import { md5 } from './md5.ts'
import { sha1 } from './sha1.ts'
import { sha224, sha256, sha384, sha512 } from './sha2.ts'

/** All values of a byte, in an order that depends on the length. */
const bytesOfLength = (length: number) => Uint8Array.from({ length }, (_, i) => i * i * 7 + i * 31 + length)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe.each(Object.entries({ md5, sha1, sha224, sha256, sha384, sha512 }))('%s', (name, hash) => {
  it('of texts of each length that ends before, at and after blocks', () => {
    for (let length = 0; length <= 520; length++) {
      const bytes = bytesOfLength(length)
      expect([length, hex(digestOf(hash, bytes))]).toEqual([length, createHash(name).update(bytes).digest('hex')])
    }
  })

  it('of random bytes', () => {
    for (let i = 0; i < 500; i++) {
      const bytes = crypto.getRandomValues(new Uint8Array(i % 300))
      expect(hex(digestOf(hash, bytes))).toBe(createHash(name).update(bytes).digest('hex'))
    }
  })

  it('as an authentication code, with keys shorter and longer than a block', () => {
    for (let length = 0; length <= 300; length += 7) {
      const key = bytesOfLength(length)
      const text = bytesOfLength(300 - length)
      expect(hex(hmacOf(hash, key, text))).toBe(createHmac(name, key).update(text).digest('hex'))
    }
  })
})
