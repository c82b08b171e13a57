// Who served this client before? Reads the persistence cookie and says what it found (a verdict) and which server the
// client belongs to (a wish). Decides nothing else: whether the wish is honoured is dispatch's business.
// HAProxy: configuration manual 4.2 "cookie"; verdict letters 8.5.

import type { CookieConfig, CookieFormat } from '../config/config.ts'
import type { Codec, Decoded } from './codec.ts'
import { cookieValues, cookiesForOrigin, cookiesWithoutPrefix } from './cookie-header.ts'
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
  /** The server the client belongs to and may use: with the verdict `valid`, or `down` where that does not matter. */
  readonly wish: Server | undefined
  /** What the cookie said and is still believed. */
  readonly dates: Dates
  /** The format of the cookie that decided; null without one. */
  readonly format: CookieFormat | null
  /** The Cookie header for the origin: null removes it, undefined leaves it as it is. */
  readonly cookieForOrigin: string | null | undefined
}

/** Between a server and the application's own value, in prefix mode. */
export const PREFIX_DELIMITER = '~'

/** What recall must be told of a backend's servers. */
export interface ServersByCookie<Server> {
  /** Servers with this `cookie`, in the order of the configuration. */
  named(serverCookie: string): readonly Server[]
  servable(server: Server): boolean
  /** Also sends clients to a server that is not servable (`option persist`, `force-persist`). */
  readonly persistsDown?: boolean
}

/** When several cookies have the name, the best of them counts: a stale one beside a good one does no harm. */
const RANK: Record<Verdict, number> = { valid: 5, down: 4, expired: 3, old: 3, invalid: 2, none: 1, unused: 0 }

type Opened = Decoded | undefined

/** A promise only when a value is seen for the first time and has to be verified: most requests wait for nothing. */
export function recall<Server>(
  config: CookieConfig,
  codecs: readonly Codec[],
  cookieHeader: string | null,
  servers: ServersByCookie<Server>,
  nowS: number,
): Recalled<Server> | Promise<Recalled<Server>> {
  const cookieForOrigin = headerForOrigin(config, cookieHeader)
  const values = cookieValues(cookieHeader, config.name)
  const opened = values.map((value) => codecs.map((codec) => codec.decode(serverPart(config, value))))
  return opened.some((each) => each.some((one) => one instanceof Promise))
    ? Promise.all(opened.map((each) => Promise.all(each))).then(best)
    : best(opened as Opened[][])

  /** Of several cookies with the name; each is what the codecs made of it, in order. */
  function best(cookies: readonly (readonly Opened[])[]): Recalled<Server> {
    let found: Recalled<Server> = { verdict: 'none', wish: undefined, dates: NO_DATES, format: null, cookieForOrigin }
    for (const cookie of cookies) {
      const judged = judge(cookie)
      if (RANK[judged.verdict] > RANK[found.verdict]) found = judged
      if (found.verdict === 'valid') break
    }
    return found
  }

  function judge(cookie: readonly Opened[]): Recalled<Server> {
    let retained = NO_DATES
    for (const decoded of cookie) {
      if (!decoded) continue
      const { format, dates } = decoded
      const age = judgeDates(dates, config, nowS)
      if (age !== 'fresh') return { verdict: age, wish: undefined, dates: NO_DATES, format, cookieForOrigin }
      const named = serversFor(decoded)
      if (named.length === 0) {
        // HAProxy keeps the first date of a client whose server is unknown.
        retained = dates
        continue
      }
      const servable = named.find((server) => servers.servable(server))
      const wish = servable ?? (servers.persistsDown ? named[0] : undefined)
      return { verdict: servable ? 'valid' : 'down', wish, dates, format, cookieForOrigin }
    }
    return { verdict: 'invalid', wish: undefined, dates: retained, format: null, cookieForOrigin }
  }

  function serversFor(decoded: Decoded): readonly Server[] {
    return decoded.serverCookie === '' ? [] : servers.named(decoded.serverCookie)
  }
}

/** In prefix mode a server and the application share the value: `A~rest`; without a `~` the whole value may name a server. */
function serverPart(config: CookieConfig, value: string): string {
  const end = config.mode === 'prefix' ? value.indexOf(PREFIX_DELIMITER) : -1
  return end === -1 ? value : value.slice(0, end)
}

function headerForOrigin(config: CookieConfig, header: string | null): string | null | undefined {
  if (header === null) return undefined
  const forOrigin =
    config.mode === 'prefix'
      ? cookiesWithoutPrefix(header, config.name, PREFIX_DELIMITER)
      : cookiesForOrigin(header, config.mode === 'insert' && config.indirect ? config.name : null)
  return forOrigin === header ? undefined : forOrigin
}
