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

class UrlTarget implements MutableTarget {
  readonly url: URL

  constructor(url: URL) {
    this.url = url
  }

  get scheme(): 'http' | 'https' {
    return this.url.protocol === 'https:' ? 'https' : 'http'
  }

  get host(): string {
    return this.url.host
  }

  get hostname(): string {
    return this.url.hostname
  }

  get port(): string {
    return this.url.port
  }

  get path(): string {
    return this.url.pathname
  }

  set path(path: string) {
    this.url.pathname = untabbed(path)
  }

  get query(): string {
    return this.url.search
  }

  set query(query: string) {
    this.url.search = untabbed(query)
  }

  get pathAndQuery(): string {
    const { pathname, search } = this.url
    return pathname + (search === '' && this.url.href.includes('?') ? '?' : search)
  }

  setHost(host: string): boolean {
    const origin = `${this.url.protocol}//${host}`
    if (!HOST.test(host) || !URL.canParse(origin)) return false
    // Setting a host without a port would leave the old one.
    this.url.port = ''
    this.url.host = new URL(origin).host
    return true
  }
}

/** A URL would drop them. */
function untabbed(text: string): string {
  return text.replaceAll('\t', '%09')
}

/** The same URL: a change here is a change there. */
export function targetOf(url: URL): MutableTarget {
  return new UrlTarget(url)
}

/** For handing it to the platform. */
export function toUrl(target: Target): URL {
  return target instanceof UrlTarget ? target.url : new URL(`${target.scheme}://${target.host}${target.pathAndQuery}`)
}

/** A copy. */
export function copyOfTarget(target: Target): MutableTarget {
  return new UrlTarget(new URL(toUrl(target)))
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
  if (host !== null && !HOST.test(host)) return undefined
  try {
    const parsed = new URL(url)
    // Of the target `*` workerd makes `http://www.example.com*`: another host than the one that was asked for.
    const isPlain = parsed.username === '' && parsed.password === '' && HOST.test(parsed.host)
    return isPlain ? new UrlTarget(parsed) : undefined
  } catch {
    return undefined
  }
}
