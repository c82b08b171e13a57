// `stick-table ...` and `stick ...` (configuration manual 4.2).

import { parseSample, SAMPLE_TEXT } from '../rules/sample.ts'
import { parseSize } from '../options/stick.ts'
import type { StickAction, StickRuleInput, StickTableInput } from '../options/stick.ts'
import type { AclPorts, Parsed } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseRule } from './http-rules.ts'
import { parseTime } from './time.ts'
import { differs, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const TYPES = { ip: 'ip', ipv4: 'ip', ipv6: 'ipv6', integer: 'integer', string: 'string', binary: 'binary' } as const

export function applyStickTable(words: readonly string[], draft: Draft): Outcome {
  const table: Partial<StickTableInput> = {}
  let counts = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const next = () => words[++i] ?? ''
    if (word === 'type') {
      const name = next()
      const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof typeof TYPES] : undefined
      if (!type) return unsupported(`type ${name} is not known`)
      table.type = type
    } else if (word === 'len') table.len = Number(next())
    else if (word === 'size') {
      const size = next()
      if (parseSize(size) === undefined) return unsupported(`size ${size}: must be from 1 to 16m`)
      table.size = size
    } else if (word === 'expire') {
      const time = parseTime(next())
      if (time === undefined) return unsupported('expire needs a time')
      table.expire = time
    } else if (word === 'nopurge') table.nopurge = true
    // What balancers tell one another is one here.
    else if (word === 'peers' || word === 'srvkey' || word === 'write-to') {
      if (next() === 'addr') return unsupported('srvkey addr is not supported: servers are known by name')
    } else if (word === 'store') {
      counts ||= next()
        .split(',')
        .some((type) => type !== 'server_id' && type !== 'server_key')
    } else return unsupported(`'${word}' is not known`)
  }
  const { type, size } = table
  if (!type || size === undefined) return unsupported('needs a type and a size')
  if (draft.kind === 'frontend') return differs('only a backend has a table here: this one is left out')
  draft.backend.stickTable = { ...table, type, size }
  return counts ? differs('servers are stored, nothing else is counted') : TRANSLATED
}

const ACTIONS: Readonly<Record<string, StickAction>> = {
  on: 'on',
  match: 'match',
  'store-request': 'storeRequest',
  'store-response': 'storeResponse',
}

export function applyStick([verb = '', ...words]: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const action = Object.hasOwn(ACTIONS, verb) ? ACTIONS[verb] : undefined
  if (!action) return unsupported(`stick ${verb} is not known`)
  const rule = parseRule(words, draft, ports, (rest): Parsed<StickRuleInput> => {
    const [sample = '', keyword, table, ...more] = rest
    if (!parseSample(sample)) return { problem: `${sample}: must be ${SAMPLE_TEXT}` }
    if (keyword === undefined) return { value: { [action]: sample } }
    if (keyword !== 'table' || table === undefined || more.length > 0) {
      return { problem: `'${[keyword, table, ...more].join(' ')}' is not known` }
    }
    return { value: { [action]: sample, table } }
  })
  if ('problem' in rule) return unsupported(rule.problem)
  const { if: condition, do: stick } = rule.value
  draft.backend.stick = [...(draft.backend.stick ?? []), condition ? { ...stick, if: condition } : stick]
  return TRANSLATED
}
