// Which line of a haproxy.cfg a part of the configuration comes from, so that an issue that only the whole configuration
// shows names a line, not a path in a file that nobody wrote.

import type { LimpetConfig } from '../options/root.ts'
import type { Draft } from './draft.ts'
import type { Line } from './sections.ts'

export interface LineMap {
  /** Calls `apply`, and notes what it added to the draft as this line's. */
  noting<T>(line: Line, draft: Draft, apply: () => T): T
  /** The section as a whole. */
  noteSection(line: Line, draft: Draft): void
  /** The line behind keys such as `['backends', 0, 'cookie']`; undefined when there is none. */
  lineOf(
    keys: readonly PropertyKey[],
    config: LimpetConfig,
    frontends: readonly Draft[],
    backends: readonly Draft[],
  ): Line | undefined
}

export function createLineMap(): LineMap {
  const heads = new Map<Draft, Line>()
  const fields = new Map<Draft, Map<string, Line>>()
  const objects = new WeakMap<object, Line>()
  return {
    noting(line, draft, apply) {
      const before: Readonly<Record<string, unknown>> = { ...draft.backend }
      const result = apply()
      for (const [key, value] of Object.entries(draft.backend)) {
        if (value !== before[key]) fieldsOf(draft).set(key, line)
      }
      for (const added of lastOnes(draft)) if (added && !objects.has(added)) objects.set(added, line)
      return result
    },
    noteSection: (line, draft) => void heads.set(draft, line),
    lineOf(keys, config, frontends, backends) {
      const [kind, index, field] = keys
      const draft = (kind === 'frontends' ? frontends : kind === 'backends' ? backends : [])[Number(index)]
      if (!draft) return undefined
      let found = fields.get(draft)?.get(String(field)) ?? heads.get(draft)
      let value: unknown = config
      for (const key of keys) {
        value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
        if (typeof value !== 'object' || value === null) break
        found = objects.get(value) ?? found
      }
      const server = field === 'servers' ? draft.servers[Number(keys[3])] : undefined
      return (server && objects.get(server)) ?? found
    },
  }

  function fieldsOf(draft: Draft): Map<string, Line> {
    let known = fields.get(draft)
    if (!known) fields.set(draft, (known = new Map()))
    return known
  }
}

const LISTS = [
  'monitorNet',
  'monitor',
  'blocks',
  'httpRequest',
  'oldRequest',
  'addedRequest',
  'httpResponse',
  'oldResponse',
  'addedResponse',
  'afterResponse',
  'redirects',
  'oldUseBackend',
  'useBackend',
  'servers',
] as const satisfies readonly (keyof Draft)[]

/** A line adds one thing at most, and to the end of its list. */
function lastOnes(draft: Draft): readonly (object | undefined)[] {
  const connections = Object.values(draft.tcpRequest).map(({ rules }) => rules)
  const lists = [...connections, draft.tcpResponse.rules, ...LISTS.map((name) => draft[name])]
  return lists.map((list) => list.at(-1))
}
