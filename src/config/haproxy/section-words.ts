// Sections other than global, defaults and proxies (configuration manual 3.5 to 3.10, 6, 10): the words that their lines begin
// with, and what becomes of all of them.

import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { effectOf, newer, row, wordTable } from './words.ts'
import type { WordTable } from './words.ts'

interface Kind {
  readonly outcome: Outcome
  readonly words?: WordTable
}

const kind = (name: string, outcome: Outcome, words: string, ...more: ReturnType<typeof newer>[]): [string, Kind] => [
  name,
  { outcome, words: wordTable(`${name} line`, row(words, outcome), ...more) },
]

const SHARED = platform('what balancers share is one here')

const KINDS: Readonly<Record<string, Kind>> = Object.fromEntries([
  kind(
    'peers',
    SHARED,
    'bind default-bind default-server disabled enabled log peer server table',
    newer('2.8', 'shards', SHARED),
  ),
  kind('ring', platform("logs are the platform's"), 'backing-file description format maxlen server size timeout'),
  kind(
    'log-forward',
    unsupported('no logs of others are taken'),
    'backlog bind dgram-bind log maxconn timeout',
    newer('3.0', 'option'),
  ),
  kind(
    'cache',
    differs('nothing is cached'),
    'max-age max-object-size max-secondary-entries process-vary total-max-size',
  ),
  kind('program', unsupported('no program is started: leave it to a service manager'), 'command group no option user'),
  kind(
    'fcgi-app',
    unsupported('there is no FastCGI: put a web server in front of the application'),
    'acl docroot index log-stderr no option pass-header path-info set-param',
  ),
  ...(
    [
      ['crt-store', '3.0'],
      ['log-profile', '3.1'],
      ['traces', '3.1'],
      ['acme', '3.2'],
    ] as const
  ).map(([name, version]): [string, Kind] => [
    name,
    { outcome: unsupported(`${name}: HAProxy ${version} has it, 2.6 does not; it is not available`) },
  ]),
])

/** Those of proxies and others that have rooms of their own come first. */
export const SECTION_KINDS: ReadonlySet<string> = new Set([
  ...'global defaults frontend listen backend mailers resolvers userlist http-errors'.split(' '),
  ...Object.keys(KINDS),
])

export function outcomeOfHead(section: string): Outcome {
  return KINDS[section]?.outcome ?? TRANSLATED
}

/** What becomes of a line of such a section. */
export function outcomeOfSectionLine(section: string, [word = '']: readonly string[]): Outcome {
  const { outcome, words } = KINDS[section] ?? { outcome: failed(`${section} is not known`) }
  return words ? (effectOf(words, word) ?? outcome) : outcome
}
