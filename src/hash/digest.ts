// Digests and authentication codes that answer at once, which the platform's do not: a rule waits for nothing. What is common to the functions
// of sha2.ts, sha1.ts and md5.ts: padding, and words for bytes. FIPS 180-4, RFC 1321; HMAC: RFC 2104.

export interface DigestFunction {
  /** 64 or 128. */
  readonly blockBytes: number
  readonly digestBytes: number
  readonly isLittleEndian?: boolean
  /** The state before the first block. */
  start(): Iterable<number>
  /** One block, from the word `at`, goes into the state. */
  compress(state: Int32Array, words: Int32Array, at: number): void
}

export function digestOf(hash: DigestFunction, bytes: Uint8Array): Uint8Array {
  const { blockBytes, digestBytes, isLittleEndian = false } = hash
  // A bit that ends it, and its length in bits at the end of the last block.
  const whole = Math.ceil((bytes.length + 1 + blockBytes / 8) / blockBytes) * blockBytes
  const padded = new Uint8Array(whole)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  // One word holds it: a Worker's memory is smaller than 512 MB.
  view.setInt32(isLittleEndian ? whole - 8 : whole - 4, bytes.length * 8, isLittleEndian)
  const words = new Int32Array(whole / 4)
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(4 * i, isLittleEndian)
  const state = Int32Array.from(hash.start())
  for (let at = 0; at < words.length; at += blockBytes / 4) hash.compress(state, words, at)
  const digest = new DataView(new ArrayBuffer(4 * state.length))
  for (const [i, word] of state.entries()) digest.setInt32(4 * i, word, isLittleEndian)
  return new Uint8Array(digest.buffer, 0, digestBytes)
}

export function hmacOf(hash: DigestFunction, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(hash.blockBytes)
  block.set(key.length > block.length ? digestOf(hash, key) : key)
  const keyed = (pad: number, text: Uint8Array) => {
    const both = new Uint8Array(block.length + text.length)
    for (let i = 0; i < block.length; i++) both[i] = block[i]! ^ pad
    both.set(text, block.length)
    return digestOf(hash, both)
  }
  return keyed(0x5c, keyed(0x36, bytes))
}
