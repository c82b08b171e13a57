// Releases of an application beside each other: a client stays on the one that its page was loaded from. HAProxy has no word for them.

import * as v from 'valibot'

import { parseDurationMs } from '../duration.ts'
import { bool, duration, integer, listOf, name, oneOf, oneOrMore, text, token } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import type { Named } from '../names.ts'
import { sample } from '../rules/samples/sample-fields.ts'
import { parseSample } from '../rules/samples/sample.ts'
import type { Sample } from '../rules/samples/sample.ts'
import { list } from '../units.ts'
import { attribute, domain, lifetime } from './cookie.ts'

const MAX_KEPT = 100
const LEAST_KEPT_MS = 60_000
const MAX_KEPT_MS = 365 * 86_400_000

const path = v.pipe(
  v.string("must be a path such as '/assets/'"),
  v.regex(/^\/[^?#\s]*$/, "must begin with '/', without a query, '#' or a space"),
)
const paths = listOf(path, "must be a list of paths such as ['/assets/']")

export const releaseOptions = {
  /**
   * Identity of the release: the pin, commands and counters go by it.
   * @example name: '2026-11-25'
   */
  name: required(name),
  /**
   * Other words by which requests may name it: a git hash, a build id, a version.
   * @example ids: 'rel-2'
   */
  ids: option(oneOrMore(text, 'must be a word or a list of words'), { default: [] }),
}

export const releaseIdOptions = {
  /**
   * Parameter of the query that holds the release.
   * @example query: 'dpl'
   */
  query: option(text, { default: null }),
  /**
   * Header that holds the release.
   * @example header: 'x-deployment-id'
   */
  header: option(token, { default: null }),
  /**
   * Cookie that holds the release.
   * @example cookie: '__vdpl'
   */
  cookie: option(token, { default: null }),
}

export const releaseCookieOptions = {
  /** The cookie's name. */
  name: option(token, { default: 'RELEASE' }),
  /**
   * How long a client may stay away and keep its release.
   * @default 30m with documents 'own', else for ever
   * @example maxidle: '1h'
   */
  maxidle: option(lifetime, { unit: 's' }),
  /**
   * How long a client keeps its release, however often it comes back.
   * @default 24h with documents 'own', else for ever
   * @example maxlife: '8h'
   */
  maxlife: option(lifetime, { unit: 's' }),
  /**
   * Domain whose hosts get the cookie back, in place of the one host that set it; several become several `domain` attributes.
   * @example domain: '.example.com'
   */
  domain: option(oneOrMore(domain, "must be a domain name such as '.example.com', or a list of them"), {
    default: [],
  }),
  /** Lets browsers send the cookie over https only; `auto` does so for clients that came by https. */
  secure: option(v.union([bool, v.literal('auto')], "must be true, false or 'auto'"), { default: 'auto' }),
  /**
   * Further attributes of the cookie, each written as it is. `Path=/` and `HttpOnly` are always there.
   * @example attr: ['SameSite=None']
   */
  attr: option(listOf(attribute, 'must be a list of attributes'), {
    default: ['SameSite=Lax'],
  }),
}

export const releasesOptions = {
  /**
   * The releases that there are, oldest first.
   * @example list: ['2026-11-24', { name: '2026-11-25', ids: 'rel-2' }]
   */
  list: required(
    listOf(v.union([name, objectOf(releaseOptions)], 'must be a name or { name, ids }'), 'must be a list of releases'),
  ),
  /**
   * The release that new documents come from, until a command promotes another.
   * @default the only one of the list
   * @example current: '2026-11-24'
   */
  current: option(name),
  /**
   * How long a release that was replaced still serves the pages that were loaded from it, or how many such releases do.
   * @example kept: '12h'
   */
  kept: option(
    v.union(
      [integer(1, MAX_KEPT), duration(LEAST_KEPT_MS, MAX_KEPT_MS)],
      "must be a duration such as '7d', or how many releases are kept, 1 to 100",
    ),
    { default: '7d' },
  ),
  /**
   * With `own`, documents of a client come from its release until its cookie ends; for sessions in the servers' memory. With `current`,
   * each document comes from the current release, and what the page loads afterwards from the document's.
   */
  documents: option(oneOf(['own', 'current']), { default: 'own' }),
  /**
   * The cookie that says which release a client's documents came from. It is sealed with `LIMPET_COOKIE_KEYS`.
   * @example cookie: { name: 'RELEASE', maxidle: '1h' }
   */
  cookie: option(objectOf(releaseCookieOptions), { default: {} }),
  /**
   * Where requests name their release themselves, in order; what names no release of the list is ignored.
   * @example ids: [{ query: 'dpl' }, { header: 'x-deployment-id' }]
   */
  ids: option(listOf(objectOf(releaseIdOptions), 'must be a list of { query }, { header } or { cookie }'), {
    default: [],
  }),
  /**
   * Beginnings of the paths of hashed files, which have one content for ever.
   * @example assets: ['/static/']
   */
  assets: option(paths, {
    default: ['/_next/static/', '/_app/immutable/', '/_nuxt/', '/_astro/', '/assets/'],
  }),
  /**
   * Asks the other releases for a file that the chosen one does not have (404, 410, or HTML in place of a script), at the cost of
   * at most a tenth more requests.
   */
  rescue: option(bool, { default: true }),
  /**
   * Paths that tell a page of a newer version: answered by the release that the client's next document comes from.
   * @example live: ['/version.json']
   */
  live: option(paths, {
    default: ['/_app/version.json', '/_nuxt/builds/latest.json'],
  }),
  /**
   * What decides whether a client gets a canary: `client` draws once and remembers it in the cookie, `source` takes the address, and a sample
   * keeps all clients of one value together.
   * @example draw: 'source'
   */
  draw: option(v.union([oneOf(['client', 'source']), sample], "must be 'client', 'source' or a sample"), {
    default: 'client',
  }),
}

export type ReleasesInput = Written<typeof releasesOptions>

export interface Release {
  readonly name: string
  /** Other words for it. */
  readonly ids: readonly string[]
}

/** Where a request may name a release. */
export interface ReleaseId {
  readonly in: keyof typeof releaseIdOptions
  readonly name: string
}

export interface ReleaseCookie extends Omit<Values<typeof releaseCookieOptions>, 'domain' | 'maxidleS' | 'maxlifeS'> {
  readonly domain: readonly string[]
  /** Null: for ever. */
  readonly maxidleS: number | null
  readonly maxlifeS: number | null
}

type ByHand = 'list' | 'current' | 'kept' | 'cookie' | 'ids' | 'draw'

export interface Releases extends Omit<Values<typeof releasesOptions>, ByHand> {
  /** The backend that they are written in: pins, commands and what is set go by it. */
  readonly owner: Named
  /** Oldest first. */
  readonly list: readonly Release[]
  readonly current: string
  /** How long a replaced release is kept; null: `keptCount` of them are. */
  readonly keptMs: number | null
  readonly keptCount: number | null
  readonly cookie: ReleaseCookie
  readonly ids: readonly ReleaseId[]
  readonly draw: 'client' | 'source' | Sample
}

/** The shortest duration is longer. */
function isCount(kept: number | string): kept is number {
  return typeof kept === 'number' && kept <= MAX_KEPT
}

/** How long a pin is valid under `own`. */
const OWN = { maxidleS: 30 * 60, maxlifeS: 24 * 3600 } as const
const CURRENT = { maxidleS: null, maxlifeS: null } as const

export function resolveReleases(
  input: ReleasesInput,
  owner: { readonly name: string; readonly formerly: string | readonly string[] },
  profile: Profile,
): Releases {
  const { kept, cookie, ids, draw, ...values } = valuesOf(releasesOptions, input, profile)
  const all = values.list.map((each): Release => {
    return typeof each === 'string' ? { name: each, ids: [] } : { name: each.name, ids: list(each.ids) }
  })
  return {
    ...values,
    owner: { name: owner.name, formerly: list(owner.formerly) },
    list: all,
    current: values.current ?? all[0]!.name,
    keptMs: isCount(kept) ? null : parseDurationMs(kept)!,
    keptCount: isCount(kept) ? kept : null,
    cookie: resolveReleaseCookie(cookie, values.documents, profile),
    ids: ids.flatMap((each) => releaseIdOf(each) ?? []),
    draw: draw === 'client' || draw === 'source' ? draw : parseSample(draw)!,
  }
}

function resolveReleaseCookie(
  input: Written<typeof releaseCookieOptions>,
  documents: Releases['documents'],
  profile: Profile,
): ReleaseCookie {
  const values = valuesOf(releaseCookieOptions, input, profile)
  const fallback = documents === 'own' ? OWN : CURRENT
  return {
    ...values,
    domain: list(values.domain),
    maxidleS: values.maxidleS ?? fallback.maxidleS,
    maxlifeS: values.maxlifeS ?? fallback.maxlifeS,
  }
}

/** Undefined unless there is exactly one. */
export function releaseIdOf(input: Written<typeof releaseIdOptions>): ReleaseId | undefined {
  const [place, ...more] = (['query', 'header', 'cookie'] as const).filter((each) => input[each] !== undefined)
  return place === undefined || more.length > 0 ? undefined : { in: place, name: input[place]! }
}
