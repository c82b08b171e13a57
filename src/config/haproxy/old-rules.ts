// `reqrep`, `reqideny`, `rspdel` and the like, which left HAProxy in 2.1 (configuration manual of 1.5, 4.2): expressions about lines
// become rules about headers and targets. What restricts access is the same here, or the file is not started.

import { patternProblem } from '../../pattern/compile.ts'
import type { ActionInput } from '../rules/action.ts'
import type { ConditionInput } from '../rules/condition.ts'
import type { HeaderActionInput } from '../rules/header-action.ts'
import { parseIf } from './acl.ts'
import { isIf } from './acl.ts'
import type { AclPorts } from './acl.ts'
import type { Draft } from './draft.ts'
import { anyLine, asReplacement, asTarget, readLinePattern } from './line-pattern.ts'
import type { LinePattern } from './line-pattern.ts'
import { differs, failed, isOutcome } from './line-status.ts'
import type { Outcome } from './line-status.ts'

type Verb = 'rep' | 'del' | 'deny' | 'tarpit' | 'setbe'

interface OldRule {
  readonly if?: ConditionInput
  readonly do: ActionInput | HeaderActionInput
  /** In today's words. */
  readonly said: string
}

/** Each with `i` behind `req` or `rsp`: case does not matter. */
const VERBS: Readonly<Record<string, readonly Verb[]>> = {
  req: ['rep', 'del', 'deny', 'tarpit', 'setbe'],
  rsp: ['rep', 'del', 'deny'],
}

export const OLD_RULES: ReadonlyMap<string, (words: readonly string[], draft: Draft, ports: AclPorts) => Outcome> =
  new Map(
    Object.entries(VERBS).flatMap(([side, verbs]) =>
      verbs.flatMap((verb) =>
        ['', 'i'].map((i) => [
          `${side}${i}${verb}`,
          (words: readonly string[], draft: Draft, ports: AclPorts) =>
            applyOldRule({ side: side as 'req' | 'rsp', verb, ignoreCase: i === 'i' }, words, draft, ports),
        ]),
      ),
    ),
  )

interface Kind {
  readonly side: 'req' | 'rsp'
  readonly verb: Verb
  readonly ignoreCase: boolean
}

export const REFUSED_BY_26 = 'HAProxy 2.6 refuses this word'

function applyOldRule(kind: Kind, words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const at = words.findLastIndex(isIf)
  const [search = '', text = '', ...more] = at === -1 ? words : words.slice(0, at)
  const takes = kind.verb === 'rep' || kind.verb === 'setbe' ? 2 : 1
  const ruleset = kind.side === 'req' ? 'http-request' : 'http-response'
  const count = (search === '' ? 0 : 1) + (text === '' ? 0 : 1) + more.length
  if (count !== takes)
    return failed(`needs an expression${takes === 2 ? ' and what it leads to' : ' alone'}; ${REFUSED_BY_26}`)
  const problem = patternProblem(search)
  if (problem !== undefined) return failed(`${search}: ${problem}; ${REFUSED_BY_26}`)
  const pattern = readLinePattern(search)
  const rule = pattern && ruleOf(kind, pattern, text)
  if (!rule) {
    return failed(
      `${REFUSED_BY_26}, and what this expression matches cannot be said of one header or of the target: write the same as ${ruleset} ${MODERN[kind.verb]}`,
    )
  }
  if (isOutcome(rule)) return rule
  const written = at === -1 ? undefined : parseIf(words.slice(at), draft.acls, ports)
  if (written && 'problem' in written) return failed(`${written.problem}; ${REFUSED_BY_26}`)
  const terms = [rule.if, written?.value].filter((term) => term !== undefined)
  const condition = terms.length > 1 ? { all: terms } : terms[0]
  const made = { ...(condition === undefined ? {} : { if: condition }), do: rule.do }
  // HAProxy's order: all of these come after the http-request rules, and what sets a backend before use_backend.
  if (kind.side === 'rsp') draft.oldResponse.push(made as (typeof draft.oldResponse)[number])
  else if (kind.verb === 'setbe') draft.oldUseBackend.push(made as (typeof draft.oldUseBackend)[number])
  else draft.oldRequest.push(made as (typeof draft.oldRequest)[number])
  return differs(`${REFUSED_BY_26}: write ${rule.said}${at === -1 ? '' : ` ${words.slice(at).join(' ')}`}`)
}

const MODERN: Readonly<Record<Verb, string>> = {
  rep: 'replace-header, replace-uri or replace-path',
  del: 'del-header',
  deny: 'deny if …',
  tarpit: 'tarpit if …',
  setbe: 'use_backend … if …',
}

function ruleOf(kind: Kind, pattern: LinePattern, text: string): OldRule | Outcome | undefined {
  if (kind.verb === 'rep') return replaced(kind, pattern, text)
  if (kind.verb === 'del') {
    if (!('header' in pattern) || pattern.value !== undefined) return undefined
    const ruleset = kind.side === 'req' ? 'http-request' : 'http-response'
    return { do: { delHeader: pattern.header }, said: `${ruleset} del-header ${pattern.header}` }
  }
  const found = conditionOf(kind, pattern)
  if (!found) return undefined
  const when = { if: found.condition }
  if (kind.verb === 'setbe') return { ...when, do: { useBackend: text }, said: `use_backend ${text} if ${found.said}` }
  if (kind.side === 'rsp')
    return { ...when, do: { deny: { status: 502 } }, said: `http-response deny if ${found.said}` }
  const status = kind.verb === 'deny' ? 403 : 500
  return { ...when, do: { deny: { status } }, said: `http-request ${kind.verb} if ${found.said}` }
}

function conditionOf(
  { side, ignoreCase }: Kind,
  pattern: LinePattern,
): { readonly condition: ConditionInput; readonly said: string } | undefined {
  const flag = ignoreCase ? { ignoreCase: true } : {}
  const shown = ignoreCase ? ' -i' : ''
  if ('header' in pattern) {
    const sample = `${side === 'req' ? 'req' : 'res'}.fhdr(${pattern.header})`
    if (pattern.value === undefined) return { condition: { sample, match: 'found' }, said: `{ ${sample} -m found }` }
    const values = [anyLine(pattern.value)]
    return {
      condition: { sample, match: 'reg', values, ...flag },
      said: `{ ${sample} -m reg${shown} ${quoted(pattern.value)} }`,
    }
  }
  const target = side === 'req' ? asTarget(pattern.target) : undefined
  if (target === undefined) return undefined
  const asked: ConditionInput = { sample: 'pathq', match: 'reg', values: [target], ...flag }
  const said = `{ url -m reg${shown} ${quoted(target)} }`
  if (!pattern.methods) return { condition: asked, said }
  return {
    condition: { all: [{ method: pattern.methods }, asked] },
    said: `{ method ${pattern.methods.join(' ')} } ${said}`,
  }
}

function replaced({ side, ignoreCase }: Kind, pattern: LinePattern, text: string): OldRule | undefined {
  const prefix = ignoreCase ? '(?i)' : ''
  if ('header' in pattern) {
    const [, name = '', value = ''] = /^([^: ]+): *(.*)$/s.exec(text) ?? []
    if (name.toLowerCase() !== pattern.header.toLowerCase() || value === '') return undefined
    const match = `${prefix}^${pattern.value ?? '.*'}`
    const ruleset = side === 'req' ? 'http-request' : 'http-response'
    return {
      do: { replaceHeader: { name: pattern.header, match, with: escaped(value) } },
      said: `${ruleset} replace-header ${pattern.header} ${quoted(match)} ${quoted(escaped(value))}`,
    }
  }
  const replacement = side === 'req' ? asReplacement(pattern, text) : undefined
  if (!replacement) return undefined
  const match = prefix + replacement.match
  const made = escaped(replacement.with)
  return {
    do: { replacePathq: { match, with: made } },
    said: `http-request replace-uri ${quoted(match)} ${quoted(made)}`,
  }
}

/** It was plain text: today `%` begins a sample. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%')
}

function quoted(text: string): string {
  return /[ '"#]/.test(text) ? `'${text}'` : text
}
