// `acl` lines and the conditions behind `if` and `unless` (configuration manual 7.1, 7.2, 7.4) -> Limpet's conditions.

import { MATCH_METHODS } from '../rules/match-methods.ts'
import type { MatchMethod } from '../rules/match-methods.ts'
import type { ConditionInput } from '../rules/condition.ts'
import type { ErrorsInput } from '../rules/reply.ts'
import { ownMatch } from '../rules/samples/own-match.ts'
import { SAMPLE_TEXT, typeOf } from '../rules/samples/sample.ts'
import { splitKeyword } from './acl-keywords.ts'
import { readSample } from './haproxy-samples.ts'
import { readValues } from './pattern-values.ts'
import { PREDEFINED_ACLS, UNAVAILABLE_ACLS } from './predefined-acls.ts'
import { nearName, unknownName } from './sample-names.ts'
import { unseenBecause, VERSIONS_ALIKE } from './unseen.ts'
import { tellsVersionsApart } from './versions.ts'
import { failed, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import type { Sample } from '../rules/samples/sample.ts'
import { sampleText } from '../rules/samples/sample-text.ts'

export type HttpErrors = ReadonlyMap<string, ErrorsInput>

export interface AclPorts {
  /** What a file holds; undefined when it cannot be read. */
  readonly text: (file: string) => string | undefined
  /** The answers of `http-errors` sections, by the section's name and the status. */
  readonly httpErrors?: HttpErrors
  /** The maps and lists that lines name. */
  readonly files: ListFiles
}

/** The maps and lists of a file: list-files.ts. */
export interface ListFiles {
  readMap(file: string): Problem | undefined
  readList(file: string): Problem | undefined
  /** A rule changes it, and so it is there, whether or not anything else asks for it. */
  name(file: string, kind: 'map' | 'list'): void
  keysOf(file: string): readonly string[]
  /** For the configuration. */
  read(): {
    readonly maps?: Record<string, Record<string, string>>
    readonly lists?: Record<string, string[]>
  }
}

/**
 * Named ACLs of a section; several lines of one name are alternatives. Unreadable: one of its lines could not be read, so
 * it is unknown when the ACL holds.
 */
export type Acls = Map<string, ConditionInput[] | 'unreadable'>

/** What is wrong with a text that is no sample here. */
export function sampleProblem(sample: string): Problem {
  const wrong = unknownName(sample, 'sample')
  if (sample === '' || wrong !== undefined) return mistake(`${sample}: must be ${SAMPLE_TEXT}`)
  const reading = readSample(sample)
  if ('problem' in reading && reading.isArgument) return mistake(reading.problem)
  const reason = unseenBecause(sample)
  return { problem: `${sample}: ${reason ?? `must be ${SAMPLE_TEXT}`}` }
}

/** A problem is a message; nothing is thrown. */
export type Parsed<T> =
  /** `note`: what an operator should know of it. */
  { readonly value: T; readonly note?: string } | Problem

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
  const { sample, match: byKeyword } = splitKeyword(criterion)
  const reading = readSample(sample)
  if ('problem' in reading) return criterionProblem(criterion, reading)
  const type = typeOf(reading.sample)
  // Of methods alone HAProxy knows how they are compared; meth(GET) is none.
  const isMethod = reading.sample.fetch === 'method' && type === 'meth'
  const byItself = byKeyword ?? ownMatch(reading.sample) ?? (type === 'str' || isMethod ? 'str' : undefined)
  const read = readPatterns(rest, ports)
  if ('problem' in read) return read
  const { match = byItself, written, lists, ignoreCase, note } = read.value
  if (match === undefined) {
    return mistake(`'${criterion}' needs -m and how it is compared, such as -m str: its values are of any type`)
  }
  if (type === 'bin' && ['int', 'ip', 'bool'].includes(match)) return mistake(`-m ${match} cannot compare bytes`)
  const found = readValues(match, written, [], ignoreCase)
  if ('problem' in found) return found
  const { values } = found
  for (const file of lists) {
    const listed = readValues(match, [], ports.files.keysOf(file), ignoreCase)
    if ('problem' in listed) return listed
  }
  const needsNone = match === 'found' || match === 'bool'
  // Without a pattern it never holds in HAProxy, either; a list may be empty on purpose, to be filled later.
  if (!needsNone && values.length + lists.length === 0)
    return written.length > 0 ? { value: never(reading.sample) } : neverWithout(criterion, reading.sample)
  if (tellsVersionsApart(reading.sample, match, values, lists)) return { problem: `'${criterion}': ${VERSIONS_ALIKE}` }
  const isFolded = ignoreCase && !(isMethod && read.value.match === undefined)
  return {
    value: {
      sample,
      match,
      ...(needsNone || values.length === 0 ? {} : { values: [...values] }),
      ...(needsNone || lists.length === 0 ? {} : { lists }),
      ...(isFolded ? { ignoreCase: true } : {}),
    },
    ...(note === undefined ? {} : { note }),
  }
}

const NEVER: ConditionInput = { sample: 'always_false', match: 'bool' }

/** What a sample does to a counter is done all the same: `acl flag src_inc_gpc0 --` bans the client. */
function never(sample: Sample): ConditionInput {
  return /_(?:inc|clr)_gpc[01]?$|^src_updt_conn_cnt$/.test(sample.fetch)
    ? { sample: sampleText({ ...sample, converters: [] }), match: 'int', values: ['lt 0'] }
    : NEVER
}

function neverWithout(criterion: string, sample: Sample): Parsed<ConditionInput> {
  return { value: never(sample), note: `'${criterion}' never holds, as in HAProxy: it has nothing to compare with` }
}

function criterionProblem(
  criterion: string,
  { problem, isArgument }: { problem: string; isArgument?: boolean },
): Problem {
  const wrong = unknownName(criterion, 'acl')
  if (wrong !== undefined) return mistake(`'${wrong}' is not known${nearName(wrong)}`)
  if (isArgument) return mistake(problem)
  const reason = unseenBecause(criterion)
  return { problem: reason === undefined ? `'${criterion}' is not available` : `'${criterion}': ${reason}` }
}

interface Patterns {
  readonly match: MatchMethod | undefined
  readonly written: readonly string[]
  /** By files. */
  readonly lists: readonly string[]
  readonly ignoreCase: boolean
  readonly note: string | undefined
}

/** The flags stand before the first pattern: what begins with a dash behind it is a pattern itself. */
function readPatterns(words: readonly string[], ports: AclPorts): Parsed<Patterns> {
  let match: MatchMethod | undefined
  let ignoreCase = false
  let isMap = false
  let note: string | undefined
  const lists: string[] = []
  let i = 0
  for (; words[i]?.startsWith('-'); i++) {
    const flag = words[i]!
    if (flag === '--') {
      i += 1
      break
    }
    if (lists.length > 0 && (flag === '-i' || flag === '-m' || flag === '-M'))
      return mistake(`${flag} must stand before -f`)
    if (flag === '-i') ignoreCase = true
    else if (flag === '-M') isMap = true
    else if (flag === '-u') {
      if (!/^-?\d+$/.test(words[++i] ?? '')) return mistake('-u needs a number')
      note = `commands know lists by their files' names, and not by ${words[i]}`
    } else if (flag === '-m') {
      const name = words[++i] ?? ''
      match = MATCH_METHODS.find((method) => method === name)
      if (match === undefined) return mistake(`-m ${name} is not known: there are ${MATCH_METHODS.join(' ')}`)
    } else if (flag === '-f') {
      const file = words[++i] ?? ''
      const problem = isMap ? ports.files.readMap(file) : ports.files.readList(file)
      if (problem) return problem
      lists.push(file)
    } else if (flag !== '-n')
      return mistake(`the flag ${flag} is not known; -- stands before a pattern that begins with a dash`)
  }
  return { value: { match, written: words.slice(i), lists, ignoreCase, note } }
}

/** The lines of a file of patterns or a map; blank ones and comments do not count. */
export function listIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
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
  return { ...parsed, value: { not: parsed.value } }
}

function isOr(word: string): boolean {
  return word === '||' || word.toLowerCase() === 'or'
}

/** Words after the keyword, which are joined by and, with `or`, in any case, and `||` between alternatives. */
function parseCondition(words: readonly string[], acls: Acls, ports: AclPorts): Parsed<ConditionInput> {
  const alternatives: ConditionInput[][] = [[]]
  const notes: string[] = []
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
      if (criterion.note !== undefined) notes.push(criterion.note)
      term = criterion.value
      i = end
    } else {
      const predefined = PREDEFINED_ACLS.get(word)
      const named = acls.get(word) ?? (predefined && [predefined])
      if (!named) {
        const reason = unseenBecause(word) ?? 'this acl of HAProxy is not available'
        return UNAVAILABLE_ACLS.has(word) ? { problem: `'${word}': ${reason}` } : mistake(`there is no acl '${word}'`)
      }
      if (named === 'unreadable') return { problem: `the acl '${word}' has a line that cannot be read` }
      term = named.length === 1 ? named[0]! : { any: named }
    }
    alternatives.at(-1)!.push(isNegated ? { not: term } : term)
  }
  if (alternatives.some((terms) => terms.length === 0)) return { problem: 'a condition is missing' }
  const all = alternatives.map((terms) => (terms.length === 1 ? terms[0]! : { all: terms }))
  return { value: all.length === 1 ? all[0]! : { any: all }, ...(notes.length > 0 ? { note: notes.join('; ') } : {}) }
}
