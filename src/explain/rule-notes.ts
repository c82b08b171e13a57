// Notes each rule that a request meets: whether its condition holds and why, and what its action changed.

import type { Config } from '../config/config.ts'
import type { ResponseRule, Rule } from '../config/rules/rule.ts'
import type { StickRule } from '../config/options/stick.ts'
import type { Condition } from '../config/rules/condition.ts'
import type { Fields } from '../http/fields.ts'
import { fieldsOf } from '../http/fields.ts'
import type { Test } from '../rules/conditions.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { Act } from '../rules/tools.ts'
import type { RuleWatch } from '../rules/watch.ts'
import { actionText, persistText, stickText } from './action-words.ts'
import { conditionText } from './condition-words.ts'
import type { HeaderLine, MetRule, RuleKind } from './explanation.ts'
import { changesBetween, linesOf } from './header-changes.ts'
import { reasonsOf } from './reasons.ts'

export interface RuleNotes extends RuleWatch {
  readonly met: readonly MetRule[]
}

/** A rule, what is known of it before any request, and where it is. */
interface Known extends Pick<MetRule, 'kind' | 'section' | 'keys' | 'condition' | 'action'> {
  readonly if: Condition | null
}

type Noted = { -readonly [K in keyof MetRule]: MetRule[K] }

export function createRuleNotes(config: Config): RuleNotes {
  const known = knownRules(config)
  const met: Noted[] = []

  const watched = (key: object, holds: Test, note: (noted: Noted) => void): Test => {
    return (transaction, view) => {
      const isTrue = holds(transaction, view)
      const { if: condition, ...rule } = known.get(key)!
      const because = reasonsOf(condition, transaction, view)
      const noted: Noted = { ...rule, holds: isTrue, because, changes: [] }
      met.push(noted)
      note(noted)
      return isTrue
    }
  }
  return {
    met,
    rule(rule, compiled) {
      // One that follows from another option, such as `balance`, has no place that could be shown.
      if (!known.has(rule)) return compiled
      const { holds, act } = compiled
      let noted: Noted | undefined
      return {
        holds: watched(rule, holds, (made) => (noted = made)),
        act(transaction, view) {
          const before = requestOf(transaction)
          const ended = act(transaction, view)
          noted!.changes = [...changesOf(before, requestOf(transaction)), ...endOf(ended)]
          return ended
        },
      }
    },
    responseRule(rule, { holds, act }) {
      let noted: Noted | undefined
      return {
        holds: watched(rule, holds, (made) => (noted = made)),
        act(transaction, view) {
          const response = view.response!
          const { headers, status } = response
          const before = linesOf(headers)
          const ended = act(transaction, view)
          noted!.changes = [
            ...(response.status === status ? [] : [`the status ${status} becomes ${response.status}`]),
            ...headerWords(before, linesOf(headers)),
            ...endOf(ended),
          ]
          return ended
        },
      }
    },
    condition: (rule, holds) => (known.has(keyOf(rule)) ? watched(keyOf(rule), holds, () => undefined) : holds),
  }
}

/** `stick match` and `stick store-request` of one key become one rule: known by its sample. */
function keyOf(rule: object): object {
  return 'sample' in rule && 'table' in rule ? (rule as StickRule).sample : rule
}

function knownRules({ frontends, backends }: Config): ReadonlyMap<object, Known> {
  const known = new Map<object, Known>()
  const add = (
    list: 'frontends' | 'backends',
    i: number,
    name: string,
    field: string,
    kind: RuleKind,
    rules: readonly { readonly if: Condition | null }[],
    textOf: (rule: never) => string,
  ) => {
    const section = `${list === 'frontends' ? 'frontend' : 'backend'} ${name}`
    rules.forEach((rule, j) =>
      known.set(keyOf(rule), {
        kind,
        section,
        keys: [list, i, field, j],
        condition: rule.if && conditionText(rule.if),
        action: textOf(rule as never),
        if: rule.if,
      }),
    )
  }
  const rulesOf = ({ do: action }: Rule | ResponseRule) => actionText(action)
  frontends.forEach(({ name, rules, responseRules, afterResponseRules }, i) => {
    add('frontends', i, name, 'rules', 'rule', rules, rulesOf)
    add('frontends', i, name, 'responseRules', 'response-rule', responseRules, rulesOf)
    add('frontends', i, name, 'afterResponseRules', 'response-rule', afterResponseRules, rulesOf)
  })
  backends.forEach(
    ({ name, rules, responseRules, afterResponseRules, persistRules, useServer, useRelease, stick }, i) => {
      add('backends', i, name, 'rules', 'rule', rules, rulesOf)
      add('backends', i, name, 'responseRules', 'response-rule', responseRules, rulesOf)
      add('backends', i, name, 'afterResponseRules', 'response-rule', afterResponseRules, rulesOf)
      add('backends', i, name, 'persistRules', 'persist', persistRules, (rule: (typeof persistRules)[number]) =>
        persistText(rule.do),
      )
      add(
        'backends',
        i,
        name,
        'useServer',
        'use-server',
        useServer,
        (rule: (typeof useServer)[number]) => `use server ${rule.server}`,
      )
      add(
        'backends',
        i,
        name,
        'useRelease',
        'use-release',
        useRelease,
        (rule: (typeof useRelease)[number]) => `use release ${rule.release}`,
      )
      add('backends', i, name, 'stick', 'stick', stick, stickText)
    },
  )
  return known
}

interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly lines: readonly HeaderLine[]
}

function requestOf({ forOrigin: { method, target, headers } }: Transaction): Seen {
  return { method, path: target.path, query: target.query, lines: linesOf(headers as Fields) }
}

function changesOf(before: Seen, after: Seen): readonly string[] {
  const changed = (what: string, a: string, b: string) =>
    a === b ? [] : [`the ${what} ${a || "''"} becomes ${b || "''"}`]
  return [
    ...changed('method', before.method, after.method),
    ...changed('path', before.path, after.path),
    ...changed('query', before.query, after.query),
    ...headerWords(before.lines, after.lines),
  ]
}

function headerWords(before: readonly HeaderLine[], after: readonly HeaderLine[]): readonly string[] {
  return changesBetween(before, after).map((change) => {
    if (change.before === null) return `adds ${change.name}: ${change.after}`
    if (change.after === null) return `removes ${change.name}: ${change.before}`
    return `${change.name}: ${change.before} becomes ${change.after}`
  })
}

function endOf(ended: ReturnType<Act>): readonly string[] {
  if (!ended) return []
  if ('isAllowed' in ended) return ['ends these rules']
  if ('service' in ended) return ['answers with metrics']
  if ('backend' in ended) return [`goes to backend ${ended.backend}`]
  if (!('response' in ended)) return [`answers ${ended.status}`]
  const location = fieldsOf(ended.response.headers).get('location')
  return [`answers ${ended.response.status}${location === null ? '' : `, Location: ${location}`}`]
}
