// Commands for releases: `show releases` and `set release`, in the manner of HAProxy's for servers, which has none for these. Imported
// only where a backend has releases.

import { SET_RELEASE_STATES } from '../health/release-change.ts'
import type { ReleaseChange } from '../health/release-change.ts'
import { findProxy } from '../config/proxies.ts'
import { problem } from './answer.ts'
import type { Answer, Problem } from './answer.ts'
import { escaped } from './escaped.ts'
import type { Visitor } from './level.ts'
import type { Command, Operations } from './operations.ts'
import type { ReleaseRow } from './release-operations.ts'
import { shareText } from './release-rows.ts'

/** Success has no text. */
const DONE = ''

/** A backend that has releases. */
function backendOf(written: string, { config }: Operations): string | Problem {
  const backend = findProxy(config, written)?.backend
  if (!backend) return problem('No such backend.\n')
  if (!backend.releases) return problem(`${backend.name} has no releases: its configuration lists none.\n`)
  const { name } = backend.releases.owner
  return name === backend.name ? name : problem(`${backend.name} follows the releases of ${name}: write ${name}.\n`)
}

async function show(words: readonly string[], operations: Operations): Promise<Answer> {
  const [named] = words.filter((word) => word !== 'json')
  const backend = named === undefined ? undefined : backendOf(named, operations)
  if (typeof backend === 'object') return backend
  const { config, counters, now, releases } = operations
  const facts = { config, totals: (await counters()).totals, nowMs: now() }
  const rows = (await releases!.rows(facts)).filter((row) => backend === undefined || row.backend === backend)
  if (words.includes('json')) return `${JSON.stringify(rows.map(jsonOf))}\n`
  return `# backend release state share servers up req_min lastsess since who until\n${rows.map(lineOf).join('')}`
}

/** Times as text: a program need not know where they are counted from. */
function jsonOf({ sinceMs, untilMs, ...row }: ReleaseRow): object {
  return { ...row, since: timeOf(sinceMs), until: timeOf(untilMs) }
}

function lineOf(row: ReleaseRow): string {
  const { backend, release, state, share, servers, up, requestsPerMinute, lastRequestS, sinceMs, who, untilMs } = row
  const cells = [backend, release, state, share === null ? null : shareText(share).replaceAll(' ', ''), servers, up]
  const more = [requestsPerMinute, lastRequestS ?? -1, timeOf(sinceMs), who?.replaceAll(/\s/g, '_'), timeOf(untilMs)]
  return `${[...cells, ...more].map((cell) => escaped(String(cell ?? '-'))).join(' ')}\n`
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

const USAGE =
  "'set release <backend>/<release>' expects 'state canary|current|aborted|ended [share <n>%] [force]' or 'share <n>%'.\n"

async function set(words: readonly string[], operations: Operations, { who }: Visitor): Promise<Answer> {
  const [name = '', ...more] = words
  const [proxy = '', release, ...rest] = name.split('/')
  const change = changeOf(more)
  if (!change || rest.length > 0 || release === '') return problem(USAGE)
  if ('problem' in change) return change
  const backend = backendOf(proxy, operations)
  if (typeof backend === 'object') return backend
  const changed = await operations.releases!.change(backend, { ...change, release: release ?? null }, who)
  if (!changed) {
    return problem(
      `The Monitor does not know releases of ${backend}: it runs another version of this deployment; try again when that is complete\n`,
    )
  }
  if ('problem' in changed) return problem(`${changed.problem}\n`)
  const isTiny = change.share !== undefined && shareText(change.share).includes('(')
  return isTiny ? `${backend}: ${shareText(change.share!)} of the clients\n` : DONE
}

/** Undefined: not a change. */
function changeOf(words: readonly string[]): Omit<ReleaseChange, 'release'> | Problem | undefined {
  const isForced = words.at(-1) === 'force'
  const [first, value, second, share, ...more] = isForced ? words.slice(0, -1) : words
  if (more.length > 0 || value === undefined) return undefined
  if (first === 'share') return second === undefined ? { ...shareOf(value), isForced } : undefined
  const state = SET_RELEASE_STATES.find((each) => each === value)
  if (first !== 'state' || !state || (second === undefined) !== (share === undefined)) return undefined
  if (second === undefined) return { state, isForced }
  return second === 'share' && state === 'canary' ? { state, ...shareOf(share!), isForced } : undefined
}

/** `25%` and `25` are a quarter. */
function shareOf(written: string): { readonly share: number } | Problem {
  const [, digits] = /^(-?\d+(?:\.\d+)?)%?$/.exec(written) ?? []
  const share = Number(digits) / 100
  if (share >= 0 && share <= 1) return { share }
  return problem(`a share must be from 0 % to 100 %, such as 25%, not '${escaped(written)}'\n`)
}

export function createReleaseCommands(): Readonly<Record<string, Command>> {
  return {
    'show releases': {
      usage: 'show releases [<backend>] [json]',
      about: 'releases: their states, shares, servers, and when each served last',
      level: 'operator',
      run: show,
    },
    'set release': {
      usage: 'set release <backend>/<release> state|share <value> [force]',
      about: 'makes a release canary, current, aborted or ended; or changes the share of a canary',
      level: 'admin',
      run: set,
    },
  }
}
