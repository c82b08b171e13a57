// A haproxy.cfg -> our own configuration, and what became of every line of it. Pure: files and variables are handed in.

import type { FrontendInput, LimpetConfig } from '../schema.ts'
import { listIn } from './acl.ts'
import type { AclPorts } from './acl.ts'
import type { Hash64 } from './dynamic-cookie.ts'
import { inherit, newDraft, toBackend, toFrontend } from './draft.ts'
import type { Draft } from './draft.ts'
import { createLineMap } from './line-map.ts'
import { alertsOf, applyMailersLine } from './mailers.ts'
import type { MailersDraft } from './mailers.ts'
import { PROXY_KEYWORDS } from './proxy-keywords.ts'
import type { LinePorts } from './proxy-keywords.ts'
import { applyOption } from './options.ts'
import { parseSections } from './sections.ts'
import type { Line, Section, Source } from './sections.ts'
import { openPageOutcome } from './stats-lines.ts'
import { applyStats } from './stats-socket.ts'
import type { StatsSocket } from './stats-socket.ts'
import { applyUserlistLine } from './userlist.ts'
import type { UserlistDraft } from './userlist.ts'
import { pending, platform, TRANSLATED, unsupported } from './verdict.ts'
import type { Diagnostic, Outcome } from './verdict.ts'

export interface TranslatePorts extends AclPorts {
  readonly env: Readonly<Record<string, string>>
  readonly hash64: Hash64
}

export interface Translated {
  /** Not validated yet; present even when lines are unsupported. */
  readonly config: LimpetConfig
  /** One for each line that is not blank, in order. */
  readonly diagnostics: readonly Diagnostic[]
  /** Sockets for HAProxy's commands; only `limpet serve` can open them. */
  readonly statsSockets: readonly StatsSocket[]
  /** Where an issue's path comes from, as `file:line`. */
  readonly lineOf: (path: string) => string | undefined
}

const PENDING_SECTIONS = new Set(['cache'])
const PLATFORM_SECTIONS: Readonly<Record<string, string>> = {
  peers: 'what balancers share is one here',
  resolvers: 'names are resolved by the platform',
  ring: "logs are the platform's",
}
const PENDING_GLOBALS = new Set(['server-state-file', 'server-state-base'])
const UNSUPPORTED_GLOBALS = new Set([
  'lua-load',
  'lua-load-per-thread',
  'lua-prepend-path',
  'external-check',
  'insecure-fork-wanted',
  'module-load',
  'wurfl-data-file',
])

/** Lines of `stats` that keep people out. */
const GUARDS = new Set(['auth', 'http-request'])

export function translateHaproxy(sources: readonly Source[], ports: TranslatePorts): Translated {
  const { sections, problems } = parseSections(sources, ports.env)
  const diagnostics: Diagnostic[] = [...problems]
  const note = ({ file, line, words }: Line, outcome: Outcome) =>
    diagnostics.push({ ...outcome, file, line, text: words.join(' ').replaceAll(/\s+/g, ' ') })

  const named = new Map<string, Draft>()
  let defaults = newDraft()
  const drafts: Draft[] = []
  const lines = createLineMap()
  const maps: Record<string, Record<string, string>> = {}
  const userlists: UserlistDraft[] = []
  const globals: GlobalDraft = {}
  const statsSockets: StatsSocket[] = []
  const mailers = mailersOf(sections, note)
  const linePorts: LinePorts = { ...ports, mailers: new Set(mailers.map(({ name }) => name)) }
  for (const section of sections) {
    if (section.kind === 'mailers') continue
    if (section.kind === 'userlist') {
      const list: UserlistDraft = { name: section.head.words[1] ?? '', users: [] }
      userlists.push(list)
      note(section.head, TRANSLATED)
      // Groups may stand before their users.
      const inOrder = section.lines.toSorted((a, b) => Number(a.words[0] === 'group') - Number(b.words[0] === 'group'))
      for (const line of inOrder) note(line, applyUserlistLine(line.words, list))
      continue
    }
    const draft = draftOf(section, defaults, named)
    if (typeof draft === 'string') note(section.head, unsupported(draft))
    else if (draft) {
      note(section.head, TRANSLATED)
      lines.noteSection(section.head, draft)
      const isGuarded = section.lines.some(({ words: [first, what] }) => first === 'stats' && GUARDS.has(what ?? ''))
      for (const line of section.lines) {
        const missing = loadMaps(line, maps, ports)
        const outcome = missing ?? lines.noting(line, draft, () => applyLine(line, draft, linePorts))
        const isOpen = outcome.verdict === 'translated' && openPageOutcome(line.words, isGuarded)
        note(line, isOpen || outcome)
      }
      if (draft.kind !== 'defaults') drafts.push(draft)
      else {
        defaults = draft
        if (draft.name !== '') named.set(draft.name, draft)
      }
    } else {
      note(section.head, outcomeOfSection(section))
      for (const line of section.lines) note(line, outcomeOfOtherLine(section, line, globals, statsSockets))
    }
  }
  const frontDrafts = drafts.filter(({ kind }) => kind !== 'backend')
  const backDrafts = drafts.filter(
    ({ kind, servers }) => kind === 'backend' || (kind === 'listen' && servers.length > 0),
  )
  numberDrafts(drafts, [...frontDrafts, ...backDrafts])
  const frontends = toldApart(frontDrafts.map(toFrontend))
  const alerts = alertsOf(backDrafts, mailers)
  const config: LimpetConfig = {
    defaults: 'haproxy',
    ...globals,
    ...(frontDrafts.some(({ isHttplog }) => isHttplog) ? { log: 'httplog' } : {}),
    ...(frontends.length > 0 ? { frontends } : {}),
    backends: backDrafts.map((draft) => toBackend(draft, ports.hash64)),
    ...(Object.keys(maps).length > 0 ? { maps } : {}),
    ...(userlists.length > 0 ? { userlists } : {}),
    ...(alerts.length > 0 ? { alerts } : {}),
  }
  return {
    config,
    statsSockets,
    diagnostics: diagnostics.toSorted((a, b) => order(a, sources) - order(b, sources)),
    lineOf(path) {
      const line = lines.lineOf(path, config, frontDrafts, backDrafts)
      return line && `${line.file}:${line.line}`
    },
  }
}

/** They may stand behind the sections that name them. */
function mailersOf(sections: readonly Section[], note: (line: Line, outcome: Outcome) => void): MailersDraft[] {
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

/** Maps that a line names are read; an outcome only when one cannot be. */
function loadMaps(
  { words }: Line,
  maps: Record<string, Record<string, string>>,
  ports: TranslatePorts,
): Outcome | undefined {
  for (const word of words) {
    for (const [, file = ''] of word.matchAll(/,map[a-z_]{0,9}\(([^,()]{1,4096})/g)) {
      if (Object.hasOwn(maps, file)) continue
      const text = ports.text(file)
      if (text === undefined) return unsupported(`${file} cannot be read`)
      maps[file] = Object.fromEntries(
        listIn(text).map((entry): [string, string] => {
          const [key = ''] = entry.split(/\s/, 1)
          return [key, entry.slice(key.length).trim()]
        }),
      )
    }
  }
  return undefined
}

/** On Cloudflare there are no ports: where some binds speak TLS, the others are what comes by http. */
function toldApart(frontends: readonly FrontendInput[]): FrontendInput[] {
  const hasTls = frontends.some(({ scheme }) => scheme === 'https')
  return frontends.map((frontend) =>
    hasTls && frontend.scheme === undefined ? { ...frontend, scheme: 'http' } : frontend,
  )
}

/** A draft for a proxy section, undefined for any other, a string when something is wrong with its head. */
function draftOf(
  { kind, head }: Section,
  defaults: Draft,
  named: ReadonlyMap<string, Draft>,
): Draft | string | undefined {
  const [, name = '', from, base = ''] = head.words
  if (kind === 'defaults') return { ...newDraft(), ...(name === 'from' ? {} : { name }) }
  if (kind !== 'frontend' && kind !== 'backend' && kind !== 'listen') return undefined
  if (name === '') return `${kind} needs a name`
  if (from === undefined) return inherit(defaults, kind, name)
  if (from !== 'from') return `'${from}' is not known; binds have lines of their own`
  const chosen = named.get(base)
  return chosen ? inherit(chosen, kind, name) : `there is no defaults section '${base}' before it`
}

function applyLine({ words }: Line, draft: Draft, ports: LinePorts): Outcome {
  const [first = '', ...rest] = words
  if (first === 'no' && rest[0] === 'option') return applyOption(rest.slice(1), true, draft)
  const handler = Object.hasOwn(PROXY_KEYWORDS, first) ? PROXY_KEYWORDS[first] : undefined
  return handler ? handler(rest, draft, ports) : unsupported(`${first} cannot be had`)
}

function outcomeOfSection({ kind }: Section): Outcome {
  if (kind === 'global') return TRANSLATED
  const reason = Object.hasOwn(PLATFORM_SECTIONS, kind) ? PLATFORM_SECTIONS[kind] : undefined
  if (reason !== undefined) return platform(reason)
  return PENDING_SECTIONS.has(kind) ? pending('not in force yet') : unsupported(`${kind} sections cannot be had`)
}

type GlobalDraft = Pick<LimpetConfig, 'spreadChecks'>

function outcomeOfOtherLine(
  section: Section,
  { words }: Line,
  globals: GlobalDraft,
  statsSockets: StatsSocket[],
): Outcome {
  if (section.kind !== 'global') return outcomeOfSection(section)
  const [keyword = '', value = ''] = words
  if (keyword === 'stats') return applyStats(words.slice(1), statsSockets)
  if (keyword === 'spread-checks') {
    if (!/^\d+$/.test(value)) return unsupported('needs a whole number')
    globals.spreadChecks = Number(value)
    return TRANSLATED
  }
  if (['setenv', 'presetenv', 'unsetenv', 'resetenv'].includes(keyword)) return TRANSLATED
  if (PENDING_GLOBALS.has(keyword)) return pending('not in force yet')
  if (UNSUPPORTED_GLOBALS.has(keyword)) return unsupported(`${keyword} cannot be had`)
  return platform("processes, TLS and logs are the platform's")
}

function order({ file, line }: Diagnostic, sources: readonly Source[]): number {
  return sources.findIndex((source) => source.file === file) * 10_000_000 + line
}
