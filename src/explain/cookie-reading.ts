// What a request's persistence cookies come to: each by itself, judged by the function that judges them in a request.

import { membersByCookie } from '../balancer/persist/assign.ts'
import type { Backend, Config } from '../config/config.ts'
import { nextCookie, ownValue } from '../http/cookie-header.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import type { Dates } from '../persistence/dates.ts'
import { recall, serverPart } from '../persistence/recall.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import type { BackendNotes } from './backend-notes.ts'
import type { CookieReading, ReadCookie } from './explanation.ts'
import { identify } from './read-cookie.ts'

/** Null: the backend has no cookie. */
export async function readCookies(
  { runtime, assigned, cookieHeader }: BackendNotes,
  config: Config,
  keys: CookieKeys,
  nowMs: number,
): Promise<CookieReading | null> {
  const { backend, pool } = runtime
  const { cookie } = backend
  if (!cookie) return null
  const byCookie = membersByCookie(pool.members)
  const servers = {
    named: (serverCookie: string) => byCookie.get(serverCookie) ?? [],
    servable: pool.servable,
    persistsDown: assigned.persistsDown,
  }
  const found: ReadCookie[] = []
  for (const name of [cookie.name, ...cookie.formerly]) {
    for (const whole of valuesIn(cookieHeader ?? '', name)) {
      const value = serverPart(cookie, whole)
      const codecs = await createCodecs(backend, name, keys)
      const own = { ...cookie, name, formerly: [] }
      const { verdict } = await recall(own, codecs, `${name}=${whole}`, servers, Math.floor(nowMs / 1000))
      found.push({ name, value, verdict, keys: keys.length, ...(await readOne(value, backend, name, config, keys)) })
    }
  }
  return { name: cookie.name, mode: cookie.mode, verdict: assigned.recalled.verdict, found }
}

/** What it says, without a word about the server's state or the time. */
export async function readOne(
  value: string,
  backend: Backend,
  name: string,
  config: Config,
  keys: CookieKeys,
): Promise<Omit<ReadCookie, 'name' | 'value' | 'verdict' | 'keys'>> {
  const { dates, ...identified } = await identify(value, backend, name, config, keys)
  return {
    ...identified,
    written: isoOf(dates.lastS),
    firstSeen: isoOf(dates.firstS),
    validUntil: isoOf(endOf(dates, backend)),
  }
}

/** As persistence looks for them. */
function valuesIn(header: string, name: string): readonly string[] {
  const values: string[] = []
  for (let at = nextCookie(header, name, 0); at !== -1; at = nextCookie(header, name, at + name.length)) {
    values.push(ownValue(header, at))
  }
  return values
}

function endOf({ lastS, firstS }: Dates, { cookie }: Backend): number | null {
  const ends = [
    [lastS, cookie!.maxidleS],
    [firstS, cookie!.maxlifeS],
  ].flatMap(([date, length]) => (typeof date === 'number' && typeof length === 'number' ? [date + length] : []))
  return ends.length === 0 ? null : Math.min(...ends)
}

function isoOf(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString()
}
