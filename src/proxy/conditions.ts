// Conditions over a request, compiled once; a request pays only for those it meets.

import type { Condition } from '../config/rules/condition.ts'
import { createNetworkTest } from '../config/network.ts'
import { hostMatches } from '../config/own-hosts.ts'
import { headerValues } from './header-lines.ts'
import type { Incoming } from './incoming.ts'
import { compileMatch } from './matches.ts'
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
  // Any of several values counts: a rule that refuses one is not evaded by a second line.
  return ({ headers }) => {
    const found = headers.get(name)
    if (found === null || value === null) return found !== null
    return value.includes(found) || headerValues(headers, name).some((each) => value.includes(each))
  }
}
