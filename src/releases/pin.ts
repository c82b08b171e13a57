// The pin: a sealed cookie that says which release a client's documents came from, and the client's bucket.
//
//   base64url( flags(1) id(8) bucket(1) [last(4)] [first(4)] mac(16) )        35, 40 or 46 characters
//
// `id` is a keyed hash of the release's name; `mac` covers all before it, the backend and the cookie's name. Servers' cookies
// (persistence/sealed.ts) have another version in their flags, and are signed in another context: neither is taken for the other.

import { fromBase64Url, toBase64Url } from '../credentials/base64.ts'
import { equalInConstantTime } from '../credentials/constant-time.ts'
import { createMemo } from '../memo.ts'
import { UNVERIFIED } from '../persistence/codec.ts'
import { NO_DATES } from '../persistence/dates.ts'
import type { Dates } from '../persistence/dates.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import { BASE64URL, charactersOf, DATE_FLAGS, datesOf, hmac, signed, unsigned } from '../persistence/signed-value.ts'

const VERSION = 0x20
const ID_BYTES = 8
const BUCKET_AT = 1 + ID_BYTES
const DATES_AT = BUCKET_AT + 1
/** flags and id: 9 bytes are exactly 12 characters, so they can be compared without decoding. */
const HEAD_CHARACTERS = 12
const MEMO_ENTRIES = 10_000

export interface Pin {
  /** Null: it has left the list. */
  readonly release: string | null
  /** 0 to 255. */
  readonly bucket: number
  readonly dates: Dates
}

export interface PinCodec {
  /** Costs a look-up. Undefined for anything that cannot be a pin; never throws. */
  decode(value: string): Pin | undefined | typeof UNVERIFIED
  /** Costs a signature, and one more for each further key if the release is not known. Only for values that `decode` could not decide. */
  verify(value: string): Promise<Pin | undefined>
  encode(release: string, bucket: number, dates: Dates): string | Promise<string>
}

interface Context {
  readonly key: CryptoKey
  /** Of a backend's name and the cookie's. */
  readonly text: string
}

interface Known extends Context {
  readonly release: string
}

/** `backends`: the backend's name today, then its former ones, whose pins are only read. */
export async function createPinCodec(
  keys: CookieKeys,
  backends: readonly string[],
  cookieName: string,
  releases: readonly string[],
): Promise<PinCodec> {
  const contexts = backends.flatMap((name) =>
    keys.map((key): Context => ({ key, text: `limpet\0${name}\0${cookieName}\0` })),
  )
  const [signing] = contexts as [Context]
  const knownByHead = new Map<string, Known>()
  const ids = new Map<string, Uint8Array>()
  for (const context of contexts.toReversed()) {
    for (const release of releases) {
      const id = (await hmac(context.key, `${context.text}release\0${release}`)).subarray(0, ID_BYTES)
      // The one set last belongs to today's name and the first key, which signs.
      ids.set(release, id)
      for (const flags of FLAGS) knownByHead.set(toBase64Url(new Uint8Array([flags, ...id])), { ...context, release })
    }
  }
  const opened = createMemo<Pin>(MEMO_ENTRIES)
  const sealed = createMemo<string>(MEMO_ENTRIES)

  return {
    decode(value) {
      return opened.get(value) ?? (LENGTHS.has(value.length) && partsOf(value) ? UNVERIFIED : undefined)
    },
    async verify(value) {
      const parts = partsOf(value)
      if (!parts) return undefined
      const known = knownByHead.get(value.slice(0, HEAD_CHARACTERS))
      for (const context of known ? [known] : contexts) {
        // Comparing whole values also refuses other spellings of the same bytes.
        if (!equalInConstantTime(value, await sealWith(context, parts.id, parts.bucket, parts.dates))) continue
        const pin: Pin = { release: known?.release ?? null, bucket: parts.bucket, dates: parts.dates }
        opened.set(value, pin)
        return pin
      }
      return undefined
    },
    encode(release, bucket, dates) {
      const memoKey = `${bucket} ${dates.lastS} ${dates.firstS} ${release}`
      return sealed.get(memoKey) ?? seal(release, bucket, dates, memoKey)
    },
  }

  async function seal(release: string, bucket: number, dates: Dates, memoKey: string): Promise<string> {
    const value = await sealWith(signing, ids.get(release)!, bucket, dates)
    sealed.set(memoKey, value)
    opened.set(value, { release, bucket, dates })
    return value
  }
}

/** What a value says without a key: its dates and the client's bucket. Undefined: it is no pin. */
export function readPinUnverified(value: string): Omit<Pin, 'release'> | undefined {
  const parts = partsOf(value)
  return parts && { bucket: parts.bucket, dates: parts.dates }
}

const FLAGS = DATE_FLAGS.map((flags) => VERSION | flags)
const LENGTHS: ReadonlySet<number> = new Set(FLAGS.map((flags) => charactersOf(flags, DATES_AT)))

interface Parts extends Omit<Pin, 'release'> {
  readonly id: Uint8Array
}

function partsOf(value: string): Parts | undefined {
  const bytes = BASE64URL.test(value) ? fromBase64Url(value) : undefined
  const flags = bytes?.[0]
  if (!bytes || flags === undefined || !FLAGS.includes(flags) || value.length !== charactersOf(flags, DATES_AT))
    return undefined
  return { id: bytes.subarray(1, BUCKET_AT), bucket: bytes[BUCKET_AT]!, dates: datesOf(bytes, DATES_AT) }
}

function sealWith({ key, text }: Context, id: Uint8Array, bucket: number, dates: Dates): Promise<string> {
  const bytes = unsigned(VERSION, DATES_AT, dates)
  bytes.set(id, 1)
  bytes[BUCKET_AT] = bucket
  return signed(key, `${text}release-value\0`, bytes)
}

/** Rounded up, so that nobody's cookie ends before its time: coarse dates are no identifier, and few answers write a cookie. */
export interface PinLimits {
  readonly maxidleS: number | null
  readonly maxlifeS: number | null
}

/** A longer step would put a date so far into the future that it counts as wrong. */
const LONGEST_STEP_S = 12 * 3600
const FIRST_STEP_S = 3600

/** `known`: of the pin that the client has and may keep. */
export function datesOfPin({ maxidleS, maxlifeS }: PinLimits, known: Dates, nowS: number): Dates {
  if (maxidleS === null && maxlifeS === null) return NO_DATES
  const firstS = maxlifeS === null ? null : (known.firstS ?? roundedUp(nowS, FIRST_STEP_S))
  // The format has no first date alone.
  const lastS = maxidleS === null ? firstS : roundedUp(nowS, Math.min(Math.ceil(maxidleS / 8), LONGEST_STEP_S))
  return { lastS, firstS }
}

function roundedUp(seconds: number, stepS: number): number {
  return Math.ceil(seconds / stepS) * stepS
}
