// What is recorded of a file: whether HAProxy loads it, and each request with what HAProxy made of it, an exchange a line. Ports, paths and
// origins of one run stand under the names that they have in the file.

import { readFileSync, writeFileSync } from 'node:fs'

import { differencesOf } from '../compare.ts'
import type { Headers, Seen, Step } from '../scenario.ts'
import type { Bound } from './rewrite.ts'

export interface Exchange {
  /** Section and address of the bind, as written. */
  readonly at: string
  readonly step: Step
  readonly seen: Seen
}

export interface Recording {
  /** What HAProxy says when it does not load the file. */
  readonly refused?: string
  readonly exchanges: readonly Exchange[]
}

export const placeOf = ({ section, written }: Pick<Bound, 'section' | 'written'>) => `${section} ${written}`

/** The words of a page that a balancer has of its own, or its metrics: they are not compared. */
export const OWN_PAGE = '(a page of its own)'
const PAGE_OF_HAPROXY = /^(?:<html><body><h1>\d{3} [^<]*<\/h1>\n|# HELP )/
/** The page of statistics: that there is one is compared. */
export const STATISTICS = '(statistics)'
const STATISTICS_OF_HAPROXY = /<title>Statistics Report for HAProxy/

/** `seen` of a run, so that another run can be compared with it. */
export function portable({ jar }: Step, seen: Seen, bound: readonly Bound[], root: string): Seen {
  let text = JSON.stringify({
    ...seen,
    headers: jar ? withoutRefreshed(seen.headers) : seen.headers,
    ...withoutPage(seen),
  })
  for (const { port, written } of bound)
    text = text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), written.replace(/^.*:/, ''))
  return JSON.parse(
    text
      .replaceAll(root, '')
      // Made of the addresses of servers.
      .replaceAll(/=[0-9a-f]{16}(?=;|")/g, '=ADDRESS')
      // unique-id-format: ports and times.
      .replaceAll(/"[0-9A-F]+:[0-9A-F]+_[0-9A-F]+:[0-9A-F]+_[0-9A-F]+_[0-9A-F]+:[0-9A-F]+"/g, '"UNIQUE"'),
  ) as Seen
}

/** Whether a cookie with dates is written again depends on the seconds that have passed. */
function withoutRefreshed(headers: Headers): Headers {
  return headers.filter(([name, value]) => name !== 'set-cookie' || !value.includes('|now|'))
}

function withoutPage({ body }: Seen): Partial<Seen> {
  if (STATISTICS_OF_HAPROXY.test(body)) return { headers: [], body: STATISTICS }
  return PAGE_OF_HAPROXY.test(body) ? { body: OWN_PAGE } : {}
}

/** `found`: portable, too. */
export function differencesIn({ seen }: Exchange, found: Seen): readonly string[] {
  return differencesOf([seen], [withoutOwnPages(seen, found)]).map((text) => text.replace('step 1: ', ''))
}

/** A page of the one's own for a page of the other's own. */
function withoutOwnPages(expected: Seen, found: Seen): Seen {
  if (found.server !== null) return found
  if (expected.body === STATISTICS && /<title>[^<]*Limpet/.test(found.body))
    return { ...found, headers: [], body: STATISTICS }
  return expected.body === OWN_PAGE ? { ...found, body: OWN_PAGE } : found
}

export function readRecording(name: string): Recording | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Recording
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function writeRecording(name: string, { refused, exchanges }: Recording): void {
  const lines = exchanges.map((exchange) => JSON.stringify(exchange))
  const said = refused === undefined ? '' : `"refused":${JSON.stringify(refused)},\n`
  writeFileSync(fileOf(name), `{${said}"exchanges":[\n${lines.join(',\n')}${lines.length > 0 ? '\n' : ''}]}\n`)
}

function fileOf(name: string): URL {
  return new URL(`recorded/${name}.json`, import.meta.url)
}
