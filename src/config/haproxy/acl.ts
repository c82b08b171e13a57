// `acl` lines and the conditions behind `if` and `unless` (configuration manual 7.1, 7.2, 7.4) -> Limpet's conditions.

import { patternProblem } from '../../pattern/compile.ts'
import { MATCH_METHODS } from '../rules/match-methods.ts'
import type { MatchMethod } from '../rules/match-methods.ts'
import type { ConditionInput } from '../rules/condition.ts'
import { ownMatch } from '../rules/samples/own-match.ts'
import { parseSample, SAMPLE_TEXT } from '../rules/samples/sample.ts'
import { nearName, unknownName } from './sample-names.ts'
import { unseenBecause } from './unseen.ts'
import { failed, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

export interface AclPorts {
  /** What a file holds; undefined when it cannot be read. */
  readonly text: (file: string) => string | undefined
}

/**
 * Named ACLs of a section; several lines of one name are alternatives. Unreadable: one of its lines could not be read, so
 * it is unknown when the ACL holds.
 */
export type Acls = Map<string, ConditionInput[] | 'unreadable'>

const PREDEFINED = new Map<string, ConditionInput>(
  Object.entries({
    // A request is read before its rules are asked.
    WAIT_END: { sample: 'always_true', match: 'bool' },
    TRUE: { sample: 'always_true', match: 'bool' },
    FALSE: { sample: 'always_false', match: 'bool' },
    HTTP: { sample: 'always_true', match: 'bool' },
    HTTP_CONTENT: { sample: 'req.hdr(content-length)', match: 'int', values: ['gt 0'] },
    LOCALHOST: { src: ['127.0.0.0/8', '::1'] },
    METH_GET: { method: ['GET', 'HEAD'] },
    ...Object.fromEntries(
      ['CONNECT', 'DELETE', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE'].map((method) => [
        `METH_${method}`,
        { method: [method] },
      ]),
    ),
  }),
)

/** HAProxy's own that say nothing here (configuration manual 7.4). */
const UNAVAILABLE = new Set(
  'HTTP_1.0 HTTP_1.1 HTTP_2.0 HTTP_3.0 HTTP_URL_ABS HTTP_URL_SLASH HTTP_URL_STAR RDP_COOKIE REQ_CONTENT'.split(' '),
)

const SUFFIXES = ['beg', 'end', 'sub', 'dir', 'dom', 'reg'] as const
/** Those of HAProxy, available or not. */
const OTHER_MATCHES = new Set('found bool int ip bin len str beg sub dir dom end reg'.split(' '))
const OPERATORS = new Set(['eq', 'ge', 'gt', 'le', 'lt'])

/** What is wrong with a text that is no sample here. */
export function sampleProblem(sample: string): Problem {
  const wrong = unknownName(sample, 'sample')
  if (sample === '' || wrong !== undefined) return mistake(`${sample}: must be ${SAMPLE_TEXT}`)
  return { problem: `${sample}: must be ${SAMPLE_TEXT}` }
}

/** A problem is a message; nothing is thrown. */
export type Parsed<T> = { readonly value: T } | Problem

export interface Problem {
  readonly problem: string
  /** HAProxy 2.6 refuses it, too: an error, not something that is only missing here. */
  readonly isMistake?: boolean
  /** As in an outcome. */
  readonly fromEnd?: number
}

export function mistake(problem: string): Problem {
  return { problem, isMistake: true }
}

/** What becomes of a line with the problem. */
export function outcomeOf({ problem, isMistake, fromEnd }: Problem): Outcome {
  const outcome = isMistake ? failed(problem) : unsupported(problem)
  return fromEnd === undefined ? outcome : { ...outcome, fromEnd }
}

/** What is wrong with the name of an `acl` line. */
export function aclNameProblem(name: string): string | undefined {
  if (name === '') return 'acl needs a name and a criterion'
  if (isOr(name)) return `an acl cannot be called '${name}': conditions have that word`
  const wrong = /[^A-Za-z0-9_:.-]/.exec(name)?.[0]
  return wrong && `the character '${wrong}' cannot be in the name of an acl`
}

/** `hdr(host) -i example.com`, after the ACL's name or within braces. */
export function parseCriterion(words: readonly string[], ports: AclPorts): Parsed<ConditionInput> {
  const [criterion = '', ...rest] = words
  if (criterion === '') return mistake('a criterion is missing, such as path_beg /api')
  const { sample, suffix } = splitSuffix(criterion)
  const parsed = parseSample(sample)
  if (!parsed) {
    const wrong = unknownName(criterion, 'acl')
    if (wrong !== undefined) return mistake(`'${wrong}' is not known${nearName(wrong)}`)
    const reason = unseenBecause(criterion)
    return { problem: reason === undefined ? `'${criterion}' is not available` : `'${criterion}': ${reason}` }
  }
  let match: MatchMethod | undefined = suffix ?? ownMatch(parsed)
  let ignoreCase = false
  const values: string[] = []
  let hasFile = false
  let operator = ''
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!
    if (word === '-i') ignoreCase = true
    else if (word === '-m') {
      const name = rest[++i] ?? ''
      match = MATCH_METHODS.find((method) => method === name)
      if (match === undefined) {
        return OTHER_MATCHES.has(name) ? { problem: `-m ${name} is not available` } : mistake(`-m ${name} is not known`)
      }
    } else if (word === '-f') {
      const file = rest[++i] ?? ''
      const patterns = ports.text(file)
      if (patterns === undefined) return { problem: `${file} cannot be read` }
      hasFile = true
      values.push(...listIn(patterns))
    } else if (word === '--') {
      values.push(...rest.slice(i + 1))
      break
    } else if (word.startsWith('-') && word.length === 2 && values.length === 0 && /[a-zA-Z]/.test(word[1]!)) {
      return word === '-n' || word === '-u' || word === '-M'
        ? { problem: `the flag ${word} is not available` }
        : mistake(`the flag ${word} is not known`)
    } else if (match === 'int' && OPERATORS.has(word)) operator = `${word} `
    else values.push(operator + word)
  }
  // An empty list, which may be filled later.
  if (hasFile && values.length === 0) return { value: { sample: 'always_false', match: 'bool' } }
  if (match === undefined && values.length === 0) return { problem: `'${criterion}' needs values` }
  if (match === 'reg') {
    for (const value of values) {
      const problem = patternProblem(value, { ignoreCase })
      if (problem !== undefined) return { problem: `${value}: ${problem}` }
    }
  }
  const needsNone = match === 'found' || match === 'bool'
  if (!needsNone && values.length === 0) return { problem: `'${criterion}' needs values` }
  return {
    value: {
      sample,
      match: match ?? 'str',
      ...(needsNone ? {} : { values }),
      ...(ignoreCase ? { ignoreCase } : {}),
    },
  }
}

/** The lines of a file of patterns or a map; blank ones and comments do not count. */
export function listIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** `path_beg` is `path` with `-m beg`; `hdr_dom(host)` is `hdr(host)` with `-m dom`. */
function splitSuffix(criterion: string): { sample: string; suffix: MatchMethod | undefined } {
  const match = /^([a-z_.]+?)_(beg|end|sub|dir|dom|reg)(\(.*)?$/.exec(criterion)
  const suffix = SUFFIXES.find((name) => name === match?.[2])
  return match && suffix ? { sample: match[1]! + (match[3] ?? ''), suffix } : { sample: criterion, suffix: undefined }
}

/** The word that a condition begins with. */
export function isIf(word: string | undefined): boolean {
  return word === 'if' || word === 'unless'
}

/** `if a !b or { path /x }`, `unless c`: the condition of a line. */
export function parseIf([keyword, ...words]: readonly string[], acls: Acls, ports: AclPorts): Parsed<ConditionInput> {
  if (!isIf(keyword)) return mistake('needs if or unless')
  const parsed = parseCondition(words, acls, ports)
  if ('problem' in parsed || keyword === 'if') return parsed
  return { value: { not: parsed.value } }
}

function isOr(word: string): boolean {
  return word === '||' || word.toLowerCase() === 'or'
}

/** Words after the keyword, which are joined by and, with `or`, in any case, and `||` between alternatives. */
function parseCondition(words: readonly string[], acls: Acls, ports: AclPorts): Parsed<ConditionInput> {
  const alternatives: ConditionInput[][] = [[]]
  for (let i = 0; i < words.length; i++) {
    let word = words[i]!
    if (isOr(word)) {
      alternatives.push([])
      continue
    }
    if (word === 'and' || word === '&&')
      return mistake(`'${word}' is no word of a condition: HAProxy joins terms by and; remove it`)
    let isNegated = false
    while (word.startsWith('!')) {
      isNegated = !isNegated
      word = word.slice(1)
      if (word === '') word = words[++i] ?? ''
    }
    let term: ConditionInput
    if (word === '{') {
      const end = words.indexOf('}', i)
      if (end === -1) return mistake("'{' is never closed")
      const criterion = parseCriterion(words.slice(i + 1, end), ports)
      if ('problem' in criterion) return criterion
      term = criterion.value
      i = end
    } else {
      const predefined = PREDEFINED.get(word)
      const named = acls.get(word) ?? (predefined && [predefined])
      if (!named) {
        const reason = unseenBecause(word) ?? 'this acl of HAProxy is not available'
        return UNAVAILABLE.has(word) ? { problem: `'${word}': ${reason}` } : mistake(`there is no acl '${word}'`)
      }
      if (named === 'unreadable') return { problem: `the acl '${word}' has a line that cannot be read` }
      term = named.length === 1 ? named[0]! : { any: named }
    }
    alternatives.at(-1)!.push(isNegated ? { not: term } : term)
  }
  if (alternatives.some((terms) => terms.length === 0)) return { problem: 'a condition is missing' }
  const all = alternatives.map((terms) => (terms.length === 1 ? terms[0]! : { all: terms }))
  return { value: all.length === 1 ? all[0]! : { any: all } }
}
