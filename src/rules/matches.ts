// How a value is compared with patterns. HAProxy: configuration manual 7.1.3.

import type { MatchMethod } from '../config/rules/match-methods.ts'
import { createNetworkTest } from '../config/network.ts'
import { bytesOf } from '../pattern/bytes.ts'
import type { PatternOf } from '../pattern/compile.ts'

/** Any of the values may match. */
export function compileMatch(
  match: MatchMethod,
  values: readonly string[],
  ignoreCase: boolean,
  patternOf: PatternOf,
): (found: string) => boolean {
  const fold = ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text
  const folded = values.map(fold)
  const some = (test: (found: string, value: string) => boolean) => (found: string) =>
    folded.some((value) => test(fold(found), value))
  switch (match) {
    case 'found':
      return () => true
    case 'bool':
      return (found) => found !== '0'
    case 'str':
      return some((found, value) => found === value)
    case 'beg':
      return some((found, value) => found.startsWith(value))
    case 'end':
      return some((found, value) => found.endsWith(value))
    case 'sub':
      return some((found, value) => found.includes(value))
    case 'dir':
      return some((found, value) => isBetween(found, value, /[/?]/))
    case 'dom':
      return some((found, value) => isBetween(found, value, /[/?.:]/))
    case 'reg': {
      const patterns = values.map((value) => patternOf(value, { ignoreCase }))
      return (found) => {
        const bytes = bytesOf(found)
        return patterns.some((pattern) => pattern.test(bytes))
      }
    }
    case 'ip':
      return createNetworkTest(values)
    case 'int': {
      const ranges = values.map(parseIntRange)
      return (found) => ranges.some(([low, high]) => Number(found) >= low && Number(found) <= high)
    }
  }
}

/** Whether `value` stands in `found` between delimiters or ends. */
function isBetween(found: string, value: string, delimiter: RegExp): boolean {
  const parts = found.split(delimiter)
  const wanted = value.split(delimiter).filter((part) => part !== '')
  return parts.some((_, i) => wanted.length > 0 && wanted.every((part, j) => parts[i + j] === part))
}

/** `5`, `ge 3`, `lt 2`, `1:10`. */
export function parseIntRange(text: string): readonly [number, number] {
  const [, operator = 'eq', value = ''] = /^(?:(eq|ge|gt|le|lt)\s+)?(.+)$/.exec(text.trim()) ?? []
  if (value.includes(':')) {
    const [low = '', high = ''] = value.split(':')
    return [low === '' ? -Infinity : Number(low), high === '' ? Infinity : Number(high)]
  }
  const n = Number(value)
  return (
    { eq: [n, n], ge: [n, Infinity], gt: [n + 1, Infinity], le: [-Infinity, n], lt: [-Infinity, n - 1] } as const
  )[operator as 'eq']
}
