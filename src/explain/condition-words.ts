// Conditions, in words.

import type { Condition } from '../config/rules/condition.ts'
import type { MatchMethod } from '../config/rules/match-methods.ts'
import { sampleText } from '../config/rules/samples/sample-text.ts'

/** More values than this are counted. */
const SHOWN_VALUES = 5

const VERBS: Readonly<Record<MatchMethod, string>> = {
  found: 'is there',
  bool: 'is true',
  str: 'is',
  beg: 'begins with',
  end: 'ends with',
  sub: 'contains',
  dir: 'has the part',
  dom: 'has the part',
  reg: 'matches',
  ip: 'is in',
  int: 'is',
  len: 'has this many bytes:',
  bin: 'is in hexadecimal digits',
}

/** `path begins with /api/ and not (method is GET)`. */
export function conditionText(condition: Condition): string {
  if ('all' in condition) return joined(condition.all, ' and ', 'always')
  if ('any' in condition) return joined(condition.any, ' or ', 'never')
  if ('not' in condition) return `not (${conditionText(condition.not)})`
  if ('host' in condition) return `host is ${choice(condition.host)}`
  if ('path' in condition) return `path is ${choice(condition.path)}`
  if ('pathBeg' in condition) return `path begins with ${choice(condition.pathBeg)}`
  if ('pathEnd' in condition) return `path ends with ${choice(condition.pathEnd)}`
  if ('method' in condition) return `method is ${choice(condition.method)}`
  if ('scheme' in condition) return `scheme is ${condition.scheme}`
  if ('src' in condition) return `client address is in ${choice(condition.src)}`
  if ('sample' in condition) {
    const { sample, match, values, lists = [] } = condition
    const compared = [...values, ...lists.map((list) => `one of ${list}`)]
    const verb = `${sampleText(sample)} ${VERBS[match]}`
    return match === 'found' || match === 'bool' ? verb : `${verb} ${choice(compared)}`
  }
  const { name, value } = condition.hdr
  return value === null ? `header ${name} is there` : `header ${name} is ${choice(value)}`
}

function joined(parts: readonly Condition[], word: string, empty: string): string {
  if (parts.length === 0) return empty
  return parts
    .map((part) =>
      ('all' in part || 'any' in part) && parts.length > 1 ? `(${conditionText(part)})` : conditionText(part),
    )
    .join(word)
}

/** `a, b or c`. */
export function choice(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_VALUES).map((value) => (value === '' ? "''" : value))
  const more = values.length - shown.length
  if (more > 0) return `${shown.join(', ')} or ${more} more`
  return shown.length < 2 ? (shown[0] ?? 'nothing') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}
