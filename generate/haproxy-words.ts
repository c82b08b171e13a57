// Where the options of a concept are written in a haproxy.cfg: the line, and the section of HAProxy's configuration manual.

import type { Option, Word } from '../src/config/option.ts'

interface Line {
  /** What stands before an option's word: `server … slowstart`. */
  readonly before?: string
  readonly section: string
}

export const LINES: Readonly<Record<string, Line>> = {
  root: { section: '3' },
  frontend: { section: '4.2' },
  backend: { section: '4.2' },
  server: { before: 'server …', section: '5.2' },
  cookie: { before: 'cookie …', section: '4.2' },
  stickTable: { before: 'stick-table …', section: '4.2' },
  stats: { before: 'stats', section: '4.2' },
  user: { before: 'user …', section: '3.4' },
}
const OTHER: Line = { section: '4.2' }

/** Each word of a row, as a line of a haproxy.cfg has it. */
export function haproxyLines(concept: string, row: Option): readonly string[] {
  const { before } = LINES[concept] ?? OTHER
  return wordsOf(row).map(({ word }) => (before === undefined ? word : `${before} ${word}`))
}

export function sectionOf(concept: string): string {
  return (LINES[concept] ?? OTHER).section
}

export function wordsOf({ word }: Option): readonly Word[] {
  if (word === undefined) return []
  const all = Array.isArray(word) ? (word as readonly (string | Word)[]) : [word as string | Word]
  return all.map((each) => (typeof each === 'string' ? { word: each } : each))
}
