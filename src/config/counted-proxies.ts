// Whose requests in progress a rule asks for, so that they must be counted until their bodies have ended.

import type { Backend } from './options/backend.ts'
import type { Frontend } from './options/frontend.ts'
import { isSample, objectsIn, rulesOf } from './rules-of.ts'
import type { FetchName } from './rules/samples/fetch-rows.ts'

const ASKS_HOW_MANY: ReadonlySet<FetchName> = new Set<FetchName>([
  'be_conn',
  'be_conn_free',
  'connslots',
  'dst_conn',
  'fe_conn',
  'srv_conn',
  'srv_conn_free',
])

/** By name: a frontend and a backend may share one. */
export function countedProxies(sections: readonly (Frontend | Backend)[]): readonly string[] {
  const counted = new Set<string>()
  for (const section of sections) {
    for (const part of objectsIn(rulesOf(section))) {
      if (!isSample(part) || !ASKS_HOW_MANY.has(part.fetch)) continue
      const [asked = ''] = part.arguments
      // A server's name alone is one of the section's own.
      const proxy = part.fetch.startsWith('srv_') ? asked.slice(0, Math.max(0, asked.lastIndexOf('/'))) : asked
      counted.add(proxy === '' ? section.name : proxy)
    }
  }
  return [...counted]
}
