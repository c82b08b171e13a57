// How a backend's cookies are read and written: a codec for each format that it accepts, and one more for each name that the
// backend had.

import type { Backend } from '../config/config.ts'
import { namesOf } from '../config/names.ts'
import type { Codec } from './codec.ts'
import { haproxyFormat, haproxyUndated } from './haproxy-format.ts'
import { createSealed } from './sealed.ts'
import type { ReadableCookie } from './recall.ts'
import type { CookieKeys } from './sealed.ts'

/** Of a cookie with this name, in the order in which they are tried; the first writes. */
export async function createCodecs(
  backend: Backend,
  cookieName: string | undefined,
  keys: CookieKeys,
): Promise<readonly Codec[]> {
  const { cookie } = backend
  if (!cookie || cookieName === undefined) return []
  const codecs: Codec[] = []
  for (const format of cookie.accept) {
    if (format === 'haproxy') codecs.push(cookie.mode === 'prefix' ? haproxyUndated : haproxyFormat)
    else {
      const named = backend.servers.flatMap((server) =>
        server.cookie === null ? [] : [server.cookie, ...server.formerly],
      )
      // Cookies of the backend's former names are only read.
      for (const name of namesOf(backend)) {
        codecs.push(await createSealed(keys, name, cookieName, [...new Set(named)]))
      }
    }
  }
  return codecs
}

/** For each name that the cookie had. */
export function createFormerCodecs(backend: Backend, keys: CookieKeys): Promise<readonly ReadableCookie[]> {
  const names = backend.cookie?.formerly ?? []
  return Promise.all(names.map(async (name) => ({ name, codecs: await createCodecs(backend, name, keys) })))
}
