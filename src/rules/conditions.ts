// Conditions over a request, compiled once; a request pays only for those it meets.

import type { Condition } from '../config/rules/condition.ts'
import { createNetworkTest } from '../config/network.ts'
import { methodOf, REMEMBERED } from './fetches/request-line.ts'
import { smallestOf } from '../counting/limits.ts'
import { hostMatches } from '../config/own-hosts.ts'
import { valuesOf } from '../http/fields.ts'
import type { Transaction } from './transaction.ts'
import { compileMatch } from './matches.ts'
import type { Fetch, Tools } from './tools.ts'
import { compileSample } from './samples.ts'
import type { Value } from './values.ts'
import type { View } from './view.ts'

export type Test = (transaction: Transaction, view: View) => boolean

/** Without a condition: always. */
export function compileOptional(condition: Condition | null, tools: Tools): Test {
  return condition === null ? () => true : compileCondition(condition, tools)
}

export function compileCondition(condition: Condition, tools: Tools): Test {
  if ('all' in condition) {
    const tests = condition.all.map((each) => compileCondition(each, tools))
    return (transaction, view) => tests.every((test) => test(transaction, view))
  }
  if ('any' in condition) {
    const tests = condition.any.map((each) => compileCondition(each, tools))
    return (transaction, view) => tests.some((test) => test(transaction, view))
  }
  if ('not' in condition) {
    const test = compileCondition(condition.not, tools)
    return (transaction, view) => !test(transaction, view)
  }
  if ('host' in condition)
    return ({ forOrigin: { target } }) => condition.host.some((host) => hostMatches(host, target.hostname))
  if ('path' in condition) return ({ forOrigin }) => condition.path.includes(forOrigin.target.path)
  if ('pathBeg' in condition)
    return ({ forOrigin: { target } }) => condition.pathBeg.some((start) => target.path.startsWith(start))
  if ('pathEnd' in condition)
    return ({ forOrigin: { target } }) => condition.pathEnd.some((end) => target.path.endsWith(end))
  if ('method' in condition) {
    return (transaction) => {
      const method = methodOf(transaction)
      // As in HAProxy: a method that it knows is that of the request as it came.
      return condition.method.includes(method) && (method === transaction.asked.method || !REMEMBERED.has(method))
    }
  }
  if ('scheme' in condition) return ({ asked }) => asked.scheme === condition.scheme
  if ('src' in condition) {
    const test = createNetworkTest(condition.src)
    return ({ asked }) => test(asked.clientAddress)
  }
  if ('sample' in condition) {
    const { match, values, ignoreCase, lists } = condition
    const sample = compileSample(condition.sample, tools)
    const fetch = match === 'int' ? comparedWith(smallestOf(values), sample) : sample
    const equals = compileMatch(match, values, ignoreCase, tools.patternOf)
    const matches = lists
      ? (value: Value, view: View) =>
          equals(value) || lists.some((list) => view.lists!.has(list, match, ignoreCase, value))
      : equals
    return (transaction, view) => {
      const found = fetch(transaction, view)
      if (found === undefined) return false
      return Array.isArray(found)
        ? found.some((value) => value !== undefined && matches(value as Value, view))
        : matches(found as Value, view)
    }
  }
  const { name, value } = condition.hdr
  // Any of several values counts, so that a second line does not evade a rule that refuses one.
  return ({ forOrigin: { headers } }) => {
    const found = headers.get(name)
    if (found === null || value === null) return found !== null
    return value.includes(found) || valuesOf(headers, name).some((each) => value.includes(each))
  }
}

/** What a counter is compared with is known here alone: a log says it of a request that is refused. */
function comparedWith(limit: number, fetch: Fetch): Fetch {
  if (limit === Infinity) return fetch
  return (transaction, view) => {
    const before = transaction.tracking?.lastRead
    const found = fetch(transaction, view)
    const read = transaction.tracking?.lastRead
    // A converter may have made another number of it.
    if (read && read !== before && Number(found) === read.value) read.limit = limit
    return found
  }
}
