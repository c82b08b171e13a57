// `unique-id-format` and `unique-id-header` (configuration manual 4.2).

import { parseIdFormat } from '../options/unique-id.ts'
import type { IdFormat } from '../options/unique-id.ts'
import type { Draft } from './draft.ts'
import { formatMistake } from './log-format.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const IN_BACKEND = platform("HAProxy ignores it here: a request has its frontend's")

export function applyIdFormat(words: readonly string[], draft: Draft): Outcome {
  if (draft.kind === 'backend') return IN_BACKEND
  const [format] = words
  if (format === undefined) return failed('needs one format: write a \\ before each blank')
  if (words.length > 1) return unsupported('needs one format: write a \\ before each blank')
  const parsed = parseIdFormat(format)
  if ('problem' in parsed) {
    const wrong = formatMistake(format)
    return wrong === undefined ? unsupported(parsed.problem) : failed(wrong)
  }
  draft.uniqueId = { ...draft.uniqueId, format }
  const said = Object.entries(DIFFERENCES).flatMap(([variable, how]) => (has(parsed.format, variable) ? [how] : []))
  return said.length === 0 ? TRANSLATED : differs(said.join('; '))
}

const DIFFERENCES: Readonly<Record<string, string>> = {
  cp: '%cp is 0 on Cloudflare',
  fi: "%fi is the bind's address, 0.0.0.0 where it listens on all",
  rt: '%rt counts the requests of one isolate that have an ID',
  pid: '%pid is a number of the isolate, made by chance',
}

function has(format: IdFormat, variable: string): boolean {
  return format.some((part) => typeof part === 'object' && 'variable' in part && part.variable === variable)
}

export function applyIdHeader(words: readonly string[], draft: Draft): Outcome {
  if (draft.kind === 'backend') return IN_BACKEND
  const [header] = words
  if (header === undefined) return failed("needs a header's name")
  if (words.length > 1) return unsupported("needs a header's name")
  draft.uniqueId = { ...draft.uniqueId, header }
  return TRANSLATED
}
