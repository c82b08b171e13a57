// What a sample fetches from a request. A list: a header may have several values, nothing found is none.
// HAProxy: configuration manual 7.3. Truth is '1' and '0', numbers are decimal.

import type { Sample, Template } from '../config/sample.ts'
import { cookieValues } from '../persistence/cookie-header.ts'
import type { Incoming } from './incoming.ts'

/** What rules may know besides the request. */
export interface View {
  /** How many servers of a backend may get a new client. */
  readonly candidates: (backend: string) => number
  /** In rules for responses. */
  readonly response?: { readonly status: number; readonly headers: Headers }
}

export type Fetch = (incoming: Incoming, view: View) => readonly string[]

const NOTHING: readonly string[] = []

export function compileSample({ fetch, argument, converters }: Sample): Fetch {
  const values = compileFetch(fetch, argument)
  if (converters.length === 0) return values
  const convert = (text: string) =>
    converters.reduce((value, name) => (name === 'lower' ? value.toLowerCase() : value.toUpperCase()), text)
  return (incoming, view) => values(incoming, view).map(convert)
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
      return ({ url }) => [url.pathname + url.search]
    case 'query':
      return ({ url }) => [url.search.slice(1)]
    case 'always_true':
      return () => ['1']
    case 'always_false':
      return () => ['0']
    case 'str':
      return () => [argument]
    case 'nbsrv':
      return (_, view) => [String(view.candidates(argument))]
    case 'url_param':
      return ({ url }) => queryValues(url.search, argument)
    case 'req.cook':
      return ({ headers }) => cookieValues(headers.get('cookie'), argument)
    case 'status':
      return (_, { response }) => (response ? [String(response.status)] : NOTHING)
    case 'res.hdr': {
      const [name = '', occurrence] = argument.split(',')
      return (_, { response }) => occurrenceOf(headerValues(response?.headers.get(name) ?? null), occurrence)
    }
    case 'req.hdr': {
      const [name = '', occurrence] = argument.split(',')
      return ({ headers }) => occurrenceOf(headerValues(headers.get(name)), occurrence)
    }
    default:
      throw new TypeError(`no fetch ${fetch}`)
  }
}

/** The one value that a text gets: the last, as HAProxy's does of several. */
export function compileTemplate(template: Template): (incoming: Incoming, view: View) => string {
  const parts = template.map((part) => (typeof part === 'string' ? part : compileSample(part)))
  return (incoming, view) =>
    parts.map((part) => (typeof part === 'string' ? part : (part(incoming, view).at(-1) ?? ''))).join('')
}

function headerValues(header: string | null): readonly string[] {
  return header === null ? NOTHING : header.split(',').map((value) => value.trim())
}

/** `1` is the first, `-1` the last. */
function occurrenceOf(values: readonly string[], occurrence: string | undefined): readonly string[] {
  if (occurrence === undefined) return values
  const n = Number(occurrence)
  const value = values.at(n > 0 ? n - 1 : n)
  return value === undefined ? NOTHING : [value]
}

/** Not decoded, as HAProxy reads it; the first of several. */
function queryValues(search: string, name: string): readonly string[] {
  for (const pair of search.slice(1).split(/[&;]/)) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals) === name) return [pair.slice(equals + 1)]
  }
  return NOTHING
}
