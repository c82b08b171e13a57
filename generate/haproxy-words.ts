// Where options are written in a haproxy.cfg: on which line, and in which section of HAProxy's configuration manual it is.

import type { Option, Word } from '../src/config/option.ts'

/** What stands before the words of a concept. Of others each word is a line. */
const LINES: Readonly<Record<string, string>> = {
  server: 'server …',
  serverCheck: 'server …',
  cookie: 'cookie …',
  stickTable: 'stick-table …',
  stickRule: 'stick',
  forwardfor: 'option forwardfor …',
  redirectScheme: 'redirect scheme …',
  stats: 'stats',
  statsRule: 'stats http-request auth …',
  user: 'user …',
  syslog: 'log …',
  cookieCapture: 'capture cookie …',
  capture: 'capture request header …',
}

/** Words that are a line although those beside them are not. */
const OWN_LINES = new Set(['log-tag'])

const SECTIONS: Readonly<Record<string, string>> = {
  server: '5.2',
  serverCheck: '5.2',
  resolution: '5.2',
  resolversTimeouts: '5.3.2',
  hold: '5.3.2',
  resolvers: '5.3.2',
  user: '3.4',
}
const SECTIONS_BY_WORD: Readonly<Record<string, string>> = {
  backend: '4',
  frontend: '4',
  userlist: '3.4',
  mailer: '3.6',
  mailers: '3.6',
  resolvers: '5.3.2',
  'server-template': '4.2',
  'timeout mail': '3.6',
  'spread-checks': '3.2',
}
const KEYWORDS = '4.2'

/** Options that are a condition, a whole line or a place on a line in HAProxy: the hand-written part of the page has them. */
const BY_HAND = new Set(['backend.persistRules', 'backend.useServer', 'syslog.facility', 'syslog.level', 'check.steps'])

export function isInTheRules(concept: string, key: string): boolean {
  return key === 'if' || BY_HAND.has(`${concept}.${key}`)
}

/** `cookie … httponly`; with a value `cookie … maxidle 30m`. */
export function lineOf({ word, means }: Word, home: string, value?: unknown): string {
  const before = OWN_LINES.has(word) ? undefined : word === 'table' ? 'stick on …' : LINES[home]
  const argument = value === undefined || means !== undefined ? '' : argumentText(value)
  return `${before === undefined ? '' : `${before} `}${word}${argument}`
}

function argumentText(value: unknown): string {
  if (typeof value === 'boolean') return ''
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return ` ${value.join(' ')}`
  if (typeof value === 'object') return ' …'
  return ` ${String(value)}`
}

export function sectionOf(word: string, home: string): string {
  return SECTIONS_BY_WORD[word] ?? SECTIONS[home] ?? KEYWORDS
}

export function wordsOf({ word }: Option): readonly Word[] {
  if (word === undefined) return []
  const all = Array.isArray(word) ? (word as readonly (string | Word)[]) : [word as string | Word]
  return all.map((each) => (typeof each === 'string' ? { word: each } : each))
}
