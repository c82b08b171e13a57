// Conditions over a request, compiled once; a request pays only for those it meets.

import type { Condition, MatchMethod } from '../config/config.ts'
import { createNetworkTest } from '../config/network.ts'
import { hostMatches } from './incoming.ts'
import type { Incoming } from './incoming.ts'
import { compileSample } from './samples.ts'
import type { View } from './samples.ts'

export type Test = (incoming: Incoming, view: View) => boolean

/** Without a condition: always. */
export function compileOptional(condition: Condition | null): Test {
  return condition === null ? () => true : compileCondition(condition)
}

function compileCondition(condition: Condition): Test {
  if ('all' in condition) {
    const tests = condition.all.map(compileCondition)
    return (incoming, view) => tests.every((test) => test(incoming, view))
  }
  if ('any' in condition) {
    const tests = condition.any.map(compileCondition)
    return (incoming, view) => tests.some((test) => test(incoming, view))
  }
  if ('not' in condition) {
    const test = compileCondition(condition.not)
    return (incoming, view) => !test(incoming, view)
  }
  if ('host' in condition) return ({ url }) => condition.host.some((host) => hostMatches(host, url.hostname))
  if ('path' in condition) return ({ url }) => condition.path.includes(url.pathname)
  if ('pathBeg' in condition) return ({ url }) => condition.pathBeg.some((start) => url.pathname.startsWith(start))
  if ('pathEnd' in condition) return ({ url }) => condition.pathEnd.some((end) => url.pathname.endsWith(end))
  if ('method' in condition) return ({ request }) => condition.method.includes(request.method)
  if ('scheme' in condition) return ({ scheme }) => scheme === condition.scheme
  if ('src' in condition) {
    const test = createNetworkTest(condition.src)
    return ({ clientAddress }) => test(clientAddress)
  }
  if ('sample' in condition) {
    const fetch = compileSample(condition.sample)
    const matches = compileMatch(condition.match, condition.values, condition.ignoreCase)
    return (incoming, view) => fetch(incoming, view).some(matches)
  }
  const { name, value } = condition.hdr
  return ({ headers }) => {
    const found = headers.get(name)
    return found !== null && (value === null || value.includes(found))
  }
}

/** HAProxy: configuration manual 7.1.3. Any of the values may match. */
function compileMatch(match: MatchMethod, values: readonly string[], ignoreCase: boolean): (found: string) => boolean {
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
      const patterns = values.map((value) => new RegExp(value, ignoreCase ? 'i' : ''))
      return (found) => patterns.some((pattern) => pattern.test(found))
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
