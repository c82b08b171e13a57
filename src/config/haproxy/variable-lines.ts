// `set-var(txn.x,ifnotset) SAMPLE`, `set-var-fmt(txn.x) TEXT`, `unset-var(txn.x)` of any ruleset, and the `set-var` lines of a global
// section (configuration manual 4.2, 3.1).

import { nearest } from '../nearest.ts'
import { isVariableName } from '../variable-name.ts'
import { needsResponse, originOf } from '../rules/samples/sample.ts'
import type { AssignmentInput, VariableActionInput } from '../rules/variable-action.ts'
import { VARIABLE_CONDITIONS } from '../rules/variable-conditions.ts'
import type { VariableCondition } from '../rules/variable-conditions.ts'
import { mistake, sampleProblem } from './acl.ts'
import type { Parsed } from './acl.ts'
import { parseSample, parseTemplate } from './haproxy-samples.ts'
import { differs } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { formatProblem } from './log-format.ts'
import { VERSIONS_ALIKE } from './unseen.ts'
import { holdsVersion } from './versions.ts'

const VERB = /^(set-var|set-var-fmt|unset-var)\b/

export function isVariableVerb(verb: string): boolean {
  return VERB.test(verb)
}

const NAMES =
  "must begin with 'proc.', 'sess.', 'txn.', 'req.' or 'res.', and have letters, digits, '_' and '.' behind it"

export function parseVariableAction(
  verb: string,
  words: readonly string[],
  phase: 'request' | 'response',
): Parsed<VariableActionInput> {
  const [, action = '', given] = /^(set-var|set-var-fmt|unset-var)(?:\((.*)\))?$/.exec(verb) ?? []
  if (given === undefined) return mistake(`'${verb}' must be set-var(NAME), set-var-fmt(NAME) or unset-var(NAME)`)
  const [name = '', ...conditions] = given.split(',')
  if (!isVariableName(name)) return mistake(`the variable '${name}' ${NAMES}`)
  if (action === 'unset-var') {
    if (conditions.length > 0) return mistake('unset-var takes a name alone')
    return words.length === 0 ? { value: { unsetVar: name } } : unexpected(verb, words[0]!)
  }
  const when: VariableCondition[] = []
  for (const condition of conditions.filter((each) => each !== '')) {
    const found = VARIABLE_CONDITIONS.find((each) => each === condition)
    if (found === undefined) return mistake(`'${condition}' is no condition of ${action}${near(condition)}`)
    when.push(found)
  }
  const value = parseValue(action, words, phase)
  if ('problem' in value) return value
  return { value: { setVar: { name, ...value.value, ...(when.length === 0 ? {} : { when }) } } }
}

/** `set-var proc.x SAMPLE` of the global section. */
export function parseProcessVariable([action = '', name = '', ...words]: readonly string[]): Parsed<AssignmentInput> {
  if (!isVariableName(name) || !name.startsWith('proc.'))
    return mistake(
      `the variable '${name}' must be one of the process: proc., and letters, digits, '_' and '.' behind it`,
    )
  const value = parseValue(action, words, 'request')
  if ('problem' in value) return value
  const { value: sample, text = '' } = value.value
  const parts = sample === undefined ? parseTemplate(text)! : [parseSample(sample)!]
  if (parts.some((part) => typeof part === 'object' && originOf(part) !== 'anything'))
    return mistake(`'${words[0]}' asks for a request, and there is none yet`)
  return { value: { name, ...value.value } }
}

function parseValue(
  action: string,
  [text, ...more]: readonly string[],
  phase: 'request' | 'response',
): Parsed<Omit<AssignmentInput, 'name' | 'when'>> {
  if (more.length > 0) return unexpected(action, more[0]!)
  if (action === 'set-var-fmt') {
    const template = parseTemplate(text ?? '')
    if (template?.some((part) => typeof part === 'object' && holdsVersion(part))) return { problem: NOT_KEPT }
    return template ? { value: { text: text ?? '' } } : formatProblem(text ?? '')
  }
  if (text === undefined) return mistake('set-var needs a sample, such as req.hdr(host)')
  const sample = parseSample(text)
  if (!sample) return sampleProblem(text)
  if (holdsVersion(sample)) return { problem: NOT_KEPT }
  if (phase === 'request' && needsResponse(sample)) return mistake(`${text} is of the response, which is not there yet`)
  return { value: { value: text } }
}

const NOT_KEPT = `a variable may be compared, and ${VERSIONS_ALIKE}: write the sample where it is shown`

/** What differs from HAProxy by the variable's scope; undefined: nothing. */
export function scopeOutcome(verb: string): Outcome | undefined {
  const [, scope] = /\((sess|proc)\./.exec(verb) ?? []
  if (scope === 'sess') return differs('a variable of sess lasts as long as its request: connections are not seen')
  return scope === undefined ? undefined : differs('on Cloudflare each isolate has variables of proc of its own')
}

function unexpected(verb: string, word: string): Parsed<never> {
  return mistake(`unexpected '${word}' after ${verb}: only if and unless may follow`)
}

function near(condition: string): string {
  const found = nearest(condition, VARIABLE_CONDITIONS)
  return found === undefined ? `: there are ${VARIABLE_CONDITIONS.join(', ')}` : `; did you mean '${found}'?`
}
