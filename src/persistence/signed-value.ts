// What cookie values of ours have in common (sealed.ts, releases/pin.ts): base64url of flags, what they say, dates, and a MAC over all
// before it and a context. Written for clients whose dates are their own with each refresh, so it makes one array of bytes.

import { toBase64Url } from '../credentials/base64.ts'
import type { Dates } from './dates.ts'

export const HAS_LAST = 1
export const HAS_FIRST = 2
export const MAC_BYTES = 16
export const BASE64URL = /^[A-Za-z0-9_-]*$/

/** Of which dates there may be: there is no first one alone. */
export const DATE_FLAGS = [0, HAS_LAST, HAS_LAST | HAS_FIRST]

/** Of a value with these flags; `datesAt`: the bytes before its dates. */
export function charactersOf(flags: number, datesAt: number): number {
  return Math.ceil((bytesOf(flags, datesAt) * 8) / 6)
}

/** With flags and dates; what is between them and the MAC are left to the caller, and to `signed`. */
export function unsigned(version: number, datesAt: number, { lastS, firstS }: Dates): Uint8Array<ArrayBuffer> {
  const flags = version | (lastS === null ? 0 : HAS_LAST) | (firstS === null ? 0 : HAS_FIRST)
  const bytes = new Uint8Array(bytesOf(flags, datesAt))
  bytes[0] = flags
  if (lastS !== null) setSeconds(bytes, datesAt, lastS)
  if (firstS !== null) setSeconds(bytes, datesAt + DATE_BYTES, firstS)
  return bytes
}

export function datesOf(bytes: Uint8Array, datesAt: number): Dates {
  const flags = bytes[0]!
  return {
    lastS: flags & HAS_LAST ? secondsAt(bytes, datesAt) : null,
    firstS: flags & HAS_FIRST ? secondsAt(bytes, datesAt + DATE_BYTES) : null,
  }
}

/** The value. `bytes` get their MAC. Asynchronous functions in one another would each cost a promise, and a turn of waiting for it. */
export function signed(key: CryptoKey, context: string, bytes: Uint8Array): Promise<string> {
  const end = bytes.length - MAC_BYTES
  return sign(key, context + toBase64Url(bytes, end)).then((mac) => {
    bytes.set(new Uint8Array(mac, 0, MAC_BYTES), end)
    return toBase64Url(bytes)
  })
}

/** HMAC-SHA-256 of a text. */
export async function hmac(key: CryptoKey, message: string): Promise<Uint8Array> {
  return new Uint8Array(await sign(key, message))
}

function sign(key: CryptoKey, message: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign('HMAC', key, ENCODER.encode(message))
}

const ENCODER = new TextEncoder()
const DATE_BYTES = 4

function bytesOf(flags: number, datesAt: number): number {
  return datesAt + (flags & HAS_LAST ? DATE_BYTES : 0) + (flags & HAS_FIRST ? DATE_BYTES : 0) + MAC_BYTES
}

/** Big-endian. A DataView would make the runtime allocate the buffer behind so short an array. */
function setSeconds(bytes: Uint8Array, at: number, seconds: number): void {
  for (let i = 0; i < DATE_BYTES; i++) bytes[at + i] = seconds >>> (24 - 8 * i)
}

function secondsAt(bytes: Uint8Array, at: number): number {
  let seconds = 0
  for (let i = 0; i < DATE_BYTES; i++) seconds = seconds * 256 + bytes[at + i]!
  return seconds
}
