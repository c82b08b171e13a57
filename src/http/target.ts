// Where a request goes. It is parsed once, and every rule, hash and forward reads the same: `request.url` keeps `/x/../admin`, so code
// that reads it would see another path than the server. `rules`, `balancer`, `balance` and `persistence` touch no `URL`: only this file does.

import { BRACKETED } from '../config/brackets.ts'

export interface Target {
  /** Of the client's connection to us. */
  readonly scheme: 'http' | 'https'
  /** Lower case, with a port that is not the scheme's own. */
  readonly host: string
  readonly hostname: string
  /** '': the scheme's own. */
  readonly port: string
  readonly path: string
  /** With its `?`; '' without one, or when nothing follows it. */
  readonly query: string
  /** As on the wire: a lone `?` stays. */
  readonly pathAndQuery: string
}

/** Values are normalised as in URLs: `/x/../y` is `/y`, and characters that a URL cannot contain are escaped. */
export interface MutableTarget extends Target {
  path: string
  query: string
  /** False: not a Host that can be sent; nothing changes. */
  setHost(host: string): boolean
}

// RFC 9112 section 3.2: what a Host may be. Userinfo, paths and queries in it would change where the URL points.
const HOST = new RegExp(String.raw`^(?:[A-Za-z0-9._-]+|${BRACKETED})(?::\d{1,5})?$`)

interface Origin extends Pick<Target, 'scheme' | 'host' | 'hostname' | 'port'> {
  /** A URL of it begins so, as it was written: scheme and host are already in the form that is sent. */
  readonly isAsWritten: boolean
}

/** As text: a URL is made of it only to change it. */
class TextTarget implements MutableTarget {
  origin: Origin
  pathAndQuery: string
  /** The whole of it, while nothing has changed it. */
  written: string | undefined

  constructor(origin: Origin, pathAndQuery: string, written?: string) {
    this.origin = origin
    this.pathAndQuery = pathAndQuery
    this.written = written
  }

  get href(): string {
    return this.written ?? `${this.scheme}://${this.host}${this.pathAndQuery}`
  }

  get scheme(): Target['scheme'] {
    return this.origin.scheme
  }

  get host(): string {
    return this.origin.host
  }

  get hostname(): string {
    return this.origin.hostname
  }

  get port(): string {
    return this.origin.port
  }

  get path(): string {
    const { pathAndQuery } = this
    const end = pathAndQuery.indexOf('?')
    return end === -1 ? pathAndQuery : pathAndQuery.slice(0, end)
  }

  set path(pathname: string) {
    this.change({ pathname: untabbed(pathname) })
  }

  get query(): string {
    const { pathAndQuery } = this
    const start = pathAndQuery.indexOf('?')
    return start === -1 || start === pathAndQuery.length - 1 ? '' : pathAndQuery.slice(start)
  }

  set query(search: string) {
    this.change({ search: untabbed(search) })
  }

  change(parts: Partial<URL>): void {
    this.pathAndQuery = pathAndQueryOf(Object.assign(toUrl(this), parts))
    this.written = undefined
  }

  setHost(host: string): boolean {
    const origin = `${this.scheme}://${host}`
    if (!HOST.test(host) || !URL.canParse(origin)) return false
    this.origin = originOf(new URL(origin))
    this.written = undefined
    return true
  }
}

function originOf({ protocol, host, hostname, port }: URL): Origin {
  return { scheme: protocol === 'https:' ? 'https' : 'http', host, hostname, port, isAsWritten: false }
}

/** With a `?` behind which there is nothing. */
function pathAndQueryOf({ pathname, search, href }: URL): string {
  return pathname + (search === '' && /^[^#]*\?/.test(href) ? '?' : search)
}

/** A URL would drop them. */
function untabbed(text: string): string {
  return text.replaceAll('\t', '%09')
}

export function targetOf(url: URL): MutableTarget {
  return new TextTarget(originOf(url), pathAndQueryOf(url))
}

/** For handing it to the platform. Without a fragment: no server sees one. */
export function toHref(target: Target): string {
  return target instanceof TextTarget ? target.href : `${target.scheme}://${target.host}${target.pathAndQuery}`
}

export function toUrl(target: Target): URL {
  return new URL(toHref(target))
}

/** A copy. */
export function copyOfTarget(target: Target): MutableTarget {
  return targetOf(toUrl(target))
}

/** Whether the path is this one, or one below it: `/a` and `/a/b`, but not `/ab`. */
export function isAtOrBelow({ pathAndQuery }: Target, path: string): boolean {
  return pathAndQuery.startsWith(path) && /^(?:[/?]|$)/.test(pathAndQuery.slice(path.length))
}

/**
 * Its path has dot segments or backslashes, which a Target has resolved. An application that chose a route by the path as it came (workerd
 * leaves it as it is, and so does Cloudflare where "Normalize incoming URLs" is off) chose it for another path than the server would get.
 */
export function isUnresolved(url: string): boolean {
  return /^[^?#]*(?:\\|\/(?:\.|%2e){1,2}(?:[/?#]|$))/i.test(url)
}

/** Where a request is for; undefined: its Host or its URL is malformed. */
export function requestTarget({ url, headers }: Request): MutableTarget | undefined {
  const host = headers.get('host')
  return host === null || isHost(host) ? urlTarget(url) : undefined
}

/** Its Host may still be malformed, if it is another than the URL's. Undefined: the URL is. */
export function urlTarget(url: string): MutableTarget | undefined {
  return plainTarget(url) ?? parsedTarget(url)
}

export function isHost(text: string): boolean {
  return HOST.test(text)
}

function parsedTarget(text: string): MutableTarget | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  // Of the target `*` workerd makes `http://www.example.com*`: another host than the one that was asked for.
  return url.username + url.password === '' && HOST.test(url.host) ? targetOf(url) : undefined
}

/**
 * What a URL may change: a character that it escapes, a segment that begins with a dot. Without the flag `i`: for it V8 looks up both cases
 * of all that a negated class matches, which took a thirtieth of an isolate's first request.
 */
const UNPLAIN = /[^\w~!$&()*+,;=:@%/?.-]|\/(?:\.|%2[eE])/

/** Undefined: the URL has to be parsed. */
function plainTarget(url: string): MutableTarget | undefined {
  const slash = url.indexOf('/', 'https://'.length)
  const origin = slash === -1 ? undefined : originBefore(url, slash)
  const rest = url.slice(slash)
  if (!origin || UNPLAIN.test(rest)) return undefined
  return new TextTarget(origin, rest, origin.isAsWritten ? url : undefined)
}

const MAX_ORIGINS = 1_000
/** What URLs begin with before their path; undefined: it is not plain. */
const origins = new Map<string, Origin | undefined>()

/** The last one that was asked for: comparing it costs a fraction of what a look-up does, which hashes. */
let latest: { readonly text: string; readonly origin: Origin | undefined } | undefined

/** Of what stands in `url` before `end`. */
function originBefore(url: string, end: number): Origin | undefined {
  if (latest?.text.length === end && url.startsWith(latest.text)) return latest.origin
  const text = url.slice(0, end)
  latest = { text, origin: knownOrigin(text) }
  return latest.origin
}

function knownOrigin(text: string): Origin | undefined {
  if (origins.has(text)) return origins.get(text)
  if (origins.size === MAX_ORIGINS) origins.clear()
  const isPlain = /^https?:\/\/[^/\\?#@]+$/i.test(text) && URL.canParse(text)
  const url = isPlain ? new URL(text) : undefined
  const origin = url && HOST.test(url.host) ? { ...originOf(url), isAsWritten: url.origin === text } : undefined
  origins.set(text, origin)
  return origin
}
