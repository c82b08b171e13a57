// How conditions and samples look maps and lists up: what an entry must be, and what `get` shows.

import type { Config } from '../../config/config.ts'
import type { MapMatch, MatchMethod } from '../../config/rules/match-methods.ts'
import { isAddressValue, isIntegerValue, isNetworkKey } from '../../config/rules/list-entries.ts'
import type { SampleType } from '../../config/rules/samples/sample-type.ts'
import type { PatternOf } from '../../pattern/compile.ts'

export interface Use {
  readonly match: MapMatch | MatchMethod
  readonly ignoreCase: boolean
  /** Of a map's values; undefined: a condition asks for the keys alone. */
  readonly gives: SampleType | undefined
}

export type Uses = ReadonlyMap<string, readonly Use[]>

/** By the name of the map or list. */
export function usesIn(config: Config): Uses {
  const uses = new Map<string, Use[]>()
  const note = (name: string, use: Use) => {
    const known = uses.get(name) ?? []
    const isKnown = known.some(
      ({ match, ignoreCase, gives }) => match === use.match && ignoreCase === use.ignoreCase && gives === use.gives,
    )
    if (!isKnown) uses.set(name, [...known, use])
  }
  visit([config.frontends, config.backends, config.processVariables])
  return uses

  function visit(part: unknown): void {
    if (typeof part !== 'object' || part === null) return
    const { lists, match, ignoreCase, converters } = part as Partial<Condition> & { readonly converters?: Converters }
    if (lists && match) for (const name of lists) note(name, { match, ignoreCase: ignoreCase!, gives: undefined })
    for (const { name, arguments: given } of converters ?? []) {
      const [, by, gives] = /^map_([a-z]+)(?:_(int|ip))?$/.exec(name) ?? []
      if (by !== undefined) note(given[0]!, { match: by as MapMatch, ignoreCase: false, gives: TYPES[gives ?? 'str'] })
    }
    for (const inner of part instanceof Map ? part.values() : Object.values(part)) visit(inner)
  }
}

interface Condition {
  readonly match: MatchMethod
  readonly ignoreCase: boolean
  readonly lists: readonly string[]
}
type Converters = readonly { readonly name: string; readonly arguments: readonly string[] }[]
const TYPES: Readonly<Record<string, SampleType>> = { str: 'str', int: 'sint', ip: 'ip' }

const ACTIONS: ReadonlySet<string> = new Set(['setMap', 'delMap', 'addAcl', 'delAcl'])

/** Whether a rule changes maps or lists. */
export function isChangedByRules({ frontends, backends }: Config): boolean {
  return [...frontends, ...backends].some(({ rules, responseRules, afterResponseRules }) =>
    [...rules, ...responseRules, ...afterResponseRules].some((rule) => ACTIONS.has(Object.keys(rule.do)[0]!)),
  )
}

/** What is wrong with an entry for one of its uses, in HAProxy's words. */
export function entryProblem(
  uses: readonly Use[],
  key: string,
  value: string | undefined,
  patternOf: PatternOf,
): string | undefined {
  for (const { match, gives } of uses) {
    const problem = keyProblem(match, key, patternOf)
    if (problem !== undefined) return problem
    if (value === undefined) continue
    const isWrong = gives === 'sint' ? !isIntegerValue(value) : gives === 'ip' && !isAddressValue(value)
    if (isWrong) return `unable to parse '${value}'.`
  }
  return undefined
}

function keyProblem(match: Use['match'], key: string, patternOf: PatternOf): string | undefined {
  switch (match) {
    case 'ip':
      return isNetworkKey(key) ? undefined : `'${key}' is not a valid IPv4 or IPv6 address.`
    case 'int':
    case 'len':
      return isRange(key) ? undefined : `'${key}' is not a number.`
    case 'bin': {
      const [other] = /[^0-9A-Fa-f]/.exec(key) ?? []
      if (other !== undefined) return `an hex digit is expected (found '${other}').`
      return key.length % 2 === 0 ? undefined : 'expect an even number of hex digits.'
    }
    case 'reg':
    case 'regm':
      try {
        patternOf(key, { keepsGroups: match === 'regm' })
        return undefined
      } catch (error) {
        return `regex '${key}' is invalid (error=${(error as Error).message.slice(key.length + 2)}).`
      }
    default:
      return undefined
  }
}

function isRange(key: string): boolean {
  if (isIntegerValue(key)) return true
  const [, low, high] = /^(-?\d{1,19})?:(-?\d{1,19})?$/.exec(key) ?? []
  return (
    (low !== undefined || high !== undefined) &&
    (low === undefined || high === undefined || BigInt(low) <= BigInt(high))
  )
}
