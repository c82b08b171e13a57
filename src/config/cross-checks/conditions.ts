// What a condition's shape does not show: networks, expressions and numbers that are none, samples where nothing is to
// be sampled.

import { patternProblem } from '../../pattern/compile.ts'
import { isNetwork } from '../network.ts'
import type { Path, Report } from './report.ts'
import type { ConditionInput } from '../rules/condition.ts'
import type { AfterResponseRuleInput, ResponseRuleInput } from '../rules/rule.ts'
import { ownMatch } from '../rules/samples/own-match.ts'
import { needsResponse, parseSample } from '../rules/samples/sample.ts'
import { list } from '../units.ts'

/** `hasResponse`: the condition is asked when there is one. */
export function checkCondition(condition: ConditionInput, path: Path, report: Report, hasResponse = false): void {
  if ('src' in condition) reportNetworks(list(condition.src), [...path, 'src'], report)
  else if ('sample' in condition) {
    if (!hasResponse && needsResponse(parseSample(condition.sample)!)) {
      report('error', 'response-sample', [...path, 'sample'], 'is known in responseRules only', condition.sample)
    }
    checkMatch(condition, path, report)
  } else if ('not' in condition) checkCondition(condition.not, [...path, 'not'], report, hasResponse)
  else {
    const inner = 'all' in condition ? condition.all : 'any' in condition ? condition.any : []
    inner.forEach((item, i) => checkCondition(item, [...path, i], report, hasResponse))
  }
}

/** Of a frontend or backend. */
export function checkResponseRules(
  {
    responseRules = [],
    afterResponseRules = [],
  }: {
    readonly responseRules?: readonly ResponseRuleInput[] | undefined
    readonly afterResponseRules?: readonly AfterResponseRuleInput[] | undefined
  },
  path: Path,
  report: Report,
): void {
  for (const [field, rules] of Object.entries({ responseRules, afterResponseRules })) {
    rules.forEach((rule, j) => {
      if (rule.if) checkCondition(rule.if, [...path, field, j, 'if'], report, true)
    })
  }
}

function checkMatch(
  { sample, match: written, values, lists, ignoreCase = false }: Extract<ConditionInput, { sample: string }>,
  path: Path,
  report: Report,
): void {
  const wanted = list(values)
  const match = written ?? ownMatch(parseSample(sample)!)
  if (match === 'ip') reportNetworks(wanted, [...path, 'values'], report)
  for (const value of wanted) {
    const problem = match === 'reg' ? patternProblem(value, { ignoreCase }) : undefined
    if (problem !== undefined)
      report('error', 'invalid-pattern', [...path, 'values'], `${problem} (docs/patterns.md)`, value)
    if (match === 'bin' && !BYTES.test(value)) {
      report('error', 'invalid-value', [...path, 'values'], 'must be bytes, two hexadecimal digits each', value)
    }
    if ((match === 'int' || match === 'len') && !INT_RANGE.test(value)) {
      report(
        'error',
        'invalid-value',
        [...path, 'values'],
        "must be a number, a range such as '1:10', or 'ge 3'",
        value,
      )
    }
  }
  if (match !== 'found' && match !== 'bool' && match !== undefined && wanted.length + list(lists).length === 0) {
    report('error', 'option-needs-option', [...path, 'values'], `match '${match}' needs values, or lists`)
  }
}

export const BYTES = /^(?:[0-9A-Fa-f]{2})+$/
export const INT_RANGE = /^(?:(?:eq|ge|gt|le|lt) +)?-?\d+$|^-?\d*:-?\d*$/

export function reportNetworks(networks: readonly string[], path: Path, report: Report): void {
  for (const network of networks) {
    if (!isNetwork(network))
      report(
        'error',
        'invalid-value',
        path,
        "must be an address or a network such as '10.0.0.0/8' or 'fd00::/8'",
        network,
      )
  }
}
