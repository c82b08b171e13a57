// What is not compared, and why:
// - headers that belong to one connection, and `date`: each side has its own;
// - the order and case of header names, and whether a repeated header is one line or several: RFC 9110 section 5.3 makes
//   them equal, and workerd joins. Set-Cookie lines are kept apart and in order;
// - dates in persistence cookies: as seconds from now, rounded to a minute;
// - the bodies of the balancer's own answers, their content-length: the words are each one's own;
// - `accept-encoding` that a client did not send;
// - which number the section of a scenario has, in the realm that `http-request auth` takes from its name;
// - `x-limpet-passages`, by which requests that go round in a circle are known.

import type { Headers } from './scenario.ts'

const NOT_COMPARED = new Set(
  'connection keep-alive proxy-connection transfer-encoding te upgrade date content-length x-answer x-origin user-agent accept-encoding cache-status x-limpet-passages'.split(
    ' ',
  ),
)

const MAX_MINUTES = 1_000_000
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** `raw`: name, value, name, value, as node:http gives them. */
export function normaliseHeaders(raw: readonly string[]): Headers {
  const byName = new Map<string, string[]>()
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    if (NOT_COMPARED.has(name)) continue
    const value = name === 'www-authenticate' ? raw[i + 1]!.replace(/"s\d+"/, '"section"') : raw[i + 1]!
    byName.set(name, [...(byName.get(name) ?? []), value])
  }
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]): [string, string][] =>
      name === 'set-cookie'
        ? values.map((value) => [name, withoutDates(value)])
        : [[name, withoutDates(values.join(', '))]],
    )
}

/** `A|awDWq|awDWq` as `A|now|now`. */
function withoutDates(text: string): string {
  return text.replaceAll(/\|([A-Za-z0-9+/]{5})/g, (_, date: string) => `|${offsetOf(date) ?? date}`)
}

/** Undefined for what was never meant as a date of these days. */
function offsetOf(date: string): string | undefined {
  let units = 0
  for (const character of date) units = units * 64 + ALPHABET.indexOf(character)
  const offsetS = units * 4 - Date.now() / 1000
  const minutes = Math.round(offsetS / 60)
  if (Math.abs(minutes) > MAX_MINUTES) return undefined
  return minutes === 0 ? 'now' : `${minutes > 0 ? '+' : ''}${minutes}m`
}

/** HAProxy's five characters for a moment this many seconds from now. */
export function cookieDate(offsetS: number): string {
  let units = Math.floor((Date.now() / 1000 + offsetS) / 4)
  let text = ''
  for (let i = 0; i < 5; i++) {
    text = ALPHABET[units % 64]! + text
    units = Math.floor(units / 64)
  }
  return text
}
