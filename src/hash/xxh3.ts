// The hash of HAProxy's converter `xxh3`: XXH3, 64 bits, with a seed (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
// One way for each range of lengths.

import { mixed64, PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME_5, read32, read64, rotatedLeft, word64 } from './words64.ts'

const PRIME32_1 = 0x9e3779b1n
const PRIME32_2 = 0x85ebca77n
const PRIME32_3 = 0xc2b2ae3dn
const MIX_1 = 0x165667919e3779f9n
const MIX_2 = 0x9fb21c651e98df25n

/** Bytes that XXH3 mixes with what it hashes, the same for all. */
const SECRET = bytesOfHex(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e' +
    'e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d' +
    '8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc' +
    '8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
)
/** Bytes that are added up at once, and how many times before the sums are scrambled. */
const STRIPE = 64
const STRIPES_PER_BLOCK = (SECRET.length - STRIPE) / 8

/** Of bytes, as a text of one character for each byte; of the seed, the lowest 64 bits count. 64 bits, unsigned. */
export function xxh3(bytes: string, seed = 0n): bigint {
  const { length } = bytes
  if (length <= 16) return hashOfAtMost16(bytes, word64(seed))
  if (length <= 128) return hashOfAtMost128(bytes, seed)
  return length <= 240 ? hashOfAtMost240(bytes, seed) : hashOfMore(bytes, word64(seed))
}

function hashOfAtMost16(bytes: string, seed: bigint): bigint {
  const { length } = bytes
  const size = BigInt(length)
  if (length > 8) {
    const low = read64(bytes, 0) ^ word64((read64(SECRET, 24) ^ read64(SECRET, 32)) + seed)
    const high = read64(bytes, length - 8) ^ word64((read64(SECRET, 40) ^ read64(SECRET, 48)) - seed)
    return scrambled(word64(size + swapped(low, 8) + high + folded(low, high)))
  }
  if (length >= 4) {
    const spread = seed ^ (swapped(BigInt.asUintN(32, seed), 4) << 32n)
    const input = BigInt(read32(bytes, length - 4)) + (BigInt(read32(bytes, 0)) << 32n)
    let hash = input ^ word64((read64(SECRET, 8) ^ read64(SECRET, 16)) - spread)
    hash = word64((hash ^ rotatedLeft(hash, 49n) ^ rotatedLeft(hash, 24n)) * MIX_2)
    hash = word64((hash ^ ((hash >> 35n) + size)) * MIX_2)
    return hash ^ (hash >> 28n)
  }
  if (length === 0) return mixed64(seed ^ read64(SECRET, 56) ^ read64(SECRET, 64))
  const byte = (at: number) => bytes.charCodeAt(at)
  const input = ((byte(0) << 16) | (byte(length >> 1) << 24) | byte(length - 1) | (length << 8)) >>> 0
  return mixed64(BigInt(input) ^ word64(BigInt((read32(SECRET, 0) ^ read32(SECRET, 4)) >>> 0) + seed))
}

/** From both ends towards the middle. */
function hashOfAtMost128(bytes: string, seed: bigint): bigint {
  const { length } = bytes
  let sum = BigInt(length) * PRIME_1
  for (let i = 0; i <= (length - 1) >> 5; i++) {
    sum += mixed16(bytes, 16 * i, 32 * i, seed) + mixed16(bytes, length - 16 * (i + 1), 32 * i + 16, seed)
  }
  return scrambled(word64(sum))
}

function hashOfAtMost240(bytes: string, seed: bigint): bigint {
  const { length } = bytes
  let sum = BigInt(length) * PRIME_1
  for (let i = 0; i < 8; i++) sum += mixed16(bytes, 16 * i, 16 * i, seed)
  sum = scrambled(word64(sum))
  for (let i = 8; i < length >> 4; i++) sum += mixed16(bytes, 16 * i, 16 * (i - 8) + 3, seed)
  return scrambled(word64(sum + mixed16(bytes, length - 16, 119, seed)))
}

function hashOfMore(bytes: string, seed: bigint): bigint {
  const { length } = bytes
  const secret = secretOf(seed)
  const sums = [PRIME32_3, PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME32_2, PRIME_5, PRIME32_1]
  const add = (at: number, secretAt: number) => {
    for (let i = 0; i < 8; i++) {
      const word = read64(bytes, at + 8 * i)
      const key = word ^ secret(secretAt + 8 * i)
      sums[i ^ 1] = word64(sums[i ^ 1]! + word)
      sums[i] = word64(sums[i]! + (key & 0xffffffffn) * (key >> 32n))
    }
  }
  const lastStripe = SECRET.length - STRIPE
  for (let stripe = 0; (stripe + 1) * STRIPE < length; stripe++) {
    add(stripe * STRIPE, 8 * (stripe % STRIPES_PER_BLOCK))
    const isBlocksLast = (stripe + 1) % STRIPES_PER_BLOCK === 0
    if (!isBlocksLast) continue
    sums.forEach((sum, i) => {
      sums[i] = word64((sum ^ (sum >> 47n) ^ secret(lastStripe + 8 * i)) * PRIME32_1)
    })
  }
  add(length - STRIPE, lastStripe - 7)
  let hash = BigInt(length) * PRIME_1
  for (let i = 0; i < 8; i += 2) {
    hash += folded(sums[i]! ^ secret(11 + 8 * i), sums[i + 1]! ^ secret(19 + 8 * i))
  }
  return scrambled(word64(hash))
}

/** Reads a word of the secret that a seed makes: its even words grow by the seed, its odd ones shrink. */
function secretOf(seed: bigint): (at: number) => bigint {
  if (seed === 0n) return (at) => read64(SECRET, at)
  let seeded = ''
  for (let at = 0; at < SECRET.length; at += 8) {
    const word = read64(SECRET, at)
    seeded += bytesOfWord(word64(at % 16 === 0 ? word + seed : word - seed))
  }
  return (at) => read64(seeded, at)
}

function mixed16(bytes: string, at: number, secretAt: number, seed: bigint): bigint {
  return folded(
    read64(bytes, at) ^ word64(read64(SECRET, secretAt) + seed),
    read64(bytes, at + 8) ^ word64(read64(SECRET, secretAt + 8) - seed),
  )
}

/** Both halves of the product in one word. */
function folded(a: bigint, b: bigint): bigint {
  const product = a * b
  return word64(product) ^ (product >> 64n)
}

function scrambled(value: bigint): bigint {
  const hash = word64((value ^ (value >> 37n)) * MIX_1)
  return hash ^ (hash >> 32n)
}

/** With its bytes in reverse order. */
function swapped(value: bigint, size: number): bigint {
  let result = 0n
  for (let i = 0; i < size; i++) result = (result << 8n) | ((value >> BigInt(8 * i)) & 0xffn)
  return result
}

function bytesOfWord(word: bigint): string {
  let bytes = ''
  for (let i = 0n; i < 64n; i += 8n) bytes += String.fromCharCode(Number((word >> i) & 0xffn))
  return bytes
}

function bytesOfHex(hex: string): string {
  return hex.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))
}
