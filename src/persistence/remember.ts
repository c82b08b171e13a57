// Who shall serve this client next? Decides, once, after the attempt that succeeded, what happens to the response's
// cookies. The only place where a persistence cookie is written. HAProxy: configuration manual 4.2 "cookie".

import type { CookieConfig } from '../config/config.ts'
import { isCacheable } from './cacheable.ts'
import type { Codec } from './codec.ts'
import { NO_DATES, roundUpS } from './dates.ts'
import type { Dates } from './dates.ts'
import type { Recalled } from './recall.ts'

/** HAProxy's second cookie letter: N none, I inserted, U updated, P provided by the origin, D deleted. */
export type ResponseLetter = 'N' | 'I' | 'U' | 'P' | 'D'

/** What to do to a response. */
export interface CookieEdits {
  readonly letter: ResponseLetter
  /** The origin's own Set-Cookie lines of this name are to be dropped. */
  readonly dropOrigins: boolean
  /** A Set-Cookie value to append. */
  readonly setCookie: string | null
  /** `cache-control: private` is to be appended. */
  readonly addPrivate: boolean
}

export const NO_EDITS: CookieEdits = { letter: 'N', dropOrigins: false, setCookie: null, addPrivate: false }

export interface Answered {
  readonly method: string
  readonly status: number
  readonly headers: Headers
  /** The answering server's `cookie`. */
  readonly serverCookie: string | null
  /** Whether the client's own wish was granted. */
  readonly direct: boolean
  /** Whether the client came by https. */
  readonly https: boolean
}

/** A promise only when a value has to be sealed that is not known yet. */
export function remember(
  config: CookieConfig,
  codec: Codec,
  recalled: Pick<Recalled<unknown>, 'dates' | 'format'>,
  answered: Answered,
  nowS: number,
): CookieEdits | Promise<CookieEdits> {
  const originSets = setsCookie(answered.headers, config.name)
  if (originSets && config.preserve) return { ...NO_EDITS, letter: 'P' }
  const isDue = !answered.direct || needsUpdate(config, recalled, nowS)
  if (!isDue || (config.postonly && answered.method !== 'POST')) {
    return originSets ? { ...NO_EDITS, letter: 'D', dropOrigins: true } : NO_EDITS
  }
  if (answered.serverCookie === null) return write('D', '', '; Expires=Thu, 01-Jan-1970 00:00:01 GMT')
  const cause = answered.direct ? 'U' : 'I'
  const encoded = codec.encode(answered.serverCookie, datesToWrite(config, recalled.dates, nowS))
  return encoded instanceof Promise ? encoded.then((sealed) => write(cause, sealed)) : write(cause, encoded)

  function write(letter: ResponseLetter, value: string, expires = ''): CookieEdits {
    return {
      letter,
      dropOrigins: originSets,
      setCookie: `${config.name}=${value}${expires}; path=/${attributes(config, answered.https)}`,
      addPrivate: config.nocache && isCacheable(answered.method, answered.status, answered.headers),
    }
  }
}

/** Applies the edits. Headers must be mutable. */
export function applyCookieEdits(headers: Headers, config: CookieConfig, edits: CookieEdits): void {
  if (edits.dropOrigins) {
    const kept = headers.getSetCookie().filter((line) => !isNamed(line, config.name))
    headers.delete('set-cookie')
    for (const line of kept) headers.append('set-cookie', line)
  }
  if (edits.setCookie !== null) headers.append('set-cookie', edits.setCookie)
  if (edits.addPrivate) headers.append('cache-control', 'private')
}

/** Whether a client that was served by its own server needs its cookie anew. */
function needsUpdate(
  config: CookieConfig,
  recalled: Pick<Recalled<unknown>, 'dates' | 'format'>,
  nowS: number,
): boolean {
  const { lastS, firstS } = recalled.dates
  if (recalled.format !== config.format) return true
  if ((config.maxidleS !== null || lastS !== null) && (lastS === null || lastS < nowS)) return true
  return config.maxlifeS !== null ? firstS === null : firstS !== null
}

function datesToWrite(config: CookieConfig, known: Dates, nowS: number): Dates {
  if (config.maxidleS === null && config.maxlifeS === null) return NO_DATES
  const lastS = roundUpS(nowS)
  return { lastS, firstS: config.maxlifeS === null ? null : (known.firstS ?? lastS) }
}

/** In HAProxy's order. */
function attributes(config: CookieConfig, https: boolean): string {
  let text = ''
  for (const domain of config.domain) text += `; domain=${domain}`
  if (config.httponly) text += '; HttpOnly'
  if (config.secure === 'auto' ? https : config.secure) text += '; Secure'
  for (const attr of config.attr) text += `; ${attr}`
  return text
}

function setsCookie(headers: Headers, name: string): boolean {
  return headers.has('set-cookie') && headers.getSetCookie().some((line) => isNamed(line, name))
}

function isNamed(setCookieLine: string, name: string): boolean {
  const equals = setCookieLine.indexOf('=')
  return equals !== -1 && setCookieLine.slice(0, equals).trim() === name
}
