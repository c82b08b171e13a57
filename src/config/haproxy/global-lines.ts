// What a line of the global section does (configuration manual 3). Its keywords are in global-words.ts.

import { readTlsDefaults } from './bind-line.ts'
import type { BindDefaults } from './bind-line.ts'
import { GLOBAL_WORDS } from './global-words.ts'
import type { AssignmentInput } from '../rules/variable-action.ts'
import { outcomeOf } from './acl.ts'
import { applyLogLine, newLogDraft } from './log-lines.ts'
import type { LogDraft } from './log-lines.ts'
import { applyStats } from './stats-socket.ts'
import type { StatsSocket } from './stats-socket.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'
import { miscounted } from './word-counts.ts'
import { parseProcessVariable } from './variable-lines.ts'
import { effectOf } from './words.ts'

export interface GlobalDraft {
  spreadChecks: number | undefined
  logs: LogDraft
  /** The program's name in syslog. */
  logTag: string
  /** What bind lines after it begin with. */
  binds: BindDefaults
  /** What `set-var` lines say. */
  processVariables: AssignmentInput[]
}

export function newGlobalDraft(): GlobalDraft {
  return { spreadChecks: undefined, logs: newLogDraft(), logTag: 'haproxy', binds: {}, processVariables: [] }
}

/** What `no` and `default` may stand before. */
const NEGATABLE = 'busy-polling insecure-fork-wanted numa-cpu-mapping set-dumpable strict-limits'.split(' ')
const PATHS = ['current', 'config', 'parent', 'origin']

export function applyGlobalLine(words: readonly string[], globals: GlobalDraft, statsSockets: StatsSocket[]): Outcome {
  const [keyword = '', value = ''] = words
  if (keyword === 'no' || keyword === 'default') return applyNegated(words, globals)
  const wrong = miscounted(words, 'global')
  if (wrong) return wrong
  const effect = effectOf(GLOBAL_WORDS, keyword)
  if (effect) return effect
  switch (keyword) {
    case 'stats':
      return applyStats(words.slice(1), statsSockets)
    case 'spread-checks':
      if (Number(value) > 50) return failed(`spread-checks needs a number from 0 to 50 (found '${value}')`)
      if (!/^\d+$/.test(value)) return unsupported('needs a whole number')
      globals.spreadChecks = Number(value)
      return TRANSLATED
    case 'log':
      return applyLogLine(words.slice(1), globals.logs)
    case 'set-var':
    case 'set-var-fmt': {
      const parsed = parseProcessVariable(words)
      if ('problem' in parsed) return outcomeOf(parsed)
      globals.processVariables.push(parsed.value)
      return TRANSLATED
    }
    case 'log-tag':
      globals.logTag = value
      return TRANSLATED
    case 'ca-base':
      globals.binds = { ...globals.binds, caBase: value }
      return TRANSLATED
    case 'crt-base':
      globals.binds = { ...globals.binds, crtBase: value }
      return TRANSLATED
    case 'default-path':
      if (!PATHS.includes(value)) return failed(unknownWord('default-path', value, PATHS))
      return value === 'config' ? TRANSLATED : differs('files are looked for beside the haproxy.cfg')
    case 'ssl-server-verify':
      if (value === 'none')
        return unsupported(
          'certificates of servers are always verified: save each with npx limpet cert HOST:PORT -o FILE, and write verify required ca-file FILE; or talk http to the server',
        )
      return value === 'required' ? TRANSLATED : failed(unknownWord('ssl-server-verify', value, ['none', 'required']))
    case 'ssl-default-server-options': {
      const { outcome } = readTlsDefaults(words.slice(1))
      return outcome.status === 'error' ? outcome : differs("to servers, versions and ciphers are the platform's")
    }
    case 'ssl-default-bind-options': {
      const { isTls13, outcome } = readTlsDefaults(words.slice(1))
      globals.binds = { ...globals.binds, isTls13 }
      return outcome
    }
    default:
      return TRANSLATED
  }
}

function applyNegated([prefix = '', keyword = '', ...more]: readonly string[], globals: GlobalDraft): Outcome {
  if (keyword === 'log' && prefix === 'no') return applyLogLine(more, globals.logs, true)
  if (NEGATABLE.includes(keyword)) return platform("processes and their limits are the platform's")
  return failed(unknownWord(`${prefix} ...`, keyword, [...NEGATABLE, 'log']))
}
