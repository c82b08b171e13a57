// `limpet release`: starts, steps, promotes, aborts and ends releases of a running balancer, and lists them. The balancer decides what is
// refused; its reason is printed, and the exit status is 1.

import type { ReleaseRow } from '../admin/release-operations.ts'
import { shareText } from '../admin/release-rows.ts'
import { CliError, UsageError } from './cli-error.ts'
import { askCommand, printTable } from './remote.ts'
import type { RemoteOptions } from './remote.ts'

/** As `show releases json` has it. */
export interface SentRelease extends Omit<ReleaseRow, 'sinceMs' | 'untilMs'> {
  /** ISO 8601; null: it never served, or does not end by time. */
  readonly since: string | null
  readonly until: string | null
}

export interface ChangeOptions extends RemoteOptions {
  readonly force?: boolean
}

export interface StartOptions extends ChangeOptions {
  readonly share: string
}

export interface AbortOptions extends RemoteOptions {
  /** Its open pages are not served, either. */
  readonly now?: boolean
}

export async function start(name: string, { share, ...options }: StartOptions): Promise<void> {
  await change(withRelease(name), ['state', 'canary', 'share', share], options)
}

export async function step(backend: string, share: string, options: RemoteOptions): Promise<void> {
  await change(backend, ['share', share], options)
}

/** Without a release: the canary. */
export async function promote(backend: string, release: string | undefined, options: ChangeOptions): Promise<void> {
  await change(release === undefined ? backend : `${backend}/${release}`, ['state', 'current'], options)
}

export async function abort(backend: string, { now, ...options }: AbortOptions): Promise<void> {
  await change(backend, ['state', now ? 'ended' : 'aborted'], options)
}

export async function end(name: string, options: ChangeOptions): Promise<void> {
  await change(withRelease(name), ['state', 'ended'], options)
}

export async function list(backend: string | undefined, options: RemoteOptions, nowMs = Date.now()): Promise<void> {
  const text = await ask(['show', 'releases', ...(backend === undefined ? [] : [backend]), 'json'], options)
  const releases = JSON.parse(text) as SentRelease[]
  if (options.json) {
    console.log(JSON.stringify(releases, null, 2))
    return
  }
  // The newest is what is worked on.
  const rows = releases.toReversed().map((release) => rowOf(release, backend === undefined, nowMs))
  printTable([HEADINGS, ...aligned(rows)])
}

async function change(name: string, words: readonly string[], options: ChangeOptions): Promise<void> {
  const told = await ask(['set', 'release', name, ...words, ...(options.force ? ['force'] : [])], options)
  // Of a share that is less than one of 256 parts.
  if (told.trim() !== '') console.error(told.trim())
  await list(name.split('/')[0]!, options)
}

function withRelease(name: string): string {
  if (/^[^/]+\/[^/]+$/.test(name)) return name
  throw new UsageError(`'${name}' must be BACKEND/RELEASE, such as app/2026-11-25`)
}

async function ask(words: readonly string[], options: RemoteOptions): Promise<string> {
  for (const word of words) {
    if (!/^[^\s;\\]+$/.test(word)) throw new UsageError(`'${word}' must be one word, without ';' and '\\'`)
  }
  const { text, hasFailed } = await askCommand(words.join(' '), options)
  if (!hasFailed) return text
  const { origin } = new URL(options.url)
  if (text.startsWith('Unknown command')) {
    throw new CliError(`${origin}: no backend has releases; write \`releases\` into one, or update Limpet there`)
  }
  throw new CliError(text.trim())
}

const HEADINGS = ['RELEASE', 'STATE', 'SHARE', 'SERVERS', 'REQUESTS/MIN', 'LAST REQUEST', 'SINCE', 'UNTIL']
/** Figures end below each other. */
const FIGURES: ReadonlySet<string> = new Set(['SHARE', 'REQUESTS/MIN'])

function rowOf(sent: SentRelease, isWithBackend: boolean, nowMs: number): readonly string[] {
  const { backend, release, state, share, servers, up, requestsPerMinute, lastRequestS, since, who, until } = sent
  return [
    isWithBackend ? `${backend}/${release}` : release,
    state,
    shareText(share),
    `${up}/${servers}`,
    requestsPerMinute.toLocaleString('en-US'),
    lastRequestS === null ? 'never' : agoText(lastRequestS),
    (since === null ? '-' : dateText(since, nowMs)) + (who === null ? '' : ` (${who})`),
    until === null ? '-' : dateText(until, nowMs),
  ]
}

function aligned(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)))
  return rows.map((row) => row.map((cell, i) => (FIGURES.has(HEADINGS[i]!) ? cell.padStart(widths[i]!) : cell)))
}

/** Counters arrive up to a minute late. */
function agoText(seconds: number): string {
  if (seconds < 60) return 'now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The time of today, the date of another day: by the clock of whoever asks. */
function dateText(written: string, nowMs: number): string {
  const [date, today] = [new Date(written), new Date(nowMs)]
  if (date.toDateString() !== today.toDateString()) return `${MONTHS[date.getMonth()]} ${date.getDate()}`
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((each) => String(each).padStart(2, '0'))
  return `${hours}:${minutes}`
}
