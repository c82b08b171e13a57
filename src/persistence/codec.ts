// What a cookie's value says and how to write one. Two formats: sealed.ts (Limpet's own) and haproxy-format.ts.

import type { CookieFormat } from '../config/config.ts'
import type { Dates } from './dates.ts'

/** A decoded value: which server's cookie, and since when. */
export interface Decoded {
  /** The server's `cookie`. */
  readonly serverCookie: string
  readonly dates: Dates
  readonly format: CookieFormat
}

/** A value that may be this codec's: `verify` decides. */
export const UNVERIFIED = Symbol('unverified')

export interface Codec {
  /** Costs a look-up. Undefined for anything not written by this codec with one of its keys; never throws. */
  decode(value: string): Decoded | undefined | typeof UNVERIFIED
  /** Costs a signature. Only for values that `decode` could not decide. */
  verify(value: string): Promise<Decoded | undefined>
  encode(serverCookie: string, dates: Dates): string | Promise<string>
}
