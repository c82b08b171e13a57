// A haproxy.cfg -> our own configuration, and the status of every line. Pure: files and variables are handed in.

import type { FrontendInput } from '../options/frontend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { NOT_LEFT_OUT } from './access.ts'
import type { AclPorts } from './acl.ts'
import { applyBind } from './bind-line.ts'
import type { Hash64 } from './dynamic-cookie.ts'
import { inherit, newDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import { applyGlobalLine, newGlobalDraft } from './global-lines.ts'
import type { GlobalDraft } from './global-lines.ts'
import { leadsTo, sendsTo } from './leads-to.ts'
import { readHttpErrors } from './http-errors.ts'
import { isLogged, logTargetsOf } from './log-lines.ts'
import { createListFiles } from './list-files.ts'
import { createLineMap } from './line-map.ts'
import { alertsOf, applyMailersLine } from './mailers.ts'
import type { MailersDraft } from './mailers.ts'
import { httpPartOf, modesOf } from './modes.ts'
import { REFUSED_BY_26 } from './old-rules.ts'
import { resolversOf } from './resolvers.ts'
import type { LinePorts } from './proxy-keywords.ts'
import { applyProxyLine, loadMaps } from './proxy-line.ts'
import { outcomeOfHead, outcomeOfSectionLine } from './section-words.ts'
import { noteLeftOut, noteSection } from './section-notes.ts'
import type { Note, ReadLine, ReadSection } from './section-notes.ts'
import { parseSections } from './sections.ts'
import type { Line, Section, Source } from './sections.ts'
import { hasBackend, toBackend, toFrontend } from './proxies.ts'
import { clientRuleIn } from './proxy-protocol.ts'
import { resolveServerPorts } from './server-ports.ts'
import type { StatsSocket } from './stats-socket.ts'
import { applyUserlistLine } from './userlist.ts'
import type { UserlistDraft } from './userlist.ts'
import { differs, failed, TRANSLATED } from './line-status.ts'
import type { Diagnostic, Outcome } from './line-status.ts'

export interface TranslatePorts extends Omit<AclPorts, 'files'> {
  readonly env: Readonly<Record<string, string>>
  readonly hash64: Hash64
  /** The files of a directory; undefined for what is no directory. */
  readonly namesIn?: (directory: string) => readonly string[] | undefined
  /** Sections that are plain TCP are left out. */
  readonly onlyHttp?: boolean
}

export interface Translated {
  /** Not validated yet; present even when lines are unsupported. */
  readonly config: LimpetConfig
  /** One for each line that is not blank, in order. */
  readonly diagnostics: readonly Diagnostic[]
  /** Sockets for HAProxy's commands; only `limpet serve` can open them. */
  readonly statsSockets: readonly StatsSocket[]
  /** The line that what an issue is about comes from. */
  readonly lineOf: (keys: readonly PropertyKey[]) => Line | undefined
}

/** What they say may be named by sections before them. */
const READ_FIRST = new Set(['mailers', 'resolvers', 'http-errors'])

/** A name made of samples may be that of any section with servers. */
function isTargetOf(other: Draft, draft: Draft): boolean {
  return sendsTo(other, draft) || (hasBackend(draft) && leadsTo(other, draft))
}

export function translateHaproxy(sources: readonly Source[], ports: TranslatePorts): Translated {
  const { sections, problems } = parseSections(sources, ports.env)
  const diagnostics: Diagnostic[] = [...problems]
  const note: Note = ({ file, line, words, columns }: Line, { fromEnd, ...outcome }: Outcome) =>
    diagnostics.push({
      ...outcome,
      file,
      line,
      column: columns[words.length - (fromEnd ?? NaN)] ?? columnOf(words, columns, outcome.message),
      text: words.join(' ').replaceAll(/\s+/g, ' '),
    })

  const named = new Map<string, Draft>()
  let defaults = newDraft()
  const drafts: Draft[] = []
  const read = new Map<Draft, ReadSection>()
  const lines = createLineMap()
  const files = createListFiles(ports.text)
  const userlists: UserlistDraft[] = []
  const globals = newGlobalDraft()
  const statsSockets: StatsSocket[] = []
  const mailers = mailersOf(sections, note)
  const resolvers = resolversOf(sections, note)
  const httpErrors = readHttpErrors(sections, { ...ports, files }, note)
  const mailerNames = new Set(mailers.map(({ name }) => name))
  const clientRule = clientRuleIn(sections.filter(({ kind }) => isProxy(kind)).flatMap((section) => section.lines))
  for (const section of sections) {
    if (READ_FIRST.has(section.kind)) continue
    if (section.kind === 'userlist') {
      const list: UserlistDraft = { name: section.head.words[1] ?? '', users: [] }
      userlists.push(list)
      note(section.head, TRANSLATED)
      // Groups may come before their users.
      const inOrder = section.lines.toSorted((a, b) => Number(a.words[0] === 'group') - Number(b.words[0] === 'group'))
      for (const line of inOrder) {
        const outcome = applyUserlistLine(line.words, list)
        const isLost = outcome.status === 'unsupported'
        note(line, isLost ? { ...outcome, ...failed(`${outcome.message}; ${NOT_LEFT_OUT}`) } : outcome)
      }
      continue
    }
    const linePorts: LinePorts = { ...ports, files, httpErrors, mailers: mailerNames, binds: globals.binds, clientRule }
    if (isProxy(section.kind)) {
      const { draft, problem, outcome: headOutcome } = draftOf(section, defaults, named, linePorts)
      lines.noteSection(section.head, draft)
      const readLines = section.lines.map((line): ReadLine => {
        const servers = draft.servers.length
        const missing = loadMaps(line, linePorts)
        const outcome = lines.noting(line, draft, () => applyProxyLine(line, draft, linePorts, missing))
        draft.httpLine ??= httpPartOf(line.words)
        const follower = draft.servers.slice(servers).find(({ portOffset }) => portOffset !== undefined)
        return { line, outcome, follower }
      })
      if (problem !== undefined || draft.kind === 'defaults') {
        note(section.head, problem === undefined ? TRANSLATED : failed(problem))
        for (const { line, outcome } of readLines) note(line, outcome)
      } else {
        drafts.push(draft)
        read.set(draft, { section, lines: readLines, headOutcome })
      }
      if (problem === undefined && draft.kind === 'defaults') {
        defaults = draft
        if (draft.name !== '') named.set(draft.name, draft)
      }
    } else {
      note(section.head, outcomeOfHead(section.kind))
      for (const line of section.lines) {
        const isGlobal = section.kind === 'global'
        note(
          line,
          isGlobal
            ? applyGlobalLine(line.words, globals, statsSockets)
            : outcomeOfSectionLine(section.kind, line.words),
        )
      }
    }
  }
  if (drafts.some(({ binds }) => binds.length > 0)) for (const draft of drafts) draft.isReached = draft.binds.length > 0
  const modes = modesOf(drafts)
  const httpDrafts = drafts.filter((draft) => modes.get(draft)!.isHttp)
  for (const draft of httpDrafts)
    if (draft.kind === 'listen')
      draft.isTarget = httpDrafts.some(
        (other) => other !== draft && other.kind !== 'backend' && isTargetOf(other, draft),
      )
  const frontDrafts = httpDrafts.filter(({ kind, isReached }) => kind !== 'backend' && isReached)
  const backDrafts = httpDrafts.filter(hasBackend)
  numberDrafts(drafts, [...frontDrafts, ...backDrafts])
  const serverPorts = resolveServerPorts(frontDrafts, backDrafts)
  for (const [draft, section] of read) {
    const mode = modes.get(draft)!
    if (!mode.isHttp && ports.onlyHttp) noteLeftOut(section, note)
    else noteSection(section, draft, mode.outcome, serverPorts, note)
  }
  const logging = loggingOf(frontDrafts, globals)
  const frontends = toldApart(frontDrafts.map((draft) => logged(draft, globals, logging)))
  const alerts = alertsOf(backDrafts, mailers)
  const config: LimpetConfig = {
    defaults: 'haproxy',
    ...(globals.spreadChecks === undefined ? {} : { spreadChecks: globals.spreadChecks }),
    ...logging,
    ...(globals.processVariables.length > 0 ? { processVariables: globals.processVariables } : {}),
    ...(frontends.length > 0 ? { frontends } : {}),
    backends: backDrafts.map((draft) => toBackend(draft, ports.hash64)),
    ...(resolvers.length > 0 ? { resolvers } : {}),
    ...files.read(),
    ...(userlists.length > 0 ? { userlists } : {}),
    ...(alerts.length > 0 ? { alerts } : {}),
  }
  return {
    config,
    statsSockets,
    diagnostics: diagnostics.toSorted((a, b) => order(a, sources) - order(b, sources)),
    lineOf: (keys) => lines.lineOf(keys, config, frontDrafts, backDrafts),
  }
}

/** Of a line that no table reads: messages quote the word that they are about. */
function columnOf(words: readonly string[], columns: readonly number[], message = ''): number {
  const quoted = [...message.matchAll(/'([^']+)'/g)].map(([, word]) => words.indexOf(word!))
  const exact = quoted.find((i) => i !== -1)
  if (exact !== undefined) return columns[exact] ?? 1
  // A part of a word, such as a converter.
  const [, part] = /'([^']{2,})'/.exec(message) ?? []
  const within = part === undefined ? -1 : words.findIndex((word) => word.includes(part))
  return columns[Math.max(within, 0)] ?? 1
}

/** They may stand behind the sections that name them. */
function mailersOf(sections: readonly Section[], note: Note): MailersDraft[] {
  return sections
    .filter(({ kind }) => kind === 'mailers')
    .map(({ head, lines }) => {
      const draft: MailersDraft = { name: head.words[1] ?? '', smtp: [], timeout: undefined }
      note(head, TRANSLATED)
      for (const line of lines) note(line, applyMailersLine(line.words, draft))
      return draft
    })
}

/** HAProxy numbers proxies in the file's order, its own is 1. Written down only where another order would be ours. */
function numberDrafts(drafts: readonly Draft[], ours: readonly Draft[]): void {
  const names = (all: readonly Draft[]) => [...new Set(all.map(({ name }) => name))]
  const inOrder = names(drafts)
  if (inOrder.join('\n') === names(ours).join('\n')) return
  for (const draft of drafts) draft.id = inOrder.indexOf(draft.name) + 2
}

/** On Cloudflare there are no ports: where some binds speak TLS, the others are what comes by http. */
function toldApart(frontends: readonly FrontendInput[]): FrontendInput[] {
  const hasTls = frontends.some(({ scheme }) => scheme === 'https')
  return frontends.map((frontend) =>
    hasTls && frontend.scheme === undefined ? { ...frontend, scheme: 'http' } : frontend,
  )
}

function isProxy(kind: string): kind is Draft['kind'] {
  return kind === 'defaults' || kind === 'frontend' || kind === 'backend' || kind === 'listen'
}

/** `problem`: what is wrong with its head; its lines are read all the same. */
function draftOf(
  { kind, head }: Section,
  defaults: Draft,
  named: ReadonlyMap<string, Draft>,
  ports: LinePorts,
): { readonly draft: Draft; readonly problem?: string; readonly outcome?: Outcome } {
  const [, name = '', from, base = ''] = head.words
  if (kind === 'defaults') return { draft: { ...newDraft(), ...(name === 'from' ? {} : { name }) } }
  const draft = inherit(defaults, kind as Draft['kind'], name)
  if (name === '') return { draft, problem: `${kind} needs a name` }
  if (from === undefined) return { draft }
  if (from !== 'from') {
    if (kind === 'backend') return { draft, problem: `'${from}' is not known` }
    // As HAProxy 1.5 took it.
    const outcome = applyBind(head.words.slice(2), draft, ports)
    if (outcome.status === 'error') return { draft, problem: `${outcome.message}; binds have lines of their own` }
    const said = `${REFUSED_BY_26.replace('this word', 'an address here')}: write bind ${head.words.slice(2).join(' ')}`
    return { draft, outcome: outcome.status === 'unsupported' ? outcome : differs(said) }
  }
  const chosen = named.get(base)
  if (chosen) return { draft: inherit(chosen, kind as Draft['kind'], name) }
  return { draft, problem: `there is no defaults section '${base}' before it` }
}

/** Without a `log` line HAProxy logs no request; what it logs goes to the places that the lines name. */
function loggingOf(frontends: readonly Draft[], globals: GlobalDraft): Pick<LimpetConfig, 'log' | 'logTo'> {
  if (!frontends.some(({ logs }) => isLogged(logs, globals.logs))) return { log: 'off' }
  const logTo = logTargetsOf(
    globals,
    frontends.map(({ logs }) => logs),
  )
  return { log: frontends.some(({ isHttplog }) => isHttplog) ? 'httplog' : 'json', logTo }
}

/** Some frontends may log and others may not. */
function logged(draft: Draft, globals: GlobalDraft, { log }: Pick<LimpetConfig, 'log'>): FrontendInput {
  const isSilent = log !== 'off' && !isLogged(draft.logs, globals.logs)
  return isSilent ? { ...toFrontend(draft), log: false } : toFrontend(draft)
}

function order({ file, line }: Diagnostic, sources: readonly Source[]): number {
  return sources.findIndex((source) => source.file === file) * 10_000_000 + line
}
