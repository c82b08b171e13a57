// Builders for this room's tests: a cookie configuration, keys, and servers named by cookie.

import type { CookieConfig } from '../config/config.ts'
import { resolveCookie } from '../config/options/cookie.ts'
import { UNVERIFIED } from './codec.ts'
import type { Codec, Decoded } from './codec.ts'
import type { ServersByCookie } from './recall.ts'

export const NOW_S = 1_795_217_064

export function cookieConfig(options: Partial<CookieConfig> = {}): CookieConfig {
  const bare = resolveCookie({ name: 'SRV' }, 'haproxy')
  return { ...bare, accept: [options.format ?? bare.format], ...options }
}

/** Servers A, B and C; `down` ones may not keep clients. */
export function servers(down: readonly string[] = [], persistsDown = false): ServersByCookie<string> {
  return {
    named: (cookie) => ['A', 'B', 'C'].filter((name) => name === cookie),
    servable: (name) => !down.includes(name),
    persistsDown: () => persistsDown,
  }
}

/** What a codec makes of a value in the end. */
export async function opened(codec: Codec, value: string): Promise<Decoded | undefined> {
  const decoded = codec.decode(value)
  return decoded === UNVERIFIED ? codec.verify(value) : decoded
}
