// How many words HAProxy 2.6 reads after a keyword, where it refuses a line with more. A word that nobody reads may be a
// condition, as in `default_backend b if adm`. Options are in options.ts; what HAProxy reads over is not here.

import { failed } from './line-status.ts'
import type { Outcome } from './line-status.ts'

interface Count {
  readonly most: number
  /** 0 unless written: what is missing is then the keyword's own business. */
  readonly least?: number
}

const COUNTS: Readonly<Record<string, Count>> = {
  default_backend: { most: 1, least: 1 },
  'monitor-uri': { most: 1, least: 1 },
  mode: { most: 1, least: 1 },
  maxconn: { most: 1, least: 1 },
  retries: { most: 1, least: 1 },
  fullconn: { most: 1, least: 1 },
  enabled: { most: 0 },
  disabled: { most: 0 },
  backlog: { most: 1 },
  id: { most: 1 },
  'http-reuse': { most: 1 },
  'log-format': { most: 1 },
  'unique-id-format': { most: 1 },
  'capture request': { most: 4 },
  'capture response': { most: 4 },
  timeout: { most: 2 },
  'http-check disable-on-404': { most: 0 },
  'http-check send-state': { most: 0 },
  'no log': { most: 0 },
  'retry-on': { most: Infinity, least: 1 },
  description: { most: Infinity, least: 1 },
  errorfiles: { most: Infinity, least: 1 },
  'http-send-name-header': { most: Infinity, least: 1 },
  'use-fcgi-app': { most: Infinity, least: 1 },
  'rate-limit sessions': { most: 1, least: 1 },
  transparent: { most: 0 },
}
const GLOBAL_COUNTS: Readonly<Record<string, Count>> = {
  'log-tag': { most: 1, least: 1 },
  'spread-checks': { most: 1, least: 1 },
  'ca-base': { most: 1, least: 1 },
  'crt-base': { most: 1, least: 1 },
  chroot: { most: 1, least: 1 },
  user: { most: 1, least: 1 },
  group: { most: 1, least: 1 },
  daemon: { most: 0 },
  quiet: { most: 0 },
  setenv: { most: Infinity, least: 2 },
  presetenv: { most: Infinity, least: 2 },
  unsetenv: { most: Infinity, least: 1 },
  'ssl-server-verify': { most: 1, least: 1 },
  'default-path': { most: Infinity, least: 1 },
  'ssl-default-bind-options': { most: Infinity, least: 1 },
  maxconn: { most: 1, least: 1 },
}

/** The error of a line with too many words, or too few. */
export function miscounted(line: readonly string[], where: 'global' | 'proxy'): Outcome | undefined {
  const counts = where === 'global' ? GLOBAL_COUNTS : COUNTS
  const [first = '', second = ''] = line
  const pair = `${first} ${second}`
  const keyword = Object.hasOwn(counts, pair) ? pair : first
  const count = Object.hasOwn(counts, keyword) ? counts[keyword]! : undefined
  if (!count) return undefined
  const words = line.slice(keyword === pair ? 2 : 1)
  if (words.length < (count.least ?? 0)) return failed(`${keyword} needs a value`)
  return words.length > count.most ? surplus(keyword, words[count.most]!) : undefined
}

/** The error of a word that HAProxy does not expect. */
export function surplus(keyword: string, word: string): Outcome {
  return failed(`unexpected '${word}' after ${keyword}: HAProxy 2.6 refuses it; remove it`)
}
