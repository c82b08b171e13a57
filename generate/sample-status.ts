// What becomes of each fetch, converter and criterion that HAProxy 2.6 lists, by name, and why: docs/from-haproxy.md. In force is what has a
// row in src/config/rules/samples.

import { predefinedAcls } from '../src/config/haproxy/predefined-acls.ts'
import { splitKeyword } from '../src/config/haproxy/acl-keywords.ts'
import { NEARLY } from '../src/config/haproxy/nearly.ts'
import { HAPROXY_NAMES } from '../src/config/haproxy/sample-names.ts'
import { unseenBecause } from '../src/config/haproxy/unseen.ts'
import { MATCH_METHODS } from '../src/config/rules/match-methods.ts'
import { converterNamed, fetchNamed } from '../src/config/rules/samples/sample.ts'

export interface NameStatus {
  readonly name: string
  readonly status: 'in force' | 'differs' | 'unsupported'
  /** Undefined: nobody knows why. */
  readonly why: string | undefined
}

const HAPROXY_MATCHES = 'beg bin bool dir dom end found int ip len reg str sub'.split(' ')

/** What HAProxy lists only if it is built with it, or loads it, or is asked by its developers. */
const LOADED = ['51d.all', 'da-csv-fetch', 'internal.*', 'lua.*', 'wurfl-get', 'wurfl-get-all']

export const SAMPLE_STATUSES: Readonly<Record<string, readonly NameStatus[]>> = {
  'Fetches by name': statuses(
    [...HAPROXY_NAMES.fetches, ...LOADED],
    (name) => fetchNamed(unnumbered(name)) !== undefined,
  ),
  'Converters by name': statuses(HAPROXY_NAMES.converters, (name) => converterNamed(name) !== undefined),
  'Criteria of conditions by name': [
    ...statuses(HAPROXY_NAMES.criteria, (name) => fetchNamed(splitKeyword(name).sample) !== undefined),
    ...predefinedAcls().map(([name, isKnown]) => statusOf(name, isKnown)),
  ],
  'Matches by name': HAPROXY_MATCHES.map((name) =>
    statusOf(
      `-m ${name}`,
      MATCH_METHODS.some((each) => each === name),
    ),
  ),
}

/** `sc0_conn_cnt` is `sc_conn_cnt` of the first entry. */
function unnumbered(name: string): string {
  return name.replace(/^sc[0-2]_/, 'sc_')
}

function statuses(names: Iterable<string>, isInForce: (name: string) => boolean): readonly NameStatus[] {
  return [...names].toSorted().map((name) => statusOf(name, isInForce(name)))
}

function statusOf(name: string, isKnown: boolean): NameStatus {
  if (!isKnown) return { name, status: 'unsupported', why: unseenBecause(name) }
  const why = NEARLY[fetchNamed(splitKeyword(name).sample) ?? name]
  return { name, status: why === undefined ? 'in force' : 'differs', why: why?.replace(`${name}: `, '') }
}

export function sampleStatusTables(): readonly string[] {
  return Object.entries(SAMPLE_STATUSES).flatMap(([title, all]) => [
    '',
    `### ${title}`,
    '',
    '| status | names | why |',
    '| --- | --- | --- |',
    ...(['in force', 'differs', 'unsupported'] as const).flatMap((status) => {
      const having = all.filter((each) => each.status === status)
      const byReason = Map.groupBy(having, ({ why = '' }) => why)
      return [...byReason].map(
        ([why, names]) => `| ${status} | ${names.map(({ name }) => `\`${name}\``).join(' ')} | ${why} |`,
      )
    }),
  ])
}
