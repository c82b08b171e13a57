// What is said of each line of a proxy section, once all sections are read and known to be HTTP or not.

import type { Draft } from './draft.ts'
import { differs, failed, TRANSLATED, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { hasUnaskedRules, serversWithoutDynamicCookie } from './proxies.ts'
import type { Line, Section } from './sections.ts'
import type { ServerDraft } from './server-line.ts'
import type { resolveServerPorts } from './server-ports.ts'
import { openPageOutcome } from './stats-lines.ts'

export interface ReadLine {
  readonly line: Line
  readonly outcome: Outcome
  /** A server without a port of its own. */
  readonly follower: ServerDraft | undefined
}

export interface ReadSection {
  readonly section: Section
  readonly lines: readonly ReadLine[]
  /** Of an address behind its name. */
  readonly headOutcome: Outcome | undefined
}

export type Note = (line: Line, outcome: Outcome) => void
type ServerPorts = ReturnType<typeof resolveServerPorts>

/** Lines of `stats` that keep people out. */
const GUARDS = new Set(['auth', 'http-request'])

const UNASKED =
  'other sections send requests here, which pass by its own use_backend lines: write its servers and their rules as a backend section'

/** A section that is said to be left out, whatever its lines are. */
export function noteLeftOut({ section, lines }: ReadSection, note: Note): void {
  note(section.head, differs('left out by --only-http: it is plain TCP'))
  for (const { line } of lines) note(line, differs('left out with its section'))
}

/** `modeOutcome`: what became of its `mode` line; without one, of its head. */
export function noteSection(
  { section, lines, headOutcome }: ReadSection,
  draft: Draft,
  modeOutcome: Outcome,
  ports: ServerPorts,
  note: Note,
): void {
  const mode = hasUnaskedRules(draft) ? failed(UNASKED) : modeOutcome
  const modeLine = lines.findLast(({ line, outcome }) => line.words[0] === 'mode' && outcome === TRANSLATED)
  const reached = draft.kind === 'backend' || draft.isReached ? [] : [unreached(draft)]
  const isGuarded = section.lines.some(({ words: [first, what] }) => first === 'stats' && GUARDS.has(what ?? ''))
  note(
    section.head,
    worst([
      ...(headOutcome ? [headOutcome] : []),
      ...(modeLine && mode.status !== 'error' ? [] : [mode]),
      ...reached,
      TRANSLATED,
    ]),
  )
  for (const each of lines) {
    const { line, outcome, follower } = each
    const openPage = outcome.status === 'translated' && openPageOutcome(line.words, isGuarded)
    if (each === modeLine) note(line, mode)
    else if (line.words[0] === 'cookie') note(line, worst([outcome, dynamicOutcome(draft)]))
    else if (follower) note(line, withPort(outcome, ports.get(follower)))
    else note(line, openPage || outcome)
  }
}

/** HAProxy warns of it, too. */
function unreached({ isTarget }: Draft): Outcome {
  const who = isTarget ? 'only other sections reach it' : 'nobody reaches it'
  return { ...TRANSLATED, message: `has no bind, and others have: ${who}; write a bind, or call it a backend` }
}

/** Servers come after the line. */
function dynamicOutcome(draft: Draft): Outcome {
  const [server] = serversWithoutDynamicCookie(draft)
  if (server === undefined) return TRANSLATED
  return differs(
    `dynamic makes values of addresses, and server ${server} is known by name: write cookie NAME behind it`,
  )
}

/** What became of a server's line, once its port is known. A server outside of a backend has none. */
function withPort(outcome: Outcome, port: Outcome | { readonly port: number } | undefined): Outcome {
  if (port === undefined) return outcome
  if (!('port' in port)) return port
  const said = `port ${port.port}, as its clients' bind`
  return { ...outcome, message: outcome.message === undefined ? said : `${said}; ${outcome.message}` }
}
