// `stick-table ...` and `stick ...` (configuration manual 4.2). The words are the rows of options/stick.ts.

import { readDatum } from '../options/table-data.ts'
import { parseSize, STICK_ACTIONS, stickRuleOptions, stickTableOptions } from '../options/stick.ts'
import type { StickRuleInput } from '../options/stick.ts'
import { mistake, outcomeOf, sampleProblem } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseSample } from './haproxy-samples.ts'
import { parseRule } from './http-rules.ts'
import { differs, failed, TRANSLATED, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { lineKind, readLine, unknownWord, valuesFor } from './read-line.ts'
import type { OtherWord } from './read-line.ts'

/** What balancers tell one another is one here. */
const SHARED: OtherWord = { takes: 1, outcome: () => TRANSLATED }

const STICK_TABLE = lineKind('stick-table', stickTableOptions, {
  peers: SHARED,
  'write-to': SHARED,
  srvkey: {
    takes: 1,
    outcome: (key) =>
      key === 'addr'
        ? unsupported('srvkey addr is not supported: servers are known by name')
        : key === 'name'
          ? TRANSLATED
          : failed(unknownWord('srvkey', key, ['name', 'addr'])),
  },
})

export function applyStickTable(words: readonly string[], draft: Draft): Outcome {
  const named = words.map((word, i) => (word === 'ipv4' && words[i - 1] === 'type' ? 'ip' : word))
  const { values, outcomes } = readLine(STICK_TABLE, named)
  const data = (values.data ?? []).flatMap(listed).filter((each) => each !== 'server_id' && each !== 'server_key')
  const wrong = data.map(readDatum).find((reading) => 'problem' in reading)
  if (wrong && 'problem' in wrong) return failed(wrong.problem)
  const outcome = worst(outcomes)
  if (outcome.status === 'error' || outcome.status === 'unsupported') return outcome
  const { type, size } = values
  if (type === undefined || size === undefined) return failed('needs a type and a size')
  if (parseSize(size) === undefined) {
    const problem = `size ${size}: must be from 1 to 16m`
    return /^0*[1-9]\d*[km]?$/i.test(String(size)) ? unsupported(problem) : failed(problem)
  }
  draft.backend.stickTable = {
    ...valuesFor(stickTableOptions, { ...values, data: data.length === 0 ? undefined : data }),
    type,
    size,
  }
  return data.some((each) => each.startsWith('bytes_')) ? worst([outcome, BYTES]) : outcome
}

const BYTES = differs('bytes are those of Content-Length, unless countBytes is on')

/** `gpc0,gpc_rate(2,10s)`: commas within parentheses are none. */
function listed(types: string): readonly string[] {
  return types.split(/,(?![^(]*\))/).filter((type) => type !== '')
}

const VERBS = STICK_ACTIONS.map((action) => String(stickRuleOptions[action].word))

export function applyStick([verb = '', ...words]: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const action = STICK_ACTIONS.find((each) => stickRuleOptions[each].word === verb)
  if (!action) return failed(unknownWord('stick rule', verb, VERBS))
  const rule = parseRule(words, draft, ports, (rest): Parsed<StickRuleInput> => {
    const [sample = '', keyword, table, ...more] = rest
    if (!parseSample(sample)) return sampleProblem(sample)
    if (keyword === undefined) return { value: { [action]: sample } }
    if (keyword !== 'table' || table === undefined || more.length > 0) {
      return mistake(`'${[keyword, table, ...more].join(' ')}' is not known`)
    }
    return { value: { [action]: sample, table } }
  })
  if ('problem' in rule) return outcomeOf(rule)
  const { if: condition, do: stick } = rule.value
  draft.backend.stick = [...(draft.backend.stick ?? []), condition ? { ...stick, if: condition } : stick]
  return TRANSLATED
}
