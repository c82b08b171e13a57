// What the command line asks: the request as a client would send it, and when.

import type { Config } from '../../config/config.ts'
import { canonicalAddress } from '../../config/network.ts'
import type { Question } from '../../explain/facts.ts'
import type { HeaderLine } from '../../explain/explanation.ts'
import { UsageError } from '../cli-error.ts'

export interface RequestOptions {
  readonly method: string
  /** `NAME: VALUE`. */
  readonly header: readonly string[]
  /** `NAME=VALUE`, or a value where all backends have one cookie name. */
  readonly cookie: readonly string[]
  readonly src?: string
  readonly at?: string
}

/** `notes`: takes what was assumed. */
export function questionOf(
  text: string,
  options: RequestOptions,
  config: Config,
  target: 'serve' | 'cloudflare',
  notes: string[],
): Question {
  const url = urlOf(text)
  const headers = options.header.map(headerOf)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const host = headers.find(([name]) => name === 'host')?.[1]
  if (host === undefined) headers.unshift(['host', url.host])
  // On the wire the Host is what a URL is made of.
  else if (URL.canParse(`${url.protocol}//${host}`)) {
    // A host without a port would leave the port of the URL as it is.
    url.port = ''
    url.host = new URL(`${url.protocol}//${host}`).host
  }
  const cookies = options.cookie.map((each) => pairOf(each, config))
  if (cookies.length > 0) headers.push(['cookie', cookies.join('; ')])
  return {
    method: methodOf(options.method),
    url,
    headers,
    src: addressOf(options.src),
    atMs: momentOf(options.at),
    ...(target === 'serve' ? { port, frontends: listening(config, port, notes) } : {}),
  }
}

function urlOf(text: string): URL {
  const url = URL.parse(text)
  if (url && url.username + url.password !== '')
    throw new UsageError(`'${text}' has a name or a password before the host: give it as --header 'Authorization: …'`)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new UsageError(
    `'${text}' is not a URL: it must begin with http:// or https://, such as https://app.example.com/`,
  )
}

function headerOf(text: string): HeaderLine {
  const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(text) ?? []
  try {
    if (name !== undefined && value !== undefined) return [...new Headers([[name, value]])][0]!
  } catch {
    // Not a header's name or value.
  }
  throw new UsageError(`--header '${text}': must be 'NAME: VALUE', such as 'X-User: ann'`)
}

function pairOf(text: string, { backends }: Config): string {
  if (text.includes('=')) return text
  const names = [...new Set(backends.flatMap(({ cookie }) => (cookie ? [cookie.name] : [])))]
  if (names.length === 1) return `${names[0]}=${text}`
  const there = names.length === 0 ? 'no backend has a cookie' : `the backends' cookies are ${names.join(', ')}`
  throw new UsageError(`--cookie '${text}': must be NAME=VALUE; ${there}`)
}

function methodOf(text: string): string {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text) && !/^(?:connect|trace|track)$/i.test(text)) return text.toUpperCase()
  throw new UsageError(
    `--method '${text}': must be a method such as GET or POST; CONNECT, TRACE and TRACK cannot be sent`,
  )
}

function addressOf(text: string | undefined): string {
  if (text === undefined) return ''
  const address = canonicalAddress(text)
  if (address !== undefined) return address
  throw new UsageError(`--src '${text}': must be an IP address, such as 203.0.113.7 or 2001:db8::1`)
}

/** ISO 8601, or Unix seconds. */
export function momentOf(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const ms = /^\d{1,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (!Number.isNaN(ms)) return ms
  throw new UsageError(`--at '${text}': must be a time such as 2026-11-26T12:00:00Z, or Unix seconds`)
}

/** The frontends that listen on the port of the URL; undefined: all. */
function listening({ frontends }: Config, port: number, notes: string[]): readonly string[] | undefined {
  const ports = new Set(frontends.flatMap(({ bind }) => bind.map((each) => each.port)))
  if (ports.size === 0) return undefined
  const names = frontends.filter(({ bind }) => bind.some((each) => each.port === port)).map(({ name }) => name)
  if (names.length > 0) return names
  notes.push(`No frontend listens on port ${port} (there are ${[...ports].join(', ')}): explained as if every one did.`)
  return undefined
}
