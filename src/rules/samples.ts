// What a sample fetches from a request. A list: a header may have several values, nothing found is none.
// HAProxy: configuration manual 7.3. Truth is '1' and '0', numbers are decimal.

import type { Sample, Template } from '../config/rules/sample.ts'
import { cookieValues } from '../http/cookie-header.ts'
import { compileConverter } from './converters.ts'
import { valuesOf } from '../http/fields.ts'
import type { Fields } from '../http/fields.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

export type Fetch = (transaction: Transaction, view: View) => readonly string[]

const NOTHING: readonly string[] = []

export function compileSample({ fetch, argument, converters }: Sample): Fetch {
  let values = compileFetch(fetch, argument)
  for (const converter of converters) {
    const before = values
    const convert = compileConverter(converter)
    values = (transaction, view) => before(transaction, view).flatMap((value) => convert(value, view) ?? [])
  }
  return values
}

function compileFetch(fetch: string, argument: string): Fetch {
  switch (fetch) {
    case 'src':
      return ({ asked: { clientAddress } }) => (clientAddress === '' ? NOTHING : [clientAddress])
    case 'dst_port':
      return ({ asked }) => [String(asked.port)]
    case 'ssl_fc':
      return ({ asked }) => [asked.scheme === 'https' ? '1' : '0']
    case 'method':
      return ({ asked }) => [asked.method]
    case 'path':
      return ({ forOrigin }) => [forOrigin.target.path]
    case 'pathq':
      return ({ forOrigin }) => [forOrigin.target.pathAndQuery]
    case 'query':
      return ({ forOrigin }) => [forOrigin.target.query.slice(1)]
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
      return (_, view) => [String(view.facts.candidates(argument))]
    case 'url_param':
      return queryFetch(argument)
    case 'http_auth':
      return (transaction, view) => [view.groupsOf(argument, transaction) ? '1' : '0']
    case 'http_auth_group':
      return (transaction, view) => view.groupsOf(argument, transaction) ?? NOTHING
    case 'req.cook':
      return ({ forOrigin }) => cookieValues(forOrigin.headers.get('cookie'), argument)
    case 'status':
      return (_, { response }) => (response ? [String(response.status)] : NOTHING)
    case 'res.hdr': {
      const [name = '', occurrence] = argument.split(',')
      return (_, { response }) => (response ? occurrenceOf(valuesOf(response.headers, name), occurrence) : NOTHING)
    }
    case 'req.fhdr': {
      const [name = '', occurrence] = argument.split(',')
      return ({ forOrigin }) => occurrenceOf(forOrigin.headers.all(name), occurrence)
    }
    case 'res.fhdr': {
      const [name = '', occurrence] = argument.split(',')
      return (_, { response }) => (response ? occurrenceOf(response.headers.all(name), occurrence) : NOTHING)
    }
    case 'res.cook':
      return (_, { response }) => setCookieValues(response?.headers, argument)
    case 'req.hdr': {
      const [name = '', occurrence] = argument.split(',')
      return ({ forOrigin }) => occurrenceOf(valuesOf(forOrigin.headers, name), occurrence)
    }
    default:
      throw new TypeError(`no fetch ${fetch}`)
  }
}

/** The one value that a text gets: the last of several, as in HAProxy, with control characters encoded. */
export function compileTemplate(template: Template): (transaction: Transaction, view: View) => string {
  const parts = template.map((part) => (typeof part === 'string' ? part : compileSample(part)))
  return (transaction, view) =>
    parts.map((part) => (typeof part === 'string' ? part : printable(part(transaction, view).at(-1) ?? ''))).join('')
}

/** Encodes what no header can contain but a client can send through url_dec: `%0D%0A`, as HAProxy writes it. A tab may stay. */
export function printable(value: string): string {
  return CONTROL.test(value) ? value.replaceAll(CONTROLS, percentEncoded) : value
}

// eslint-disable-next-line no-control-regex -- control characters are what must be found
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/
const CONTROLS = new RegExp(CONTROL.source, 'g')

export function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** From the response's own Set-Cookie lines. As in HAProxy, a value also ends at a comma, unless it is quoted. */
function setCookieValues(headers: Fields | undefined, name: string): readonly string[] {
  const lines = headers?.all('set-cookie') ?? NOTHING
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
  return ({ forOrigin: { target } }) => {
    const whole = target.path + target.query
    const start = whole.indexOf(delimiter)
    if (start === -1) return NOTHING
    for (const pair of whole.slice(start + 1).split(/[&;]/)) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && pair.slice(0, equals) === name) return [pair.slice(equals + 1)]
    }
    return NOTHING
  }
}
