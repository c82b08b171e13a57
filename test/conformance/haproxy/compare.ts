// Where two sightings of a scenario differ, in words.

import { isDeepStrictEqual } from 'node:util'

import type { Headers, Seen } from './scenario.ts'

export function differencesOf(expected: readonly Seen[], found: readonly Seen[]): readonly string[] {
  return expected.flatMap((step, i) => stepDifferences(step, found[i]).map((text) => `step ${i + 1}: ${text}`))
}

function stepDifferences(expected: Seen, found: Seen | undefined): readonly string[] {
  if (!found) return ['is missing']
  // Where HAProxy closes the connection of a client that it refuses, a Worker on Cloudflare has to answer.
  if (expected.status === 0) {
    const isRefused = found.received === null && REFUSALS.has(found.status)
    return isRefused ? [] : [`HAProxy closed the connection, Limpet answered ${found.status}`]
  }
  const pairs: [string, unknown, unknown][] = [
    ['asked', expected.asked, found.asked],
    ['seconds', expected.tookS, found.tookS],
    ['server', expected.server, found.server],
    ['status', expected.status, found.status],
    ['body', expected.body, found.body],
    ['received method', expected.received?.method, found.received?.method],
    ['received url', expected.received?.url, found.received?.url],
    ...headerPairs('received', expected.received?.headers ?? [], found.received?.headers ?? []),
    ...headerPairs('response', expected.headers, found.headers),
  ]
  return pairs
    .filter(([, a, b]) => !isDeepStrictEqual(a, b))
    .map(([what, a, b]) => `${what}: HAProxy ${JSON.stringify(a)}, Limpet ${JSON.stringify(b)}`)
}

const REFUSALS = new Set([0, 403, 502])

function headerPairs(where: string, expected: Headers, found: Headers): [string, unknown, unknown][] {
  const names = new Set([...expected, ...found].map(([name]) => name))
  const valuesOf = (headers: Headers, name: string) =>
    headers.filter(([each]) => each === name).map(([, value]) => value)
  return [...names].map((name) => [`${where} ${name}`, valuesOf(expected, name), valuesOf(found, name)])
}
