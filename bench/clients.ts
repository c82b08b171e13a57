// Who asks: requests as browsers send them, with the cookies that returning clients bring. The cookies are sealed here
// with the key that Limpet is given, so they are what it would have handed out itself.

import { haproxyFormat } from '../src/persistence/haproxy-format.ts'
import { createSealed, importCookieKeys } from '../src/persistence/sealed.ts'

export const COOKIE_KEYS = 'a key for measurements and of no value to anybody'
export const BACKEND = 'app'
export const COOKIE = 'SERVERID'
export const SERVERS = ['s1', 's2', 's3']

export interface ClientRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a returning client's cookie says: `fresh` needs no new one yet, `due` is refreshed, `undated` carries no dates. */
export type CookieKind = 'fresh' | 'due' | 'undated'

const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.5',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'upgrade-insecure-requests': '1',
}

export function newClients(count: number): readonly ClientRequest[] {
  return Array.from({ length: count }, (_, i) => ({ path: pathOf(i), headers: BROWSER }))
}

/** Each with a session of the application, and no cookie of ours. */
export function sessionClients(count: number, first = 0): readonly ClientRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    path: pathOf(i),
    headers: { ...BROWSER, cookie: `session=${sessionId(first + i)}` },
  }))
}

export function sessionId(i: number): string {
  return String(i).padStart(32, '0')
}

/** Each with a session of the application and a cookie of ours. */
export async function returningClients(count: number, kind: CookieKind): Promise<readonly ClientRequest[]> {
  const keys = await importCookieKeys(COOKIE_KEYS)
  const codec = await createSealed(keys, BACKEND, COOKIE, SERVERS)
  const nowS = Math.floor(Date.now() / 4000) * 4
  const requests: ClientRequest[] = []
  for (let i = 0; i < count; i++) {
    const cookie = await codec.encode(SERVERS[i % SERVERS.length]!, datesOf(i, kind, nowS))
    const session = `session=${sessionId(i)}`
    requests.push({ path: pathOf(i), headers: { ...BROWSER, cookie: `${session}; ${COOKIE}=${cookie}` } })
  }
  return requests
}

/** The same for HAProxy, whose cookies anybody can write. */
export function haproxyClients(count: number, kind: CookieKind): readonly ClientRequest[] {
  const nowS = Math.floor(Date.now() / 4000) * 4
  return Array.from({ length: count }, (_, i) => {
    const cookie = haproxyFormat.encode(SERVERS[i % SERVERS.length]!, datesOf(i, kind, nowS))
    return { path: pathOf(i), headers: { ...BROWSER, cookie: `session=${sessionId(i)}; ${COOKIE}=${String(cookie)}` } }
  })
}

/**
 * No two alike: first dates 4 seconds apart for 3 hours, well within `maxlife 8h`, then another last date.
 * A last date ahead of time stays fresh for the whole run; one of some minutes ago is within `maxidle 30m` and due.
 */
function datesOf(i: number, kind: CookieKind, nowS: number) {
  if (kind === 'undated') return { lastS: null, firstS: null }
  const firstS = nowS - 3600 - 4 * (i % 2700)
  const stepS = 4 * Math.floor(i / 2700)
  return { firstS, lastS: kind === 'fresh' ? nowS + 3600 + stepS : nowS - 300 - stepS }
}

function pathOf(i: number): string {
  return `/articles/${i % 100}?page=${i % 10}`
}
