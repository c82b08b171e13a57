// What a cookie's value says and how to write one. Two formats: sealed.ts (Limpet's own) and haproxy-format.ts.

import type { CookieFormat } from '../config/config.ts'
import type { Dates } from './dates.ts'

/** A value that was understood: which server's cookie, and since when. */
export interface Decoded {
  /** The server's `cookie`. */
  readonly serverCookie: string
  readonly dates: Dates
  readonly format: CookieFormat
}

export interface Codec {
  /** Undefined for anything that was not written by this codec with one of its keys; never throws. */
  decode(value: string): Decoded | undefined | Promise<Decoded | undefined>
  encode(serverCookie: string, dates: Dates): string | Promise<string>
}
