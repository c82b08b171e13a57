// Which server served this client before? Reads the persistence cookie and says what it found (a verdict) and which server
// the client belongs to (a wish). Decides nothing else: dispatch decides whether to follow the wish.
// HAProxy: configuration manual 4.2 "cookie"; verdict letters 8.5.

import type { CookieConfig, CookieFormat } from '../config/config.ts'
import { UNVERIFIED } from './codec.ts'
import type { Codec, Decoded } from './codec.ts'
import { linesApart, UNDECODABLE, nextCookie, ownValue, withoutCookie, withoutPrefix } from '../http/cookie-header.ts'
import { judgeDates, NO_DATES } from './dates.ts'
import type { Dates } from './dates.ts'

/** HAProxy's log letters N I D V E O U. `unused`: another rule had chosen a server already. */
export type Verdict = 'none' | 'invalid' | 'down' | 'valid' | 'expired' | 'old' | 'unused'

export const VERDICT_LETTER: Record<Verdict, string> = {
  none: 'N',
  invalid: 'I',
  down: 'D',
  valid: 'V',
  expired: 'E',
  old: 'O',
  unused: 'U',
}

export interface Recalled<Server> {
  readonly verdict: Verdict
  /** The server that the client belongs to and may use: with the verdict `valid`, or `down` where it `persistsDown`. */
  readonly wish: Server | undefined
  /** Servers with the `cookie` that it names, whatever their states; none unless the cookie counts. */
  readonly named: readonly Server[]
  /** The dates of the cookie that still count. */
  readonly dates: Dates
  /** The format of the cookie that decided; null without one. */
  readonly format: CookieFormat | null
  /** It had a name of `formerly`. */
  readonly isFormer: boolean
  /** The Cookie header for the origin: null removes it, undefined leaves it as it is. */
  readonly cookieForOrigin: string | null | undefined
  /** The header has bytes that writing it again would lose, so our own cookie is left in it. */
  readonly isLeftAlone: boolean
}

/** Between a server and the application's own value, in prefix mode. */
export const PREFIX_DELIMITER = '~'

/** What recall must know about a backend's servers. */
export interface ServersByCookie<Server> {
  /** Servers with this `cookie`, in the order of the configuration. */
  named(serverCookie: string): readonly Server[]
  readonly servable: (server: Server) => boolean
  /** Whether a client may go to a server that is not servable (`option persist`, `force-persist`). */
  persistsDown?(server: Server): boolean
}

/** When several cookies have the name, the best of them counts: a stale one beside a good one does no harm. */
const RANK: Record<Verdict, number> = { valid: 5, down: 4, expired: 3, old: 3, invalid: 2, none: 1, unused: 0 }

/**
 * The most signatures that are verified for one request; each takes 11 us of CPU. As many as a browser keeps cookies
 * for one site, so that nothing a sibling domain sets can hide a good cookie.
 */
export const MAX_CHECKS = 180

/** A cookie's name and what reads its values; the first codec writes. */
export interface ReadableCookie {
  readonly name: string
  readonly codecs: readonly Codec[]
}

const NO_FORMER: readonly ReadableCookie[] = []

/** No cookie was looked at, or there was none. */
export const NOT_RECALLED: Recalled<never> = {
  verdict: 'none',
  wish: undefined,
  named: [],
  dates: NO_DATES,
  format: null,
  isFormer: false,
  cookieForOrigin: undefined,
  isLeftAlone: false,
}

/**
 * Looks at all cookies of the name, and if none of them is valid, at those of former names. Values that need no signature, or
 * whose signature was verified before, are judged first: the result is a promise only if none of these is valid and
 * something is left to verify.
 */
export function recall<Server>(
  config: CookieConfig,
  codecs: readonly Codec[],
  cookieHeader: string | null,
  servers: ServersByCookie<Server>,
  nowS: number,
  former: readonly ReadableCookie[] = NO_FORMER,
): Recalled<Server> | Promise<Recalled<Server>> {
  if (cookieHeader === null) return NOT_RECALLED
  const header = cookieHeader
  const first = nextCookie(header, config.name, 0)
  // Most requests of new clients have other cookies only.
  if (first === -1 && former.length === 0) return NOT_RECALLED
  const edited = headerForOrigin(config, header, first)
  // The session is worth more than a byte of another cookie: with the prefix left in, the application would not recognise it.
  const isLeftAlone = edited !== header && config.mode !== 'prefix' && header.includes(UNDECODABLE)
  const cookieForOrigin = edited === header || isLeftAlone ? undefined : edited
  // An edited header contains the cookie, so the result will be another.
  let found: Recalled<Server> = NOT_RECALLED
  let unverified: Unverified[] | undefined
  let checksLeft = MAX_CHECKS
  lookAt(config.name, codecs, false, first)
  if (unverified) return verifyAll().then(lookAtFormer)
  return former.length === 0 ? found : lookAtFormer()

  function lookAtFormer(): Recalled<Server> | Promise<Recalled<Server>> {
    for (const cookie of former) {
      if (found.verdict === 'valid') return found
      lookAt(cookie.name, cookie.codecs, true, nextCookie(header, cookie.name, 0))
    }
    return unverified ? verifyAll() : found
  }

  /** `from`: where the first cookie of the name is; -1: there is none. */
  function lookAt(name: string, readers: readonly Codec[], isFormer: boolean, from: number): void {
    for (let at = from; at !== -1; at = nextCookie(header, name, at + name.length)) {
      const value = serverPart(config, ownValue(header, at))
      const decoded = decodeFirst(readers, value)
      if (decoded === UNVERIFIED) (unverified ??= []).push({ value, readers, isFormer })
      else consider(decoded, isFormer)
      if (found.verdict === 'valid') {
        unverified = undefined
        return
      }
    }
  }

  /** In the order of the header, each value once, until one is valid. */
  async function verifyAll(): Promise<Recalled<Server>> {
    const waiting = unverified!
    unverified = undefined
    const seen = new Set<string>()
    for (const { value, readers, isFormer } of waiting) {
      if (seen.has(value)) continue
      seen.add(value)
      for (const codec of readers) {
        if (checksLeft === 0) return found
        if (codec.decode(value) !== UNVERIFIED) continue
        checksLeft -= 1
        consider(await codec.verify(value), isFormer)
        if (found.verdict === 'valid') return found
      }
    }
    return found
  }

  /** Of several cookies with the name, the best counts. */
  function consider(decoded: Decoded | undefined, isFormer: boolean): void {
    const { verdict, wish, named, dates } = judge(decoded)
    if (RANK[verdict] <= RANK[found.verdict]) return
    const format = verdict === 'invalid' ? null : decoded!.format
    found = { verdict, wish, named, dates, format, isFormer, cookieForOrigin, isLeftAlone }
  }

  function judge(decoded: Decoded | undefined): Pick<Recalled<Server>, 'verdict' | 'wish' | 'named' | 'dates'> {
    if (!decoded) return { verdict: 'invalid', wish: undefined, named: [], dates: NO_DATES }
    const { dates } = decoded
    const age = judgeDates(dates, config, nowS)
    if (age !== 'fresh') return { verdict: age, wish: undefined, named: [], dates: NO_DATES }
    const named = servers.named(decoded.serverCookie)
    // HAProxy keeps the first date of a client whose server is unknown.
    if (named.length === 0) return { verdict: 'invalid', wish: undefined, named, dates }
    const servable = named.find(servers.servable)
    const wish = servable ?? named.find((server) => servers.persistsDown?.(server))
    return { verdict: servable ? 'valid' : 'down', wish, named, dates }
  }
}

interface Unverified {
  readonly value: string
  readonly readers: readonly Codec[]
  readonly isFormer: boolean
}

/**
 * What the first codec that understands the value makes of it. HAProxy's format takes anything for a name, so it is
 * asked last, whatever the order in which formats are written.
 */
function decodeFirst(codecs: readonly Codec[], value: string): Decoded | undefined | typeof UNVERIFIED {
  let last: Decoded | undefined
  for (const codec of codecs) {
    const decoded = codec.decode(value)
    if (decoded === undefined) continue
    if (typeof decoded === 'symbol' || decoded.format === 'sealed') return decoded
    last = decoded
  }
  return last
}

/** In prefix mode a server and the application share the value: `A~rest`; without a `~` the whole value may name a server. */
export function serverPart(config: Pick<CookieConfig, 'mode'>, value: string): string {
  const end = config.mode === 'prefix' ? value.indexOf(PREFIX_DELIMITER) : -1
  return end === -1 ? value : value.slice(0, end)
}

function headerForOrigin(config: CookieConfig, header: string, first: number): string | null {
  const { name, formerly, mode, indirect } = config
  if (mode === 'prefix') return linesApart(withoutPrefix(header, name, PREFIX_DELIMITER), name, false)
  if (mode !== 'insert' || !indirect) return linesApart(header, name, mode === 'insert')
  let forOrigin = withoutCookie(header, name, first)
  for (const former of formerly) if (forOrigin !== null) forOrigin = withoutCookie(forOrigin, former)
  return forOrigin
}
