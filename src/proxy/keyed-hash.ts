// Hashes under a random key that nobody outside this isolate can compute: what was found out about a password is remembered
// by them, so that memory holds no password and comparing two tells nothing about either.

export interface KeyedHash {
  hash(text: string): Promise<string>
  /** In a time that does not depend on where they differ. */
  isSame(a: string, b: string): Promise<boolean>
}

const KEY_BYTES = 32

export function createKeyedHash(): KeyedHash {
  // Not before the first request: Workers have no random numbers until then.
  let key: Uint8Array | undefined
  const digest = async (text: string): Promise<Uint8Array> => {
    key ??= crypto.getRandomValues(new Uint8Array(KEY_BYTES))
    const bytes = new TextEncoder().encode(text)
    const keyed = new Uint8Array(KEY_BYTES + bytes.length)
    keyed.set(key)
    keyed.set(bytes, KEY_BYTES)
    return new Uint8Array(await crypto.subtle.digest('SHA-256', keyed))
  }
  return {
    hash: async (text) => String.fromCharCode(...(await digest(text))),
    async isSame(a, b) {
      const [first, second] = await Promise.all([digest(a), digest(b)])
      return first.reduce((difference, byte, i) => difference | (byte ^ second[i]!), 0) === 0
    },
  }
}
