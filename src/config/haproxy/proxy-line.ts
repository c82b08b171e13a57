// One line of a frontend, listen, backend or defaults section: is it written well, may it stand there, and what does its keyword do.

import { guarded } from './access.ts'
import { outcomeOf } from './acl.ts'
import type { AclPorts } from './acl.ts'
import type { Draft } from './draft.ts'
import { failed } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { applyLogLine } from './log-lines.ts'
import { applyOption } from './options.ts'
import { PROXY_KEYWORDS } from './proxy-keywords.ts'
import type { LinePorts } from './proxy-keywords.ts'
import { inResponse, spokenOfResponse, withNotes } from './phases.ts'
import { misplaced, proxyWords, unknownSecond } from './proxy-words.ts'
import type { Line } from './sections.ts'
import { miscounted } from './word-counts.ts'
import { effectOf } from './words.ts'

/** `missing`: a file that the line names cannot be read. */
export function applyProxyLine(line: Line, draft: Draft, ports: LinePorts, missing: Outcome | undefined): Outcome {
  const words = spokenOfResponse(line.words)
  const [first = '', ...rest] = words
  const wrong = miscounted(words, 'proxy')
  if (wrong) return wrong
  if (first === 'default' || (first === 'no' && rest[0] !== 'option' && rest[0] !== 'log'))
    return failed(`'${first}' may stand before option and log alone: remove the line`)
  if (first === 'no' && rest[0] === 'option') return applyOption(rest.slice(1), true, draft)
  if (first === 'no' && rest[0] === 'log') return applyLogLine(rest.slice(1), draft.logs, true)
  const place = misplaced(words, draft.kind)
  if (place?.status === 'error') return place
  if (draft.kind === 'defaults' && draft.name === '' && RULES.has(first))
    return failed(
      `${first} does not belong into a defaults section without a name, and HAProxy 2.6 refuses it: name the section`,
    )
  const responses = responseRulesOf(draft)
  const before = responses.map(({ length }) => length)
  const taken = missing ?? outcomeOfLine(words, draft, ports)
  const added = responses.flatMap((rules, i) => rules.slice(before[i]))
  const outcome = withNotes(taken, words, added, draft.kind === 'frontend')
  for (const rule of added) if (rule.if) rule.if = inResponse(rule.if)
  if (first === 'acl' && (outcome.status === 'unsupported' || outcome.status === 'error'))
    draft.acls.set(rest[0] ?? '', 'unreadable')
  return outcome.status === 'error' ? outcome : (place ?? guarded(words, outcome))
}

/** Rules that are asked when there is a response. */
function responseRulesOf({ tcpResponse, httpResponse, afterResponse }: Draft) {
  return [tcpResponse.rules, httpResponse, afterResponse] as const
}

/** A section that has a name may hand them on. */
const RULES = new Set(['http-request', 'http-response', 'http-after-response', 'tcp-request', 'tcp-response'])

const KEYWORDS = proxyWords(Object.keys(PROXY_KEYWORDS))

function outcomeOfLine(words: readonly string[], draft: Draft, ports: LinePorts): Outcome {
  const [first = '', ...rest] = words
  const effect = effectOf(KEYWORDS, first)
  if (effect) return unknownSecond(words) ?? { ...effect, message: effect.message!.replace(/^is /, `${first} is `) }
  return PROXY_KEYWORDS[first]!(rest, draft, ports)
}

/** Maps that a line names are read; an outcome only when one cannot be. */
export function loadMaps({ words }: Line, { files }: AclPorts): Outcome | undefined {
  // What a bind lacks is its own business.
  for (const word of words[0] === 'bind' ? [] : words) {
    for (const [, file = ''] of word.matchAll(/,map[a-z_]{0,9}\(([^,()]{1,4096})/g)) {
      const problem = files.readMap(file)
      if (problem) return outcomeOf(problem)
    }
  }
  return undefined
}
