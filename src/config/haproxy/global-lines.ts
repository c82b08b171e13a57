// What a line of the global section does (configuration manual 3).

import { applyLogLine, newLogDraft } from './log-lines.ts'
import type { LogDraft } from './log-lines.ts'
import { applyStats } from './stats-socket.ts'
import type { StatsSocket } from './stats-socket.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { miscounted } from './word-counts.ts'

export interface GlobalDraft {
  spreadChecks: number | undefined
  logs: LogDraft
  /** The program's name in syslog. */
  logTag: string
}

export function newGlobalDraft(): GlobalDraft {
  return { spreadChecks: undefined, logs: newLogDraft(), logTag: 'haproxy' }
}

const UNSUPPORTED = new Set([
  'lua-load',
  'lua-load-per-thread',
  'lua-prepend-path',
  'external-check',
  'insecure-fork-wanted',
  'module-load',
  'wurfl-data-file',
])

export function applyGlobalLine(words: readonly string[], globals: GlobalDraft, statsSockets: StatsSocket[]): Outcome {
  const [keyword = '', value = ''] = words
  const wrong = keyword === 'log-tag' || keyword === 'spread-checks' ? miscounted(words, 'global') : undefined
  if (wrong) return wrong
  switch (keyword) {
    case 'stats':
      return applyStats(words.slice(1), statsSockets)
    case 'spread-checks':
      if (!/^\d+$/.test(value)) return unsupported('needs a whole number')
      globals.spreadChecks = Number(value)
      return TRANSLATED
    case 'log':
      return applyLogLine(words.slice(1), globals.logs)
    case 'log-tag':
      globals.logTag = value
      return TRANSLATED
    case 'setenv':
    case 'presetenv':
    case 'unsetenv':
    case 'resetenv':
      return TRANSLATED
    case 'server-state-file':
    case 'server-state-base':
      return differs('states are kept in the directory of --state')
    case 'ssl-default-bind-options':
      if (isTls13(words)) return failed('write ssl-min-ver TLSv1.3 on the bind lines instead')
      break
  }
  if (UNSUPPORTED.has(keyword)) return unsupported(`${keyword} is not available`)
  return platform("processes, TLS and their limits are the platform's")
}

function isTls13(words: readonly string[]): boolean {
  return ['TLSv1.3', 'force-tlsv13', 'no-tlsv12'].some((word) => words.includes(word))
}
