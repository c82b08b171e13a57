// What an explanation goes by, and what it cannot know: its notes.

import { sealsCookies } from '../../config/seals-cookies.ts'
import type { Config } from '../../config/config.ts'
import type { Diagnostic } from '../../config/haproxy/line-status.ts'
import type { Facts, Question } from '../../explain/facts.ts'
import type { Target } from '../../persistence/table.ts'
import type { TableAnswer } from '../remote.ts'
import type { Running } from './states.ts'

export interface Source {
  readonly file: string
  readonly diagnostics: readonly Diagnostic[]
  /** Of the running balancer; undefined: none was asked. */
  readonly url: string | undefined
  readonly running: Running | undefined
}

export function notesOn(
  { file, diagnostics, url, running }: Source,
  { backends, admin }: Config,
  { cookieKeys }: Facts,
  { url: asked }: Question,
): readonly string[] {
  const notes = [
    running === undefined
      ? `Configuration: ${file}. No balancer was asked: servers are as configured, and up.`
      : `Configuration: ${file}. Servers' states and tables: ${url}, as it knows them now.`,
  ]
  if (running?.difference !== undefined)
    notes.push(`The running balancer has other servers than ${file}: ${running.difference}.`)
  const { problem, differences = [] } = running?.releases ?? {}
  if (problem !== undefined)
    notes.push(`The releases of the running balancer are not known: ${problem}. They are explained as configured.`)
  if (differences.length > 0)
    notes.push(`The running balancer has other releases than ${file}: ${differences.join('; ')}.`)
  const lost = diagnostics.filter(({ status }) => status === 'unsupported').length
  if (lost > 0)
    notes.push(`Unsupported lines of ${file} are left out (${lost} of them): limpet check ${file} lists them.`)
  if (cookieKeys.length === 0 && sealsCookies({ backends })) {
    notes.push(
      'No cookie key is known here, so sealed cookies are not read: set LIMPET_COOKIE_KEYS, or name the directory of limpet serve with --state.',
    )
  }
  // Told apart as the Worker does it (cloudflare/app.ts).
  if (admin.enabled && `${asked.pathname}/`.startsWith(`${admin.path}/`))
    notes.push(`Once LIMPET_ADMIN_TOKEN is set, ${admin.path} belongs to the admin API, not to a server.`)
  return notes
}

/** The entry that a running balancer's table has; where nobody can tell, `notes` says so. */
export function entryOf(table: string, { used, entries: [found] }: TableAnswer, notes: string[]): Target | undefined {
  if (found) return { server: found.server, id: found.serverId }
  if (used === null) notes.push(`Table ${table} cannot be asked for a key: explained as if it had no entry.`)
  else if (used > LISTED_ENTRIES)
    notes.push(
      `Table ${table} has ${used} entries, and ${LISTED_ENTRIES} were looked at: there may be one of this key.`,
    )
  return undefined
}

/** As `show table` lists them. */
const LISTED_ENTRIES = 10_000
