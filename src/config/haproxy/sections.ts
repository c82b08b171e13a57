// A haproxy.cfg into sections of lines. What the lines mean is translate.ts's business.

import { expanded, lexLine } from './lex.ts'
import { newConditions } from './line-conditions.ts'
import { failed, platform, TRANSLATED } from './line-status.ts'
import type { Diagnostic, Outcome } from './line-status.ts'
import { SECTION_KINDS } from './section-words.ts'

export interface Source {
  readonly file: string
  readonly text: string
}

export interface Line {
  readonly file: string
  readonly line: number
  readonly words: readonly string[]
  /** Where each of them begins, from 1. */
  readonly columns: readonly number[]
}

export interface Section {
  /** `frontend`, `backend`, ... */
  readonly kind: string
  readonly head: Line
  readonly lines: readonly Line[]
}

/** Several files are read as one after the other, as HAProxy reads several `-f`. */
export function parseSections(sources: readonly Source[], env: Readonly<Record<string, string>>) {
  const sections: { kind: string; head: Line; lines: Line[] }[] = []
  const problems: Diagnostic[] = []
  // `setenv` in a global section counts for the lines after it.
  const variables = { ...env }
  for (const { file, text } of sources) {
    const conditions = newConditions()
    const lines = text.split(/\r?\n/)
    lines.forEach((raw, i) => {
      const { words: written, columns, problem } = lexLine(raw, variables)
      const words = withAddress(written, variables)
      const line: Line = { file, line: i + 1, words, columns }
      const [column = 1] = columns
      const said = (outcome: Outcome) => problems.push({ ...outcome, file, line: i + 1, column, text: words.join(' ') })
      const directive = conditions.take(words, variables)
      if (directive) {
        const wrong = problem ?? ('problem' in directive ? directive.problem : undefined)
        said(wrong === undefined ? TRANSLATED : failed(wrong))
      } else if (!conditions.isRead()) {
        if (words.length > 0) said(platform('left out: the condition before it does not hold'))
      } else if (problem !== undefined)
        problems.push({ ...failed(problem), file, line: i + 1, column: columns.at(-1) ?? 1, text: raw.trim() })
      else if (words.length === 0) return
      else if (MESSAGES.has(words[0]!)) said(messageOf(words))
      else if (SECTION_KINDS.has(words[0]!)) sections.push({ kind: words[0]!, head: line, lines: [] })
      else if (sections.length === 0) said(failed('stands before the first section'))
      else {
        const section = sections.at(-1)!
        section.lines.push(line)
        if (section.kind === 'global') setVariable(words, variables)
      }
    })
    if (conditions.isOpen())
      problems.push({
        ...failed('.if without .endif'),
        file,
        line: lines.length,
        column: 1,
        text: lines.at(-1)!.trim(),
      })
  }
  return { sections: sections as readonly Section[], problems }
}

/** What a file says to those who start it; `.alert` stops the start. */
const MESSAGES = new Set(['.diag', '.notice', '.warning', '.alert'])

function messageOf([word, ...text]: readonly string[]): Outcome {
  const message = text.join(' ')
  return word === '.alert' ? failed(`.alert: ${message}`) : { ...TRANSLATED, message }
}

/** Which word of a line is an address, where there is one. */
const ADDRESS_AT: Readonly<Record<string, number>> = {
  bind: 1,
  listen: 2,
  frontend: 2,
  log: 1,
  source: 1,
  'stats socket': 2,
  server: 2,
  'server-template': 3,
  mailer: 2,
  peer: 2,
  nameserver: 2,
}

/** In addresses HAProxy reads variables without quotes, too. */
function withAddress(words: readonly string[], variables: Readonly<Record<string, string>>): readonly string[] {
  const [keyword = '', second] = words
  const at = ADDRESS_AT[keyword] ?? ADDRESS_AT[`${keyword} ${second}`]
  return at === undefined || !words[at]?.includes('$') ? words : words.with(at, expanded(words[at], variables))
}

function setVariable([keyword, name = '', value = '']: readonly string[], variables: Record<string, string>): void {
  if (keyword === 'setenv' || (keyword === 'presetenv' && !(name in variables))) variables[name] = value
  if (keyword === 'unsetenv') delete variables[name]
}
