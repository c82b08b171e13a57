// The persistence cookie of a backend: HAProxy's `cookie` line (configuration manual 4.2 "cookie").

import * as v from 'valibot'

import { ATTRIBUTE, bool, duration, listOf, oneOf, oneOrMore, token } from '../fields.ts'
import { option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { list } from '../units.ts'

const FORMATS = ['sealed', 'haproxy'] as const
export const domain = v.pipe(v.string(), v.regex(/^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, 'must be a domain name'))
export const attribute = v.pipe(
  v.string('must be a string'),
  v.regex(ATTRIBUTE, "would break the header: no control characters, ';' or ','"),
)
/** Whole seconds, as a date in a cookie has them. */
export const lifetime = duration(1000, 2_147_483_647_000)

export const cookieOptions = {
  /**
   * The cookie's name.
   * @example name: 'SERVERID'
   */
  name: required(token),
  /**
   * Names that this cookie had: cookies of these names are still read, and none is written.
   * @example formerly: 'SRV'
   */
  formerly: option(oneOrMore(token, "must be a cookie's name, or a list of them"), { default: [] }),
  /**
   * How the cookie reaches the client: `insert` adds one, `prefix` puts the server's name in front of the origin's own cookie,
   * `rewrite` replaces the value of the origin's cookie, and `passive` only reads what the origin set.
   */
  mode: option(oneOf(['insert', 'prefix', 'rewrite', 'passive']), {
    default: 'insert',
    word: [
      { word: 'insert', means: 'insert' },
      { word: 'prefix', means: 'prefix' },
      { word: 'rewrite', means: 'rewrite' },
    ],
  }),
  /**
   * What a written value looks like: `sealed` is opaque and signed, `haproxy` is the server's cookie value in clear.
   * @why a client cannot choose or learn its server
   */
  format: option(oneOf(FORMATS), { default: 'sealed', haproxy: 'haproxy' }),
  /**
   * Formats that are read besides the one that is written, for as long as clients still have such cookies.
   * @example accept: ['haproxy']
   */
  accept: option(listOf(oneOf(FORMATS), "must be a list of 'sealed' and 'haproxy'"), { default: [] }),
  /**
   * Cuts the cookie out of the request, so that the origin does not see it. In the other modes it drops the origin's own
   * `Set-Cookie` for a client whose cookie is valid.
   * @default true in mode insert, so that the application does not see the cookie; else, and in a haproxy.cfg, false
   */
  indirect: option(bool, { word: 'indirect' }),
  /**
   * Adds `Cache-Control: private` to a cacheable answer that carries the cookie, so that no shared cache hands it to others.
   * @why no cache may hand one client's server to everybody
   */
  nocache: option(bool, { default: true, haproxy: false, word: 'nocache' }),
  /** Writes the cookie only on answers to POST requests. */
  postonly: option(bool, { default: false, word: 'postonly' }),
  /** Leaves a cookie of this name that the origin sets as it is and writes none beside it, so that an application can end a session. */
  preserve: option(bool, { default: false, word: 'preserve' }),
  /**
   * In mode `insert`, writes no cookie on an answer that shared caches may reuse (`immutable`, or `public` with a lifetime) to a
   * GET or HEAD without any cookie of the application.
   * @why files stay in shared caches; nobody has a session yet
   */
  skipCacheable: option(bool, { default: true, haproxy: false }),
  /**
   * Keeps scripts in the browser from reading the cookie.
   * @why no script needs it
   */
  httponly: option(bool, { default: true, haproxy: false, word: 'httponly' }),
  /**
   * Lets browsers send the cookie over https only; `auto` does so for clients that came by https.
   * @why never sent in clear once it was set over https
   */
  secure: option(v.union([bool, v.literal('auto')], "must be true, false or 'auto'"), {
    default: 'auto',
    haproxy: false,
    word: { word: 'secure', means: true },
  }),
  /**
   * Domain whose hosts get the cookie back, in place of the one host that set it; several become several `domain` attributes.
   * @example domain: '.example.com'
   */
  domain: option(oneOrMore(domain, "must be a domain name such as '.example.com', or a list of them"), {
    default: [],
    word: 'domain',
  }),
  /**
   * Further attributes of the cookie, each written as it is.
   * @example attr: ['SameSite=None']
   * @why what browsers assume, said aloud
   */
  attr: option(listOf(attribute, 'must be a list of attributes'), {
    default: ['SameSite=Lax'],
    haproxy: [],
    word: 'attr',
  }),
  /**
   * How long a client may stay away and still find its server.
   * @example maxidle: '30m'
   */
  maxidle: option(lifetime, { default: null, unit: 's', word: { word: 'maxidle', unit: 's' } }),
  /**
   * How long a cookie is valid after the client's first visit, however often it comes back.
   * @example maxlife: '8h'
   */
  maxlife: option(lifetime, { default: null, unit: 's', word: { word: 'maxlife', unit: 's' } }),
}

export type CookieInput = Written<typeof cookieOptions>
type CookieValues = Values<typeof cookieOptions>

export type CookieFormat = CookieValues['format']

/** Which of them writes: `insert` the balancer; `prefix` and `rewrite` change the origin's own; `passive` nobody. */
export type CookieMode = CookieValues['mode']

export interface CookieConfig extends Omit<CookieValues, 'formerly' | 'accept' | 'indirect' | 'domain'> {
  /** Names that it had: cookies of these are read, and not written. */
  readonly formerly: readonly string[]
  /** Every format that is understood; includes `format`. */
  readonly accept: readonly CookieFormat[]
  readonly indirect: boolean
  readonly domain: readonly string[]
}

export function resolveCookie(input: CookieInput, profile: Profile): CookieConfig {
  const values = valuesOf(cookieOptions, input, profile)
  const { format, mode } = values
  return {
    ...values,
    formerly: list(values.formerly),
    accept: [...new Set([format, ...values.accept])],
    // In the other modes it would delete the application's own cookie.
    indirect: values.indirect ?? (mode === 'insert' && profile === 'limpet'),
    domain: list(values.domain),
  }
}
