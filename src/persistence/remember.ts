// Which server should serve this client next? Decides, once, after the attempt that succeeded, what happens to the response's
// cookies. The only place where a persistence cookie is written. HAProxy: configuration manual 4.2 "cookie".

import type { CookieConfig } from '../config/config.ts'
import { isCacheable, isReusable } from './cacheable.ts'
import type { Codec } from './codec.ts'
import { UNDECODABLE, withoutCookie } from '../http/cookie-header.ts'
import type { Fields, MutableFields } from '../http/fields.ts'
import { NO_DATES, roundUpS } from './dates.ts'
import type { Dates } from './dates.ts'
import { PREFIX_DELIMITER } from './recall.ts'
import type { Recalled } from './recall.ts'

/** HAProxy's second cookie letter: N none, I inserted, U updated, P provided by the origin, R rewritten, D deleted. */
export type ResponseLetter = 'N' | 'I' | 'U' | 'P' | 'R' | 'D'

/** What to do to a response. */
export interface CookieEdits {
  readonly letter: ResponseLetter
  /** The new value of the origin's own Set-Cookie lines of this name: undefined drops the line; null: all stay. */
  readonly editOrigins: ((value: string) => string | undefined) | null
  /** A Set-Cookie value to append. */
  readonly setCookie: string | null
  /** `cache-control: private` is to be appended. */
  readonly addPrivate: boolean
}

export const NO_EDITS: CookieEdits = { letter: 'N', editOrigins: null, setCookie: null, addPrivate: false }
const PROVIDED: CookieEdits = { ...NO_EDITS, letter: 'P' }
const DELETED: CookieEdits = { ...NO_EDITS, letter: 'D', editOrigins: () => undefined }

export interface Answered {
  readonly method: string
  readonly status: number
  readonly headers: Fields
  /** The request's, as the origin got them. */
  readonly requestHeaders: Fields
  /** The answering server's `cookie`. */
  readonly serverCookie: string | null
  /** Whether the client's own wish was granted. */
  readonly direct: boolean
  /** Whether the client came by https. */
  readonly https: boolean
}

type RecalledCookie = Pick<Recalled<unknown>, 'dates' | 'format' | 'isFormer'>

/** A promise only if a value must be sealed that is not known yet. */
export function remember(
  config: CookieConfig,
  codec: Codec,
  recalled: RecalledCookie,
  answered: Answered,
  nowS: number,
): CookieEdits | Promise<CookieEdits> {
  const originSets = setsCookie(answered.headers, config.name)
  if (originSets && config.preserve) return PROVIDED
  if (config.mode === 'insert') return insert(config, codec, recalled, answered, nowS, originSets)
  if (!originSets) return NO_EDITS
  if (config.indirect && answered.direct) return DELETED
  if (config.mode === 'passive' || answered.serverCookie === null) return PROVIDED
  return whenEncoded(codec.encode(answered.serverCookie, NO_DATES), (server) => ({
    ...NO_EDITS,
    letter: 'R',
    editOrigins: config.mode === 'prefix' ? (value) => server + PREFIX_DELIMITER + value : () => server,
  }))
}

/** The balancer's own cookie; the origin's of the same name is dropped whether or not one is written. */
function insert(
  config: CookieConfig,
  codec: Codec,
  recalled: RecalledCookie,
  answered: Answered,
  nowS: number,
  originSets: boolean,
): CookieEdits | Promise<CookieEdits> {
  const isDue = !answered.direct || needsUpdate(config, recalled, nowS)
  if (!isDue || (config.postonly && answered.method !== 'POST')) return originSets ? DELETED : NO_EDITS
  const cacheControl = config.skipCacheable || config.nocache ? answered.headers.get('cache-control') : null
  if (config.skipCacheable && isForEverybody([config.name, ...config.formerly], answered, cacheControl)) return NO_EDITS
  const { serverCookie } = answered
  // HAProxy's letter is I here, too, although the cookie is only set to be deleted.
  if (serverCookie === null) return write('I', '; Expires=Thu, 01-Jan-1970 00:00:01 GMT')('')
  const encoded = codec.encode(serverCookie, datesToWrite(config, recalled.dates, nowS))
  return whenEncoded(encoded, write(answered.direct ? 'U' : 'I'))

  function write(letter: ResponseLetter, expires = ''): (value: string) => CookieEdits {
    return (value) => ({
      letter,
      editOrigins: originSets ? DELETED.editOrigins : null,
      setCookie: `${config.name}=${value}${expires}; path=/${attributes(config, answered.https)}`,
      addPrivate: config.nocache && isCacheable(answered.method, answered.status, answered.headers, cacheControl),
    })
  }
}

/** The answer belongs to no session, and shared caches may give it to everybody. `own`: names of cookies that are not the application's. */
export function isForEverybody(
  own: readonly string[],
  { method, headers, requestHeaders }: Pick<Answered, 'method' | 'headers' | 'requestHeaders'>,
  cacheControl: string | null = headers.get('cache-control'),
): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || !isReusable(headers, cacheControl)) return false
  let cookies = requestHeaders.get('cookie')
  for (const name of own) if (cookies !== null) cookies = withoutCookie(cookies, name)
  return cookies === null && !headers.has('set-cookie')
}

function whenEncoded<T>(encoded: string | Promise<string>, then: (value: string) => T): T | Promise<T> {
  return encoded instanceof Promise ? encoded.then(then) : then(encoded)
}

/**
 * Applies the edits. False: lines have bytes that rewriting would lose, so all stay, and the
 * replacement follows them: of two Set-Cookie lines with one name a browser keeps the later.
 */
export function applyCookieEdits(
  headers: MutableFields,
  config: Pick<CookieConfig, 'name'>,
  edits: CookieEdits,
): boolean {
  const { editOrigins } = edits
  let isDone = true
  if (editOrigins) {
    const lines = headers.all('set-cookie')
    const own = (line: string) => (isNamed(line, config.name) ? edited(line, editOrigins) : line)
    isDone = !lines.some((line) => line.includes(UNDECODABLE))
    if (isDone) headers.remove('set-cookie')
    for (const line of lines) {
      const result = own(line)
      if (result !== undefined && (isDone || result !== line)) headers.append('set-cookie', result)
    }
  }
  if (edits.setCookie !== null) headers.append('set-cookie', edits.setCookie)
  if (edits.addPrivate) headers.append('cache-control', 'private')
  return isDone
}

/** Only the value changes; attributes stay as the origin wrote them. */
function edited(line: string, edit: (value: string) => string | undefined): string | undefined {
  const start = line.indexOf('=') + 1
  const semicolon = line.indexOf(';', start)
  const end = semicolon === -1 ? line.length : semicolon
  const value = edit(line.slice(start, end).trim())
  return value === undefined ? undefined : line.slice(0, start) + value + line.slice(end)
}

/** Whether a client that stayed on its server needs a new cookie. */
function needsUpdate(config: CookieConfig, recalled: RecalledCookie, nowS: number): boolean {
  const { lastS, firstS } = recalled.dates
  // A client that another rule sent here may have no cookie: then there is none to convert.
  if (recalled.isFormer || (recalled.format !== null && recalled.format !== config.format)) return true
  if ((config.maxidleS !== null || lastS !== null) && (lastS ?? 0) < nowS) return true
  return config.maxlifeS !== null ? firstS === null : firstS !== null
}

export function datesToWrite(config: CookieConfig, known: Dates, nowS: number): Dates {
  if (config.maxidleS === null && config.maxlifeS === null) return NO_DATES
  const lastS = roundUpS(nowS)
  return { lastS, firstS: config.maxlifeS === null ? null : (known.firstS ?? lastS) }
}

/** In HAProxy's order. */
export function attributes(
  config: Pick<CookieConfig, 'domain' | 'httponly' | 'secure' | 'attr'>,
  https: boolean,
): string {
  let text = ''
  for (const domain of config.domain) text += `; domain=${domain}`
  if (config.httponly) text += '; HttpOnly'
  if (config.secure === 'auto' ? https : config.secure) text += '; Secure'
  for (const attr of config.attr) text += `; ${attr}`
  return text
}

export function setsCookie(headers: Fields, name: string): boolean {
  return headers.has('set-cookie') && headers.all('set-cookie').some((line) => isNamed(line, name))
}

function isNamed(setCookieLine: string, name: string): boolean {
  const equals = setCookieLine.indexOf('=')
  return equals !== -1 && setCookieLine.slice(0, equals).trim() === name
}
