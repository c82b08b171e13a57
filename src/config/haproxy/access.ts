// Which lines of a proxy section restrict access, so that one that cannot be enforced stops the start. Restrictions by `bind` and
// `server` parameters are in their own tables. HAProxy: configuration manual 4.2.

import { isHarmless } from './actions.ts'
import { failed } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Keywords whose every line says who gets where. */
const RESTRICTING = words('block disabled redirect use_backend')

const HARMLESS_FILTERS = words('bwlim-in bwlim-out cache compression fcgi-app opentracing trace')
const RESTRICTING_STATS = words('admin auth http-request scope')
const RESTRICTING_OPTIONS = words('checkcache http-restrict-req-hdr-names')

function restrictsAccess([keyword = '', first = '', second = '']: readonly string[]): boolean {
  switch (keyword) {
    case 'http-request':
    case 'http-response':
      return !isHarmless(keyword, first)
    case 'filter':
      return !HARMLESS_FILTERS.has(first)
    case 'tcp-request':
    case 'tcp-response':
      return first !== 'inspect-delay' && !isHarmless(`${keyword} ${first}`, second)
    case 'stats':
      return RESTRICTING_STATS.has(first)
    case 'option':
      return RESTRICTING_OPTIONS.has(first)
    default:
      return RESTRICTING.has(keyword)
  }
}

/** The outcome of a line, which must not be skipped if it restricts access. */
export function guarded(line: readonly string[], outcome: Outcome): Outcome {
  if (outcome.status !== 'unsupported') return outcome
  return restrictsAccess(line) ? { ...outcome, ...failed(`${outcome.message}; ${NOT_LEFT_OUT}`) } : outcome
}

export const NOT_LEFT_OUT =
  'the line restricts access, so --allow-unsupported does not leave it out: rewrite it, or remove it'
