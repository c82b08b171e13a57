// A haproxy.cfg -> our own configuration, and what became of every line of it. Pure: files and variables are handed in.

import type { FrontendInput, LimpetConfig } from '../schema.ts'
import type { AclPorts } from './acl.ts'
import type { Hash64 } from './dynamic-cookie.ts'
import { inherit, newDraft, toBackend, toFrontend } from './draft.ts'
import type { Draft } from './draft.ts'
import { PROXY_KEYWORDS } from './proxy-keywords.ts'
import { applyOption } from './options.ts'
import { parseSections } from './sections.ts'
import type { Line, Section, Source } from './sections.ts'
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
}

const PENDING_SECTIONS = new Set(['mailers', 'userlist', 'cache', 'http-errors'])
const PLATFORM_SECTIONS: Readonly<Record<string, string>> = {
  peers: 'what balancers share is one here',
  resolvers: 'names are resolved by the platform',
  ring: "logs are the platform's",
}
const PENDING_GLOBALS = new Set([
  'stats',
  'spread-checks',
  'max-spread-checks',
  'server-state-file',
  'server-state-base',
])
const UNSUPPORTED_GLOBALS = new Set([
  'lua-load',
  'lua-load-per-thread',
  'lua-prepend-path',
  'external-check',
  'insecure-fork-wanted',
  'module-load',
  'wurfl-data-file',
])

export function translateHaproxy(sources: readonly Source[], ports: TranslatePorts): Translated {
  const { sections, problems } = parseSections(sources, ports.env)
  const diagnostics: Diagnostic[] = [...problems]
  const note = ({ file, line, words }: Line, outcome: Outcome) =>
    diagnostics.push({ ...outcome, file, line, text: words.join(' ').replaceAll(/\s+/g, ' ') })

  const named = new Map<string, Draft>()
  let defaults = newDraft()
  const drafts: Draft[] = []
  for (const section of sections) {
    const draft = draftOf(section, defaults, named)
    if (typeof draft === 'string') note(section.head, unsupported(draft))
    else if (draft) {
      note(section.head, TRANSLATED)
      for (const line of section.lines) note(line, applyLine(line, draft, ports))
      if (draft.kind !== 'defaults') drafts.push(draft)
      else {
        defaults = draft
        if (draft.name !== '') named.set(draft.name, draft)
      }
    } else {
      note(section.head, outcomeOfSection(section))
      for (const line of section.lines) note(line, outcomeOfOtherLine(section, line))
    }
  }
  const frontends = toldApart(drafts.filter(({ kind }) => kind !== 'backend').map(toFrontend))
  const backends = drafts.filter(({ kind }) => kind !== 'frontend').map((draft) => toBackend(draft, ports.hash64))
  const config: LimpetConfig = { defaults: 'haproxy', ...(frontends.length > 0 ? { frontends } : {}), backends }
  return { config, diagnostics: diagnostics.toSorted((a, b) => order(a, sources) - order(b, sources)) }
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

function applyLine({ words }: Line, draft: Draft, ports: TranslatePorts): Outcome {
  const [first = '', ...rest] = words
  if (first === 'no' && rest[0] === 'option') return applyOption(rest.slice(1), true, draft)
  const handler = Object.hasOwn(PROXY_KEYWORDS, first) ? PROXY_KEYWORDS[first] : undefined
  return handler ? handler(rest, draft, ports) : unsupported(`${first} cannot be had`)
}

function outcomeOfSection({ kind }: Section): Outcome {
  if (kind === 'global') return TRANSLATED
  const reason = PLATFORM_SECTIONS[kind]
  if (reason !== undefined) return platform(reason)
  return PENDING_SECTIONS.has(kind) ? pending('not in force yet') : unsupported(`${kind} sections cannot be had`)
}

function outcomeOfOtherLine(section: Section, { words }: Line): Outcome {
  if (section.kind !== 'global') return outcomeOfSection(section)
  const keyword = words[0]!
  if (['setenv', 'presetenv', 'unsetenv', 'resetenv'].includes(keyword)) return TRANSLATED
  if (PENDING_GLOBALS.has(keyword)) return pending('not in force yet')
  if (UNSUPPORTED_GLOBALS.has(keyword)) return unsupported(`${keyword} cannot be had`)
  return platform("processes, TLS and logs are the platform's")
}

function order({ file, line }: Diagnostic, sources: readonly Source[]): number {
  return sources.findIndex((source) => source.file === file) * 10_000_000 + line
}
