// How a value is compared with patterns. HAProxy: configuration manual 7.1.3.

import type { MatchMethod } from '../config/rules/match-methods.ts'
import { createNetworkTest } from '../config/network.ts'
import { bytesOf } from '../pattern/bytes.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { asciiLower } from './converters/ascii.ts'
import { lookupFor } from './lookup.ts'
import { MAX_INTEGER, MIN_INTEGER, toBoolean, toBytes, toInteger, toIp, toText } from './values.ts'
import type { Value } from './values.ts'

/** So few values are compared as quickly one by one. */
const MANY = 8

/** Any of the values may match. What cannot be cast to what is compared matches nothing. */
export function compileMatch(
  match: MatchMethod,
  values: readonly string[],
  ignoreCase: boolean,
  patternOf: PatternOf,
): (found: Value) => boolean {
  const fold = ignoreCase ? asciiLower : (text: string) => text
  const folded = values.map(fold)
  const some = (test: (found: string, value: string) => boolean) => {
    const lookup = folded.length < MANY ? undefined : lookupFor(match, folded)
    if (!lookup) {
      return (found: Value) => {
        const text = fold(toText(found))
        return folded.some((value) => test(text, value))
      }
    }
    const byKey = Map.groupBy(folded, lookup.keyOf)
    return (found: Value) => {
      const text = fold(toText(found))
      return lookup.keysIn(text).some((key) => byKey.get(key)?.some((value) => test(text, value)))
    }
  }
  switch (match) {
    case 'found':
      return () => true
    case 'bool':
      return (found) => toBoolean(found) === true
    case 'str': {
      const wanted = new Set(folded)
      return (found) => wanted.has(fold(toText(found)))
    }
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
        const bytes = lastBytesOf(toText(found))
        return patterns.some((pattern) => pattern.test(bytes))
      }
    }
    case 'ip': {
      const isWithin = createNetworkTest(values)
      return (found) => {
        const ip = toIp(found)
        return ip !== undefined && isWithin(ip.text)
      }
    }
    case 'int': {
      const isWithin = rangeTest(values)
      return (found) => {
        const integer = toInteger(found)
        return integer !== undefined && isWithin(integer)
      }
    }
    case 'len': {
      const isWithin = rangeTest(values)
      return (found) => isWithin(BigInt(bytesOf(toText(found)).length))
    }
    case 'bin': {
      const wanted = new Set(values.map((value) => value.toLowerCase()))
      return (found) => wanted.has(hexadecimal(toBytes(found)))
    }
  }
}

let lastText = ''
let lastBytes = ''

/** Rules one after the other ask for the same path. */
function lastBytesOf(text: string): string {
  if (text !== lastText) {
    lastBytes = bytesOf(text)
    lastText = text
  }
  return lastBytes
}

function rangeTest(values: readonly string[]): (integer: bigint) => boolean {
  const ranges = values.map(parseIntRange)
  return (integer) => ranges.some(([low, high]) => integer >= low && integer <= high)
}

function hexadecimal(bytes: string): string {
  let digits = ''
  for (let i = 0; i < bytes.length; i++) digits += bytes.charCodeAt(i).toString(16).padStart(2, '0')
  return digits
}

/** Whether `value` stands in `found` between delimiters or ends. */
function isBetween(found: string, value: string, delimiter: RegExp): boolean {
  const parts = found.split(delimiter)
  const wanted = value.split(delimiter).filter((part) => part !== '')
  return parts.some((_, i) => wanted.length > 0 && wanted.every((part, j) => parts[i + j] === part))
}

/** `5`, `ge 3`, `lt 2`, `1:10`. */
export function parseIntRange(text: string): readonly [bigint, bigint] {
  const [, operator = 'eq', value = ''] = /^(?:(eq|ge|gt|le|lt)\s+)?(.+)$/.exec(text.trim()) ?? []
  if (value.includes(':')) {
    const [low = '', high = ''] = value.split(':')
    return [low === '' ? MIN_INTEGER : BigInt(low), high === '' ? MAX_INTEGER : BigInt(high)]
  }
  const n = BigInt(value)
  return (
    {
      eq: [n, n],
      ge: [n, MAX_INTEGER],
      gt: [n + 1n, MAX_INTEGER],
      le: [MIN_INTEGER, n],
      lt: [MIN_INTEGER, n - 1n],
    } as const
  )[operator as 'eq']
}
