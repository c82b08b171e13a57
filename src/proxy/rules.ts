// A frontend's ordered rules: conditions over the request, the first whose condition holds acts.
// Conditions are compiled once; a request pays only for those it meets.

import type { Action, Condition, Frontend } from '../config/config.ts'
import { createNetworkTest } from '../config/network.ts'
import { hostMatches } from './incoming.ts'
import type { Incoming } from './incoming.ts'

type Test = (incoming: Incoming) => boolean

/** The action for a request; undefined: no rule and no default backend. */
export function createRules(frontend: Frontend): (incoming: Incoming) => Action | undefined {
  const rules = frontend.rules.map((rule) => ({ test: compileOptional(rule.if), action: rule.do }))
  const otherwise = frontend.defaultBackend === null ? undefined : { useBackend: frontend.defaultBackend }
  return (incoming) => rules.find(({ test }) => test(incoming))?.action ?? otherwise
}

/** Without a condition: always. */
export function compileOptional(condition: Condition | null): (incoming: Incoming) => boolean {
  return condition === null ? () => true : compile(condition)
}

function compile(condition: Condition): Test {
  if ('all' in condition) {
    const tests = condition.all.map(compile)
    return (incoming) => tests.every((test) => test(incoming))
  }
  if ('any' in condition) {
    const tests = condition.any.map(compile)
    return (incoming) => tests.some((test) => test(incoming))
  }
  if ('not' in condition) {
    const test = compile(condition.not)
    return (incoming) => !test(incoming)
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
  const { name, value } = condition.hdr
  return ({ request }) => {
    const found = request.headers.get(name)
    return found !== null && (value === null || value.includes(found))
  }
}
