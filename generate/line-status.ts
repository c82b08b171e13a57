// What becomes of a line with each of HAProxy's words: found by translating a line of haproxy-lines.ts for each, so that the page
// says what the code does.

import { translateHaproxy } from '../src/config/haproxy/translate.ts'
import { HAPROXY_LINES } from './haproxy-lines.ts'
import type { Place } from './haproxy-lines.ts'

const HEADS: Readonly<Record<string, string>> = {
  listen: 'listen NAME\nbind :1\nserver s h:1\n',
  frontend: 'frontend NAME\nbind :1\n',
  backend: 'backend NAME\nserver s h:1\n',
}
/** `limpet check` calls the first a line that it refuses. */
const STATUSES = ['translated', 'differs', 'platform', 'unsupported', 'error'] as const
/** Where a word is one of a group whose name it bears. */
const GROUPS: Readonly<Record<string, string>> = { 'track-sc0': 'track-sc0, 1, 2' }

export function statusTables(): readonly string[] {
  return HAPROXY_LINES.flatMap((place) => [
    '',
    `### ${place.title}`,
    '',
    '| status | words |',
    '| --- | --- |',
    ...STATUSES.flatMap((status) => {
      const words = place.lines.filter((line) => statusOf(place, line) === status).map((line) => wordOf(place, line))
      return words.length === 0 ? [] : [`| ${status} | ${[...new Set(words)].join(' ')} |`]
    }),
  ])
}

function statusOf({ section }: Place, line: string): string {
  // A server's address says something of its own.
  const written = line.replace('127.0.0.1:80', 'h:80')
  const text = `http-errors pages\nerrorfile 503 p\ndefaults\nmode http\n${(HEADS[section] ?? `${section}\n`).replace('NAME', 'n')}${written}\n`
  const { diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], {
    env: {},
    hash64: () => 0n,
    text: () => 'HTTP/1.0 503 Service Unavailable\n\n',
  })
  return diagnostics.at(-1)!.status
}

function wordOf({ at }: Place, line: string): string {
  const [word = ''] = line.split(' ')[at]!.split('(', 1)
  return `\`${GROUPS[word] ?? word}\``
}
