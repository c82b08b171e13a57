// Passwords as crypt(3) hashes them with SHA-256 ($5$) and SHA-512 ($6$), which is how a `userlist` of HAProxy keeps
// them (configuration manual 3.4 "user"). After Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", 2008.

import { parseShaCrypt } from '../config/sha-crypt-form.ts'

type Hash = (...parts: readonly Uint8Array[]) => Promise<Uint8Array>

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The hash of a password under the salt and rounds of `hashed`, which it equals when the password is right. */
export async function shaCrypt(password: string, hashed: string): Promise<string | undefined> {
  const form = parseShaCrypt(hashed)
  if (!form) return undefined
  const algorithm = form.hash === 'sha256' ? 'SHA-256' : 'SHA-512'
  const hash: Hash = async (...parts) => new Uint8Array(await crypto.subtle.digest(algorithm, joined(parts)))
  const bytes = new TextEncoder()
  return form.head + encoded(await digestOf(hash, bytes.encode(password), bytes.encode(form.salt), form.rounds))
}

async function digestOf(hash: Hash, password: Uint8Array, salt: Uint8Array, rounds: number): Promise<Uint8Array> {
  const first = await hash(password, salt, password)
  const parts = [password, salt, repeated(first, password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? first : password)
  let digest = await hash(...parts)
  const p = repeated(await hash(...Array.from(password, () => password)), password.length)
  const s = repeated(await hash(...Array.from({ length: 16 + digest[0]! }, () => salt)), salt.length)
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1
    const middle = [round % 3 === 0 ? NOTHING : s, round % 7 === 0 ? NOTHING : p]
    // Each needs the one before it: that is what makes guessing slow.
    digest = await hash(isOdd ? p : digest, ...middle, isOdd ? digest : p)
  }
  return digest
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const NOTHING = new Uint8Array(0)

function repeated(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length]!)
}

/** Bytes are taken by threes from all over the digest, six bits a character, the lowest first. */
function encoded(digest: Uint8Array): string {
  const third = Math.floor(digest.length / 3)
  let at: readonly [number, number, number] = [0, third, third * 2]
  let text = ''
  for (let i = 0; i < third; i++) {
    const [a, b, c] = at
    text += sixBits((digest[a]! << 16) | (digest[b]! << 8) | digest[c]!, 4)
    at = digest.length === 32 ? [c + 1, a + 1, b + 1] : [b + 1, c + 1, a + 1]
  }
  return text + (digest.length === 32 ? sixBits((digest[31]! << 8) | digest[30]!, 3) : sixBits(digest[63]!, 2))
}

function sixBits(bits: number, characters: number): string {
  let text = ''
  for (let i = 0; i < characters; i++) text += ALPHABET[(bits >> (6 * i)) & 63]!
  return text
}
