// What is in a persistence cookie, or why it cannot be read: read by the codecs that a request's cookie is read by, under each key by
// itself, for the backend and for all others.

import type { Backend, Config, CookieFormat } from '../config/config.ts'
import { namesOf } from '../config/names.ts'
import { UNVERIFIED } from '../persistence/codec.ts'
import type { Codec, Decoded } from '../persistence/codec.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import { NO_DATES } from '../persistence/dates.ts'
import type { Dates } from '../persistence/dates.ts'
import { haproxyFormat, haproxyUndated } from '../persistence/haproxy-format.ts'
import { isSealedBy, readUnverified } from '../persistence/sealed.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import type { CookieProblem, ReadCookie } from './explanation.ts'

export interface Identified extends Pick<ReadCookie, 'problem' | 'backend' | 'server' | 'key'> {
  readonly format: CookieFormat | null
  readonly dates: Dates
}

/** `value`: without what an application has behind it in mode `prefix`. The backend has a cookie. */
export async function identify(
  value: string,
  backend: Backend,
  cookieName: string,
  { backends }: Config,
  keys: CookieKeys,
): Promise<Identified> {
  const { accept, mode } = backend.cookie!
  const unverified = readUnverified(value)
  if (unverified && accept.includes('sealed'))
    return sealed(value, unverified.dates, backend, cookieName, backends, keys)
  const decoded = decodedBy(mode === 'prefix' ? haproxyUndated : haproxyFormat, value)
  const server = serverOf(backend, decoded.serverCookie)
  const isAccepted = accept.includes('haproxy')
  if (!isAccepted && unverified === undefined && server === null) return { ...NOTHING, problem: 'malformed' }
  if (unverified && server === null)
    return { ...NOTHING, format: 'sealed', dates: unverified.dates, problem: 'other-format' }
  const problem: CookieProblem | null = isAccepted ? (server === null ? 'unknown-server' : null) : 'other-format'
  return {
    format: 'haproxy',
    dates: decoded.dates,
    backend: backend.name,
    server: server ?? decoded.serverCookie,
    key: null,
    problem,
  }
}

const NOTHING: Omit<Identified, 'problem'> = { format: null, dates: NO_DATES, backend: null, server: null, key: null }

async function sealed(
  value: string,
  dates: Dates,
  own: Backend,
  cookieName: string,
  backends: readonly Backend[],
  keys: CookieKeys,
): Promise<Identified> {
  const found = { ...NOTHING, format: 'sealed', dates } as const
  if (keys.length === 0) return { ...found, problem: 'no-key' }
  const cookies = [
    { backend: own, name: cookieName },
    ...backends.flatMap((backend) =>
      backend.cookie === null
        ? []
        : [backend.cookie.name, ...backend.cookie.formerly]
            .filter((name) => backend !== own || name !== cookieName)
            .map((name) => ({ backend, name })),
    ),
  ]
  for (const { backend, name } of cookies) {
    const isOwn = backend === own && name === cookieName
    for (const [i, key] of keys.entries()) {
      const server = await sealedServer(value, backend, name, [key])
      const ofBackend = { ...found, backend: backend.name, server, key: i + 1 }
      if (server !== null) return { ...ofBackend, problem: isOwn ? null : 'other-backend' }
      for (const each of namesOf(backend)) {
        if (await isSealedBy(key, each, name, value))
          return { ...ofBackend, problem: isOwn ? 'unknown-server' : 'other-backend' }
      }
    }
  }
  for (const server of own.servers) {
    for (const each of server.cookie === null ? [] : [server.cookie, ...server.formerly]) {
      for (const [i, key] of keys.entries()) {
        if (await hasHeadOf(value, each, dates, own, cookieName, key))
          return { ...found, backend: own.name, server: server.name, key: i + 1, problem: 'forged' }
      }
    }
  }
  return { ...found, problem: 'other-key' }
}

/** The server that a value names, if one of these keys has sealed it. */
async function sealedServer(
  value: string,
  backend: Backend,
  cookieName: string,
  keys: CookieKeys,
): Promise<string | null> {
  for (const codec of await sealedCodecs(backend, cookieName, keys)) {
    const decoded = await opened(codec, value)
    if (decoded?.format === 'sealed') return serverOf(backend, decoded.serverCookie)
  }
  return null
}

/** What comes before the signature: which server, without proof. */
const HEAD_CHARACTERS = 12

async function hasHeadOf(
  value: string,
  serverCookie: string,
  dates: Dates,
  backend: Backend,
  cookieName: string,
  key: CryptoKey,
): Promise<boolean> {
  for (const codec of await sealedCodecs(backend, cookieName, [key])) {
    const genuine = await codec.encode(serverCookie, dates)
    if (genuine.slice(0, HEAD_CHARACTERS) === value.slice(0, HEAD_CHARACTERS)) return true
  }
  return false
}

function sealedCodecs(backend: Backend, cookieName: string, keys: CookieKeys): Promise<readonly Codec[]> {
  const cookie = { ...backend.cookie!, accept: ['sealed' as const] }
  return createCodecs({ ...backend, cookie }, cookieName, keys)
}

async function opened(codec: Codec, value: string): Promise<Decoded | undefined> {
  const decoded = codec.decode(value)
  return decoded === UNVERIFIED ? codec.verify(value) : decoded
}

function decodedBy(codec: Codec, value: string): Decoded {
  return codec.decode(value) as Decoded
}

/** Today's name; null: the backend has no such server. */
function serverOf({ servers }: Backend, serverCookie: string): string | null {
  const isNamed = (server: Backend['servers'][number]) => server.cookie === serverCookie
  const wasNamed = (server: Backend['servers'][number]) =>
    server.cookie !== null && server.formerly.includes(serverCookie)
  return (servers.find(isNamed) ?? servers.find(wasNamed))?.name ?? null
}
