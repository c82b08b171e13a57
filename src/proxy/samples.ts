// What a sample fetches from a request. A list: a header may have several values, nothing found is none.
// HAProxy: configuration manual 7.3. Truth is '1' and '0', numbers are decimal.

import type { MatchMethod } from '../config/rules/match-methods.ts'
import type { Sample, Template } from '../config/rules/sample.ts'
import { cookieValues } from '../persistence/cookie-header.ts'
import { compileConverter } from './converters.ts'
import { headerLines, headerValues } from './header-lines.ts'
import type { Incoming } from './incoming.ts'

/** What rules may know besides the request. */
export interface View {
  /** How many servers of a backend may get a new client. */
  readonly candidates: (backend: string) => number
  /** What a map has for a key. */
  readonly lookUp: (map: string, match: MatchMethod, key: string) => string | undefined
  /** The groups of the user of a list that the request's credentials prove; undefined when they prove none (users.ts). */
  readonly groupsOf: (userlist: string, incoming: Incoming) => readonly string[] | undefined
  /** In rules for responses. */
  readonly response?: { readonly status: number; readonly headers: Headers }
}

export type Fetch = (incoming: Incoming, view: View) => readonly string[]

const NOTHING: readonly string[] = []

export function compileSample({ fetch, argument, converters }: Sample): Fetch {
  let values = compileFetch(fetch, argument)
  for (const converter of converters) {
    const before = values
    const convert = compileConverter(converter)
    values = (incoming, view) => before(incoming, view).flatMap((value) => convert(value, view) ?? [])
  }
  return values
}

function compileFetch(fetch: string, argument: string): Fetch {
  switch (fetch) {
    case 'src':
      return ({ clientAddress }) => (clientAddress === '' ? NOTHING : [clientAddress])
    case 'dst_port':
      return ({ port }) => [String(port)]
    case 'ssl_fc':
      return ({ scheme }) => [scheme === 'https' ? '1' : '0']
    case 'method':
      return ({ request }) => [request.method]
    case 'path':
      return ({ url }) => [url.pathname]
    case 'pathq':
      return ({ url }) => [pathAndQuery(url)]
    case 'query':
      return ({ url }) => [url.search.slice(1)]
    case 'always_true':
      return () => ['1']
    case 'always_false':
      return () => ['0']
    case 'uuid':
      return () => [crypto.randomUUID()]
    case 'unique-id':
      return ({ uniqueId }) => (uniqueId ? [uniqueId()] : NOTHING)
    case 'str':
      return () => [argument]
    case 'nbsrv':
      return (_, view) => [String(view.candidates(argument))]
    case 'url_param':
      return queryFetch(argument)
    case 'http_auth':
      return (incoming, view) => [view.groupsOf(argument, incoming) ? '1' : '0']
    case 'http_auth_group':
      return (incoming, view) => view.groupsOf(argument, incoming) ?? NOTHING
    case 'req.cook':
      return ({ headers }) => cookieValues(headers.get('cookie'), argument)
    case 'status':
      return (_, { response }) => (response ? [String(response.status)] : NOTHING)
    case 'res.hdr': {
      const [name = '', occurrence] = argument.split(',')
      return (_, { response }) => (response ? occurrenceOf(headerValues(response.headers, name), occurrence) : NOTHING)
    }
    case 'req.fhdr': {
      const [name = '', occurrence] = argument.split(',')
      return ({ headers }) => occurrenceOf(headerLines(headers, name), occurrence)
    }
    case 'res.fhdr': {
      const [name = '', occurrence] = argument.split(',')
      return (_, { response }) => (response ? occurrenceOf(headerLines(response.headers, name), occurrence) : NOTHING)
    }
    case 'res.cook':
      return (_, { response }) => setCookieValues(response?.headers, argument)
    case 'req.hdr': {
      const [name = '', occurrence] = argument.split(',')
      return ({ headers }) => occurrenceOf(headerValues(headers, name), occurrence)
    }
    default:
      throw new TypeError(`no fetch ${fetch}`)
  }
}

export function pathAndQuery(url: URL): string {
  return url.pathname + queryOf(url)
}

/** With its `?`, even if nothing follows: `search` would be ''. */
export function queryOf({ search, href }: URL): string {
  return search === '' && href.includes('?') ? '?' : search
}

/** The one value that a text gets: the last, as HAProxy's does of several; its control characters are encoded. */
export function compileTemplate(template: Template): (incoming: Incoming, view: View) => string {
  const parts = template.map((part) => (typeof part === 'string' ? part : compileSample(part)))
  return (incoming, view) =>
    parts.map((part) => (typeof part === 'string' ? part : printable(part(incoming, view).at(-1) ?? ''))).join('')
}

/** What no header can hold, and a client can send by way of url_dec: `%0D%0A`, as HAProxy writes it. A tab may stay. */
export function printable(value: string): string {
  return CONTROL.test(value) ? value.replaceAll(CONTROLS, percentEncoded) : value
}

// eslint-disable-next-line no-control-regex -- control characters are what must be found
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/
const CONTROLS = new RegExp(CONTROL.source, 'g')

export function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Of the response's own Set-Cookie lines. As HAProxy reads them, a value ends at a comma, too, unless it is quoted. */
function setCookieValues(headers: Headers | undefined, name: string): readonly string[] {
  const lines = headers?.getSetCookie() ?? []
  return lines.flatMap((line) => {
    const [, found, value = ''] = /^\s*([^=;]*?)\s*=\s*("[^"]*"|[^;,]*)/.exec(line) ?? []
    return found === name ? [value.trimEnd()] : []
  })
}

/** `1` is the first, `-1` the last. */
function occurrenceOf(values: readonly string[], occurrence: string | undefined): readonly string[] {
  if (occurrence === undefined) return values
  const n = Number(occurrence)
  const value = values.at(n > 0 ? n - 1 : n)
  return value === undefined ? NOTHING : [value]
}

/**
 * `url_param(name[,delim])`: not decoded, as HAProxy reads it; the first of several, behind `?` or the delimiter.
 * `url_param(jsessionid,;)` finds the path parameter `;jsessionid=` of servlet containers.
 */
function queryFetch(argument: string): Fetch {
  const [name = '', delimiter = '?'] = argument.split(',')
  return ({ url }) => {
    const whole = url.pathname + url.search
    const start = whole.indexOf(delimiter)
    if (start === -1) return NOTHING
    for (const pair of whole.slice(start + 1).split(/[&;]/)) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && pair.slice(0, equals) === name) return [pair.slice(equals + 1)]
    }
    return NOTHING
  }
}
