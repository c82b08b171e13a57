// What is in a cookie, in sentences.

import type { CookieProblem, CookieReading, ReadCookie } from './explanation.ts'

export function cookieLines({ name, found, verdict }: CookieReading, at: string): readonly string[] {
  if (found.length === 0) return [`The request has no cookie ${name}.`]
  const lines = found.map((each) => `${each.name}=${each.value}: ${readText(each, at)}`)
  if (verdict === 'unused') lines.push('It is not used: a rule has chosen a server already.')
  else if (found.length > 1) lines.push(`Of ${found.length}, the best counts: ${verdict}.`)
  return lines
}

/** `at`: the moment that its age is told for. */
export function readText(cookie: ReadCookie, at: string): string {
  const { problem, verdict, server } = cookie
  const what = `${FORMATS[cookie.format ?? 'none']}${keyText(cookie)}`
  if (problem !== null) return sentence(what, PROBLEMS[problem](cookie), datesText(cookie, at))
  const state =
    verdict === 'expired' || verdict === 'old'
      ? `but it is no longer valid: ${verdict === 'old' ? 'maxlife' : 'maxidle'} is over`
      : verdict === 'down'
        ? 'which cannot be used now'
        : undefined
  return sentence(what, `names server ${server}${state ? `, ${state}` : ''}`, datesText(cookie, at))
}

const FORMATS = { sealed: 'sealed', haproxy: "HAProxy's format", none: "neither sealed nor HAProxy's format" } as const

function keyText({ key, keys, problem }: ReadCookie): string {
  if (key === null || problem === 'forged') return ''
  return keys === 1 ? ' with the key' : ` with key ${key} of ${keys}`
}

const PROBLEMS: Readonly<Record<CookieProblem, (cookie: ReadCookie) => string>> = {
  malformed: () => 'Limpet never writes such a value',
  'other-format': ({ format }) => `the backend does not accept this format: add accept: ['${format}'] to its cookie`,
  'unknown-server': ({ server }) => {
    const missing =
      server === null ? 'it is genuine, but its server is not in this backend' : `there is no server ${server}`
    return `${missing}: after a rename, list the former name in formerly`
  },
  'other-backend': ({ backend, server }) =>
    `it belongs to ${server === null ? '' : `server ${server} of `}backend ${backend} or to another cookie's name, and means nothing here`,
  forged: ({ server }) => `forged: it names server ${server}, but its signature is wrong`,
  'other-key': () => 'no known key has signed it: it was written with another key, or it is forged',
  'no-key': () => 'the key is not known here, so its server and its signature cannot be told: set LIMPET_COOKIE_KEYS',
}

function sentence(...parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part !== undefined).join('; ')}.`
}

function datesText({ written, firstSeen, validUntil }: ReadCookie, at: string): string | undefined {
  const parts: string[] = []
  if (written !== null) parts.push(`written ${agoText(written, at)} (${written})`)
  if (firstSeen !== null) parts.push(`first seen ${agoText(firstSeen, at)} (${firstSeen})`)
  if (validUntil !== null) parts.push(`valid until ${validUntil}`)
  return parts.length === 0 ? undefined : parts.join(', ')
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** `3 minutes ago`; dates are rounded up to 4 seconds, so one may lie ahead. */
function agoText(date: string, at: string): string {
  const seconds = Math.round((Date.parse(at) - Date.parse(date)) / 1000)
  if (Math.abs(seconds) < 5) return 'just now'
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each)!
  const count = Math.floor(Math.abs(seconds) / length)
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`
  return seconds < 0 ? `${text} ahead` : `${text} ago`
}
