// `tcp-request connection|session|content accept|reject ...` (configuration manual 4.2): rules for connections become rules for
// requests, because a Worker sees nothing else. The client sees a difference: a 403 where HAProxy closes the connection.

import type { ConditionInput } from '../rules/condition.ts'
import { parseSample } from '../rules/samples/sample.ts'
import { mistake, outcomeOf } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { unavailableAction } from './actions.ts'
import { RULESETS } from './draft.ts'
import type { Draft, RuleDraft, Ruleset } from './draft.ts'
import { parseRule } from './http-rules.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'
import { parseTime } from './time.ts'

export const REFUSED: RuleDraft['do'] = { deny: { status: 403 } }
const ALWAYS: ConditionInput = { sample: 'always_true', match: 'bool' }

/** What is known of a connection before anything has been read. */
const KNOWN_EARLY: Readonly<Record<Ruleset, ReadonlySet<string> | undefined>> = {
  connection: new Set(['src', 'dst_port', 'nbsrv', 'str', 'always_true', 'always_false']),
  session: new Set(['src', 'dst_port', 'nbsrv', 'str', 'always_true', 'always_false', 'ssl_fc']),
  content: undefined,
}

export function applyTcpRequest([where = '', verb = '', ...rest]: readonly string[], draft: Draft, ports: AclPorts) {
  if (where === 'inspect-delay') return applyDelay([verb, ...rest])
  const ruleset = RULESETS.find((each) => each === where)
  if (!ruleset) return failed(unknownWord('tcp-request ruleset', where, [...RULESETS, 'inspect-delay']))
  if (/^track-sc\d+$/.test(verb)) return differs('nothing is counted: tables store servers')
  if (verb !== 'accept' && verb !== 'reject' && verb !== 'silent-drop') {
    return outcomeOf(unavailableAction(`tcp-request ${where}`, verb))
  }
  return addRule(ruleset, verb === 'accept', rest, draft, ports)
}

function applyDelay([time]: readonly string[]): Outcome {
  if (parseTime(time) === undefined) return failed(`inspect-delay needs a time such as 5s (found '${time}')`)
  return platform('rules are read when the request is there')
}

/** No rule of it is here; a typing error is one all the same. */
export function applyTcpResponse([where = '', verb = '', ...rest]: readonly string[]): Outcome {
  if (where === 'inspect-delay') return applyDelay([verb, ...rest])
  if (where !== 'content') return failed(unknownWord('tcp-response ruleset', where, ['content', 'inspect-delay']))
  return outcomeOf(unavailableAction('tcp-response content', verb))
}

function addRule(ruleset: Ruleset, accepts: boolean, words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const parsed = parseRule(words, draft, ports, (options): Parsed<RuleDraft['do']> => {
    return options.length === 0 ? { value: REFUSED } : mistake(`'${options.join(' ')}' is not known`)
  })
  if ('problem' in parsed) return outcomeOf(parsed)
  const condition = parsed.value.if ?? ALWAYS
  const early = KNOWN_EARLY[ruleset]
  const late = early && fetchesOf(condition).find((fetch) => !early.has(fetch))
  if (late !== undefined) return unsupported(`${late} is not known before a request has been read: use content`)
  const rules = draft.tcpRequest[ruleset]
  if (accepts) {
    rules.accepts.push(condition)
    return TRANSLATED
  }
  const spared: ConditionInput[] = rules.accepts.map((accepted) => ({ not: accepted }))
  rules.rejects.push({ if: spared.length === 0 ? condition : { all: [condition, ...spared] }, do: REFUSED })
  return differs('a refused client gets 403; HAProxy closes the connection')
}

function fetchesOf(condition: ConditionInput): readonly string[] {
  if ('all' in condition) return condition.all.flatMap(fetchesOf)
  if ('any' in condition) return condition.any.flatMap(fetchesOf)
  if ('not' in condition) return fetchesOf(condition.not)
  if ('sample' in condition) return [parseSample(condition.sample)!.fetch]
  return 'src' in condition ? ['src'] : Object.keys(condition)
}
