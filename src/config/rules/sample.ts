// HAProxy's sample expressions, `req.hdr(x-user),lower`, and texts that hold them, `user %[req.cook(id)]`
// (configuration manual 7.1 and 8.2.6): from text to parts. What they fetch from a request is rules/samples.ts's business.

import { MAP_MATCHES } from './match-methods.ts'
import type { MatchMethod } from './match-methods.ts'

/** What can be fetched, and whether it takes an argument. */
const FETCHES: Record<string, 'none' | 'argument'> = {
  /** The client's address. */
  src: 'none',
  /** The port that the client came to. */
  dst_port: 'none',
  /** 1 if the client came by https, else 0. */
  ssl_fc: 'none',
  /** The method, such as GET. */
  method: 'none',
  /** The path, without the query. */
  path: 'none',
  /** The path with the query. */
  pathq: 'none',
  /** The query, without its `?`. */
  query: 'none',
  /** 1. */
  always_true: 'none',
  /** 0. */
  always_false: 'none',
  /** A new UUID. */
  uuid: 'none',
  /** The request's name, which `uniqueId` of the frontend makes. */
  'unique-id': 'none',
  /** The values of a header, which may hold several between commas; `req.hdr(x-user,-1)` is the last. */
  'req.hdr': 'argument',
  /** The lines of a header, each as a whole; `req.fhdr(user-agent,1)` is the first. */
  'req.fhdr': 'argument',
  /** The value of a cookie. */
  'req.cook': 'argument',
  /** The value of a parameter of the query; `url_param(jsessionid,;)` looks behind a `;` of the path. */
  url_param: 'argument',
  /** The number of servers of a backend that get new clients. */
  nbsrv: 'argument',
  /** This text. */
  str: 'argument',
  /** 1 if the client's name and password are in this userlist, else 0. */
  http_auth: 'argument',
  /** The groups that the client belongs to in this userlist. */
  http_auth_group: 'argument',
  // In rules for responses only.
  /** The status of the response. */
  status: 'none',
  /** The values of a header of the response, which may hold several between commas. */
  'res.hdr': 'argument',
  /** The lines of a header of the response, each as a whole. */
  'res.fhdr': 'argument',
  /** The value of a cookie that the response sets. */
  'res.cook': 'argument',
}

const ALIASES: Record<string, string> = {
  hdr: 'req.hdr',
  cook: 'req.cook',
  cookie: 'req.cook',
  urlp: 'url_param',
  set_cookie: 'res.cook',
  scook: 'res.cook',
  shdr: 'res.hdr',
  fhdr: 'req.fhdr',
  'capture.req.method': 'method',
  'capture.req.uri': 'pathq',
}

/** How what is fetched is compared when nothing is said; anything else as text. */
export const OWN_MATCH: Readonly<Record<string, MatchMethod>> = {
  src: 'ip',
  dst_port: 'int',
  nbsrv: 'int',
  status: 'int',
  ssl_fc: 'bool',
  http_auth: 'bool',
  always_true: 'bool',
  always_false: 'bool',
}

const CONVERTER_ALIASES: Record<string, string> = { map: 'map_str' }

/** What can become of a value, and how many arguments it takes: from, to (manual 7.3.1). */
const CONVERTERS: Record<string, readonly [number, number]> = {
  /** In lower case. */
  lower: [0, 0],
  /** In upper case. */
  upper: [0, 0],
  /** The number of its characters. */
  length: [0, 0],
  /** With `%20` and its like decoded; `+` is a blank in the query, with the argument 1 everywhere. */
  url_dec: [0, 1],
  /** `field(2,;)`: the second of the parts between semicolons, `field(-1,;)` the last. */
  field: [2, 2],
  /** `word(2,.)`: as `field`, but empty parts do not count. */
  word: [2, 2],
  /** `ipmask(24,64)`: the network of an address, by the bits of IPv4 and of IPv6. */
  ipmask: [1, 2],
  ...Object.fromEntries(MAP_MATCHES.map((match) => [`map_${match}`, [1, 2]])),
}

/** The names that a sample refers to: maps, backends and lists of users that must exist. */
export function referencesOf({ fetch, argument, converters }: Sample) {
  return {
    maps: converters.filter(({ name }) => name.startsWith('map_')).map((call) => call.arguments[0]!),
    backend: fetch === 'nbsrv' ? argument : undefined,
    userlist: fetch === 'http_auth' || fetch === 'http_auth_group' ? argument : undefined,
  }
}

/** Fetches that need a response. */
export function needsResponse({ fetch }: Sample): boolean {
  return fetch === 'status' || fetch.startsWith('res.')
}

export interface Sample {
  readonly fetch: string
  /** '' when the fetch takes none. */
  readonly argument: string
  readonly converters: readonly Converter[]
}

export interface Converter {
  readonly name: string
  readonly arguments: readonly string[]
}

/** Literal text and samples in turn. */
export type Template = readonly (string | Sample)[]

/** Log-format variables that have a sample of the same meaning. */
const VARIABLES: Record<string, Sample> = {
  ci: { fetch: 'src', argument: '', converters: [] },
  fp: { fetch: 'dst_port', argument: '', converters: [] },
  HM: { fetch: 'method', argument: '', converters: [] },
  HP: { fetch: 'path', argument: '', converters: [] },
  HQ: { fetch: 'query', argument: '', converters: [] },
  HU: { fetch: 'pathq', argument: '', converters: [] },
  ID: { fetch: 'unique-id', argument: '', converters: [] },
}

export const SAMPLE_TEXT = `one of ${Object.entries(FETCHES)
  .map(([name, takes]) => (takes === 'none' ? name : `${name}(...)`))
  .join(', ')}, then perhaps converters: ${Object.keys(CONVERTERS)
  .map((name) => `,${name}`)
  .join(' ')}`

/** Undefined for anything that is not known. */
export function parseSample(text: string): Sample | undefined {
  const [first, ...rest] = parseCalls(text) ?? []
  if (!first) return undefined
  const fetch = own(ALIASES, first.name) ?? first.name
  const takes = own(FETCHES, fetch)
  const argument = first.arguments.join(',')
  if (takes === undefined || (takes === 'argument') !== (argument !== '')) return undefined
  const converters = rest.map((call) => ({ ...call, name: own(CONVERTER_ALIASES, call.name) ?? call.name }))
  return converters.every(isConverter) ? { fetch, argument, converters } : undefined
}

function isConverter({ name, arguments: given }: Converter): boolean {
  const bounds = own(CONVERTERS, name)
  if (!bounds || given.length < bounds[0] || given.length > bounds[1]) return false
  if (name === 'field' || name === 'word') return /^-?[1-9]\d{0,3}$/.test(given[0]!) && given[1] !== ''
  if (name === 'ipmask') return isLength(given[0]!, 32) && isLength(given[1] ?? '128', 128)
  return true
}

function isLength(text: string, most: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= most
}

// An argument may be quoted, so that it can hold a comma or a parenthesis.
const CALL = /([a-z0-9_.-]+)(?:\(((?:[^()'"]|'[^']*'|"[^"]*")*)\))?(,|$)/y
const ARGUMENT = /((?:[^,'"]|'[^']*'|"[^"]*")*)(,|$)/y

/** `name(a,b),name2` as names and arguments. */
function parseCalls(text: string): readonly Converter[] | undefined {
  const calls: Converter[] = []
  CALL.lastIndex = 0
  for (;;) {
    const match = CALL.exec(text)
    if (!match) return undefined
    calls.push({ name: match[1]!, arguments: match[2] === undefined ? [] : parseArguments(match[2]) })
    if (match[3] === '') return calls
  }
}

function parseArguments(text: string): readonly string[] {
  const found: string[] = []
  ARGUMENT.lastIndex = 0
  for (;;) {
    // Matches always: CALL has seen that every quote is closed.
    const match = ARGUMENT.exec(text)!
    found.push(match[1]!.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string) => a ?? b ?? ''))
    if (match[2] === '') return found
  }
}

/** Undefined when a `%` begins nothing that is known; `%%` is a percent sign. */
export function parseTemplate(text: string): Template | undefined {
  const parts: (string | Sample)[] = []
  let rest = text
  while (rest !== '') {
    const [, literal, token] = /^([^%]*)(%(?:%|\[(?:[^\]'"]|'[^']*'|"[^"]*")*\]|[A-Za-z]+))?/.exec(rest)!
    if (literal === '' && token === undefined) return undefined
    if (literal !== '') parts.push(literal!)
    if (token !== undefined) {
      const part =
        token === '%%' ? '%' : token[1] === '[' ? parseSample(token.slice(2, -1)) : own(VARIABLES, token.slice(1))
      if (part === undefined) return undefined
      parts.push(part)
    }
    rest = rest.slice(literal!.length + (token?.length ?? 0))
  }
  return parts
}

/** Not what objects inherit: `constructor` is no fetch. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
