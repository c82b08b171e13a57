// Limpet's own cookie value: opaque, bound to one backend and cookie name, authenticated with HMAC-SHA-256.
//
//   base64url( flags(1) id(8) [last(4)] [first(4)] mac(16) )        34 to 44 characters
//
// `id` is a keyed hash of the server's cookie, so a value reveals neither name nor address; `mac` covers all before it,
// the backend and the cookie's name. Clients of one server with equal dates hold equal values: a value does not
// identify a person. Without maxidle and maxlife there are no dates, and verification needs no cryptography at all.

import { fromBase64Url, toBase64Url } from '../credentials/base64.ts'
import { equalInConstantTime } from '../credentials/constant-time.ts'
import { UNVERIFIED } from './codec.ts'
import type { Codec, Decoded } from './codec.ts'
import { NO_DATES } from './dates.ts'
import type { Dates } from './dates.ts'
import { BASE64URL, charactersOf, DATE_FLAGS, datesOf, hmac, signed, unsigned } from './signed-value.ts'
import { createMemo } from '../memo.ts'

const VERSION = 0x10
const ID_BYTES = 8
const DATES_AT = 1 + ID_BYTES
/** flags and id: 9 bytes are exactly 12 characters, so they can be compared without decoding. */
const HEAD_CHARACTERS = 12
/** How many verified values are remembered, per backend and isolate: about 2 MB. */
const MEMO_ENTRIES = 10_000

/** Signing keys, newest first; made from LIMPET_COOKIE_KEYS. */
export type CookieKeys = readonly CryptoKey[]

/** Shorter secrets could be guessed offline from a single cookie. */
const MIN_SECRET_CHARACTERS = 16

/** What is wrong with the text of LIMPET_COOKIE_KEYS, or undefined. */
export function cookieKeysProblem(text: string | undefined): string | undefined {
  const secrets = splitKeys(text)
  const advice =
    'make one with `openssl rand -base64 32`, then `npx wrangler secret put LIMPET_COOKIE_KEYS`; ' +
    'for wrangler dev write LIMPET_COOKIE_KEYS=KEY into .dev.vars'
  if (secrets.length === 0) return `LIMPET_COOKIE_KEYS is not set, so no cookie can be sealed: ${advice}`
  if (secrets.some((secret) => secret.length < MIN_SECRET_CHARACTERS)) {
    return `a key in LIMPET_COOKIE_KEYS has fewer than ${MIN_SECRET_CHARACTERS} characters: ${advice}`
  }
  return undefined
}

/** Comma-separated: the first signs, all verify, so that a key can be replaced without losing a client. */
export function importCookieKeys(text: string): Promise<CookieKeys> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return Promise.all(
    splitKeys(text).map((secret) =>
      crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign']),
    ),
  )
}

function splitKeys(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
}

interface Known {
  readonly key: CryptoKey
  readonly serverCookie: string
  readonly flags: number
  /** The whole value when it carries no dates. */
  readonly undated: string | undefined
}

/** Computes every server's id under every key: two HMACs each, once per isolate. */
export async function createSealed(
  keys: CookieKeys,
  backendName: string,
  cookieName: string,
  serverCookies: readonly string[],
): Promise<Codec> {
  const context = contextOf(backendName, cookieName)
  const knownByHead = new Map<string, Known>()
  const ids = new Map<string, Uint8Array>()
  for (const key of keys.toReversed()) {
    for (const serverCookie of serverCookies) {
      const id = (await hmac(key, `${context}id\0${serverCookie}`)).subarray(0, ID_BYTES)
      // The entry set last belongs to the first key, which signs.
      ids.set(serverCookie, id)
      for (const flags of FLAGS) {
        const undated = flags === VERSION ? await sealWith(key, context, id, NO_DATES) : undefined
        const head = toBase64Url(new Uint8Array([flags, ...id]))
        knownByHead.set(head, { key, serverCookie, flags, undated })
      }
    }
  }
  const undatedOf = new Map(
    [...knownByHead.values()].filter((known) => known.undated).map((known) => [known.serverCookie, known.undated!]),
  )
  const opened = createMemo<Decoded>(MEMO_ENTRIES)
  const sealed = createMemo<string>(MEMO_ENTRIES)

  return {
    decode(value) {
      const before = opened.get(value)
      if (before) return before
      const known = knownByHead.get(value.slice(0, HEAD_CHARACTERS))
      if (!known) return undefined
      if (known.undated !== undefined) {
        if (!equalInConstantTime(value, known.undated)) return undefined
        return { serverCookie: known.serverCookie, dates: NO_DATES, format: 'sealed' }
      }
      if (value.length !== charactersOf(known.flags, DATES_AT)) return undefined
      return BASE64URL.test(value) ? UNVERIFIED : undefined
    },
    async verify(value) {
      const known = knownByHead.get(value.slice(0, HEAD_CHARACTERS))
      return known && open(value, known)
    },
    encode(serverCookie, dates) {
      if (dates.lastS === null) return undatedOf.get(serverCookie)!
      const { lastS, firstS } = dates
      // Who came earlier has a date that few others have.
      if (firstS !== null && firstS !== lastS) return seal(serverCookie, dates)
      const shared = `${lastS} ${firstS !== null} ${serverCookie}`
      return sealed.get(shared) ?? seal(serverCookie, dates, shared)
    },
  }

  async function open(value: string, known: Known): Promise<Decoded | undefined> {
    // `decode` has checked that it is base64url and as long as its flags say.
    const parts = partsOf(fromBase64Url(value)!)
    // Comparing whole values also refuses other spellings of the same bytes.
    if (!equalInConstantTime(value, await sealWith(known.key, context, parts.id, parts.dates))) return undefined
    const { dates } = parts
    const decoded: Decoded = { serverCookie: known.serverCookie, dates, format: 'sealed' }
    opened.set(value, decoded)
    return decoded
  }

  /** `shared`: what other clients will ask for, too. */
  function seal(serverCookie: string, dates: Dates, shared?: string): Promise<string> {
    return sealWith(keys[0]!, context, ids.get(serverCookie)!, dates).then((value) => {
      if (shared !== undefined) sealed.set(shared, value)
      opened.set(value, { serverCookie, dates, format: 'sealed' })
      return value
    })
  }
}

/** What a value says without a key: when it was written, but not for which server. Undefined: it is not of this format. */
export function readUnverified(value: string): Pick<Decoded, 'dates'> | undefined {
  const bytes = BASE64URL.test(value) ? fromBase64Url(value) : undefined
  const flags = bytes?.[0]
  if (!bytes || flags === undefined || !FLAGS.includes(flags) || value.length !== charactersOf(flags, DATES_AT))
    return undefined
  return { dates: partsOf(bytes).dates }
}

/** Whether this key has sealed the value for a cookie of this backend, whatever the server. */
export async function isSealedBy(
  key: CryptoKey,
  backendName: string,
  cookieName: string,
  value: string,
): Promise<boolean> {
  if (!readUnverified(value)) return false
  const { id, dates } = partsOf(fromBase64Url(value)!)
  return equalInConstantTime(value, await sealWith(key, contextOf(backendName, cookieName), id, dates))
}

const FLAGS = DATE_FLAGS.map((flags) => VERSION | flags)

function contextOf(backendName: string, cookieName: string): string {
  return `limpet\0${backendName}\0${cookieName}\0`
}

function partsOf(bytes: Uint8Array): { readonly id: Uint8Array; readonly dates: Dates } {
  return { id: bytes.subarray(1, DATES_AT), dates: datesOf(bytes, DATES_AT) }
}

function sealWith(key: CryptoKey, context: string, id: Uint8Array, dates: Dates): Promise<string> {
  const bytes = unsigned(VERSION, DATES_AT, dates)
  bytes.set(id, 1)
  return signed(key, `${context}value\0`, bytes)
}
