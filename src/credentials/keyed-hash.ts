// Hashes under a random key, which nothing outside this isolate can compute: known results about passwords are stored
// under them, so that memory holds no password and comparing two reveals nothing about either.

import { equalInConstantTime } from './constant-time.ts'

export interface KeyedHash {
  hash(text: string): Promise<string>
  /** Takes a time that reveals neither where they differ nor how long the other is. */
  isSame(a: string, b: string): Promise<boolean>
}

const KEY_BYTES = 32

export function createKeyedHash(): KeyedHash {
  // Made on the first request: Workers have no random numbers before that.
  let key: Uint8Array | undefined
  const hash = async (text: string): Promise<string> => {
    key ??= crypto.getRandomValues(new Uint8Array(KEY_BYTES))
    const bytes = new TextEncoder().encode(text)
    const keyed = new Uint8Array(KEY_BYTES + bytes.length)
    keyed.set(key)
    keyed.set(bytes, KEY_BYTES)
    return String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', keyed)))
  }
  return {
    hash,
    // Hashes have one length, so not even the secret's length shows.
    isSame: async (a, b) => equalInConstantTime(...(await Promise.all([hash(a), hash(b)]))),
  }
}
