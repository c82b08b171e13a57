// What a criterion compares with: each value as its way of comparing reads it (configuration manual 7.1.2 to 7.1.6).

import { patternProblem } from '../../pattern/compile.ts'
import { isNetwork, networksOf } from '../network.ts'
import type { MatchMethod } from '../rules/match-methods.ts'

export type ReadValues =
  | { readonly values: readonly string[] }
  | { readonly problem: string; readonly isMistake?: boolean }

/** `listed`: from files, in which operators do not count. */
export function readValues(
  match: MatchMethod,
  written: readonly string[],
  listed: readonly string[],
  ignoreCase: boolean,
): ReadValues {
  switch (match) {
    case 'found':
    case 'bool':
      return { values: [] }
    case 'int':
    case 'len':
      return readNumbers(written, listed)
    case 'ip':
      return readNetworks([...listed, ...written])
    case 'bin':
      return checked([...listed, ...written], (value) =>
        /^(?:[0-9A-Fa-f]{2})+$/.test(value) ? undefined : `'${value}' must be bytes, two hexadecimal digits each`,
      )
    case 'reg': {
      const values = [...listed, ...written]
      for (const value of values) {
        const problem = patternProblem(value, { ignoreCase })
        if (problem !== undefined) return { problem: `${value}: ${problem}` }
      }
      return { values }
    }
    default:
      return { values: [...listed, ...written] }
  }
}

function checked(values: readonly string[], problemOf: (value: string) => string | undefined): ReadValues {
  for (const value of values) {
    const problem = problemOf(value)
    if (problem !== undefined) return { problem, isMistake: true }
  }
  return { values }
}

const OPERATORS = new Set(['eq', 'ge', 'gt', 'le', 'lt'])

/** An operator counts for all numbers behind it: `gt 3`, `eq 1 2 5`. */
function readNumbers(written: readonly string[], listed: readonly string[]): ReadValues {
  const values: string[] = []
  let operator = ''
  for (const word of written) {
    if (OPERATORS.has(word)) operator = word === 'eq' ? '' : `${word} `
    else if (word === 'ne') return { problem: "'ne' never holds in HAProxy: write ! before the condition" }
    else if (operator !== '' && /[.:]/.test(word)) return { problem: `'${operator}${word}': write a range alone` }
    else values.push(operator + word)
  }
  const read = checked([...listed, ...values], numberProblem)
  return 'values' in read ? { values: read.values.map((value) => value.replace('+', '')) } : read
}

function numberProblem(value: string): string | undefined {
  if (/^(?:(?:ge|gt|le|lt) )?[+-]?\d{1,19}$/.test(value)) return undefined
  const [, low, high] = /^(-?\d{1,19})?:(-?\d{1,19})?$/.exec(value) ?? []
  const isRange = low !== undefined || high !== undefined
  if (isRange && (low === undefined || high === undefined || BigInt(low) <= BigInt(high))) return undefined
  return `'${value}' must be a number or a range such as 1:10`
}

function readNetworks(written: readonly string[]): ReadValues {
  const values = networksOf(written)
  const other = values.find((value) => !isNetwork(value))
  if (other === undefined) return { values }
  // HAProxy asks DNS for names when it starts, and fills the digits of a short address up.
  return /^(?:[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9.-]*|\d{1,3}(?:\.\d{1,3}){0,2}(?:\/\d+)?)$/.test(other)
    ? { problem: `'${other}': write an address or a network such as 10.0.0.0/8` }
    : { problem: `'${other}' must be an address or a network such as 10.0.0.0/8`, isMistake: true }
}
