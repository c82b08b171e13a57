// `limpet explain --cookie VALUE`: what is in a cookie, without a request.

import type { Backend, Config } from '../../config/config.ts'
import { readOne } from '../../explain/cookie-reading.ts'
import type { CookieProblem, ReadCookie } from '../../explain/explanation.ts'
import { judgeDates } from '../../persistence/dates.ts'
import type { Dates } from '../../persistence/dates.ts'
import { haproxyFormat } from '../../persistence/haproxy-format.ts'
import { serverPart } from '../../persistence/recall.ts'
import { readUnverified } from '../../persistence/sealed.ts'
import type { CookieKeys } from '../../persistence/sealed.ts'
import { UsageError } from '../cli-error.ts'

/** Those that say more come first. */
const ORDER: readonly (CookieProblem | null)[] = [
  null,
  'unknown-server',
  'forged',
  'other-backend',
  'other-format',
  'other-key',
  'no-key',
  'malformed',
]

/** `text`: NAME=VALUE, or a value, which may be any backend's. `config`: undefined: there is none. */
export async function readAlone(
  text: string,
  config: Config | undefined,
  keys: CookieKeys,
  nowMs: number,
): Promise<ReadCookie> {
  const [, name, value = text] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (!config) return withoutConfig(name ?? '', value)
  const readings: ReadCookie[] = []
  for (const backend of config.backends) {
    if (!backend.cookie) continue
    for (const each of [backend.cookie.name, ...backend.cookie.formerly]) {
      if (name === undefined || name === each) readings.push(await readFor(backend, each, value, config, keys, nowMs))
    }
  }
  const [best] = readings.toSorted((a, b) => ORDER.indexOf(a.problem) - ORDER.indexOf(b.problem))
  if (best) return best
  const names = [...new Set(config.backends.flatMap(({ cookie }) => (cookie ? [cookie.name] : [])))]
  const there = names.length === 0 ? 'no backend has a cookie' : `the backends' cookies are ${names.join(', ')}`
  throw new UsageError(`--cookie '${text}': no backend has a cookie of this name; ${there}`)
}

async function readFor(
  backend: Backend,
  name: string,
  whole: string,
  config: Config,
  keys: CookieKeys,
  nowMs: number,
): Promise<ReadCookie> {
  const cookie = backend.cookie!
  const value = serverPart(cookie, whole)
  const read = await readOne(value, backend, name, config, keys)
  const age = judgeDates(datesOf(read), cookie, Math.floor(nowMs / 1000))
  const verdict = read.problem !== null ? 'invalid' : age === 'fresh' ? 'valid' : age
  return { name, value, verdict, keys: keys.length, ...read }
}

function datesOf({ written, firstSeen }: Pick<ReadCookie, 'written' | 'firstSeen'>): Dates {
  const seconds = (text: string | null) => (text === null ? null : Date.parse(text) / 1000)
  return { lastS: seconds(written), firstS: seconds(firstSeen) }
}

/** What the value alone says. */
function withoutConfig(name: string, value: string): ReadCookie {
  const sealed = readUnverified(value)
  const { dates, serverCookie } = sealed
    ? { ...sealed, serverCookie: null }
    : (haproxyFormat.decode(value) as { dates: Dates; serverCookie: string })
  const iso = (seconds: number | null) => (seconds === null ? null : new Date(seconds * 1000).toISOString())
  return {
    name,
    value,
    format: sealed ? 'sealed' : 'haproxy',
    verdict: sealed ? 'invalid' : 'valid',
    problem: sealed ? 'no-key' : null,
    backend: null,
    server: serverCookie,
    key: null,
    keys: 0,
    written: iso(dates.lastS),
    firstSeen: iso(dates.firstS),
    validUntil: null,
  }
}
