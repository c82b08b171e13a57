// What becomes of a line with each of HAProxy's words: found by translating a line of haproxy-lines.ts for each, so that the page
// says what the code does.

import { NOT_LEFT_OUT } from '../src/config/haproxy/access.ts'
import { translateHaproxy } from '../src/config/haproxy/translate.ts'
import { HAPROXY_LINES } from './haproxy-lines.ts'
import type { Place } from './haproxy-lines.ts'

const HEADS: Readonly<Record<string, string>> = {
  listen: 'listen NAME\nbind :1\nserver s h:1\n',
  frontend: 'frontend NAME\nbind :1\n',
  backend: 'backend NAME\nserver s h:1\n',
}
interface LineOutcome {
  readonly status: string
  readonly message?: string | undefined
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
    ...(hasReasons(place)
      ? ['| status | words | why |', '| --- | --- | --- |']
      : ['| status | words |', '| --- | --- |']),
    ...STATUSES.flatMap((status) => {
      const lines = place.lines.filter((line) => outcomeOf(place, line).status === status)
      const byReason = Map.groupBy(lines, (line) => (hasReasons(place) ? reasonOf(place, line) : ''))
      return [...byReason].map(([reason, having]) => {
        const words = new Set(having.map((line) => wordOf(place, line)))
        return `| ${status} | ${[...words].join(' ')} |${hasReasons(place) ? ` ${reason} |` : ''}`
      })
    }),
  ])
}

/** Of actions. */
export function hasReasons({ title }: Place): boolean {
  return /^(?:http|tcp)-(?:after-)?re[qs]/.test(title)
}

/** '': none is given. */
export function reasonOf(place: Place, line: string): string {
  const { status, message = '' } = outcomeOf(place, line)
  if (status === 'translated') return ''
  const [reason = ''] = message.split(`; ${NOT_LEFT_OUT}`, 1)
  return reason.replace(/^.* is not available(?:: |$)/, '')
}

export function outcomeOf({ section }: Place, line: string): LineOutcome {
  // A server's address says something of its own.
  const written = line.replace('127.0.0.1:80', 'h:80')
  const text = `defaults\nmode http\n${(HEADS[section] ?? `${section}\n`).replace('NAME', 'n')}${written}\n`
  const { diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], {
    env: {},
    hash64: () => 0n,
    text: () => 'HTTP/1.0 503 Service Unavailable\n\n',
  })
  return diagnostics.at(-1)!
}

function wordOf({ at }: Place, line: string): string {
  const [word = ''] = line.split(' ')[at]!.split('(', 1)
  return `\`${GROUPS[word] ?? word}\``
}
