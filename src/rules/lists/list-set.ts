// All maps and lists of a configuration with how they differ: what a change does to them, and how much may change.

import type { Config } from '../../config/config.ts'
import { createChangedList, readDifferences } from './changed-list.ts'
import type { ChangedList, Differences, Entries } from './changed-list.ts'

/** Of all maps and lists together. Each isolate holds them, and each snapshot brings them. */
export const MOST_DIFFERENCES = 4_000
export const MOST_CHARACTERS = 200_000

/**
 * `put`: sets an entry or adds it, as rules do. `set`: changes one that is there. `add`: adds one that is not. `value`: of a list
 * always ''.
 */
export interface ListChange {
  readonly list: string
  readonly does: 'put' | 'set' | 'add' | 'delete' | 'clear'
  readonly key: string
  readonly value: string
}

/** `missing`: there is no such entry; `unknown`: there is no such map or list; `full`: too much has changed. */
export type Outcome = 'changed' | 'same' | 'missing' | 'unknown' | 'full'

export interface ListSet {
  readonly lists: ReadonlyMap<string, ChangedList>
  change(change: ListChange): Outcome
  /** All entries by others, at once. */
  replace(name: string, entries: Entries): Outcome
  /** Of those that differ, by name. */
  differences(): Readonly<Record<string, Differences>>
}

type Configured = Pick<Config, 'maps' | 'lists'>

/** `before`: by name, as `differences` has it. */
export function createListSet(config: Configured, before: Readonly<Record<string, unknown>>): ListSet {
  const lists = new Map(
    namesOf(config).map((name) => [
      name,
      createChangedList(configuredEntries(config, name), readDifferences(before[name])),
    ]),
  )

  function hasRoomFor(list: ChangedList, key: string, value: string | null): boolean {
    let { count, characters } = list.needs(key, value)
    if (count + characters === 0) return true
    for (const each of lists.values()) {
      count += each.count
      characters += each.characters
    }
    return count <= MOST_DIFFERENCES && characters <= MOST_CHARACTERS
  }

  return {
    lists,
    change({ list: name, does, key, value }) {
      const list = lists.get(name)
      if (!list) return 'unknown'
      if (does === 'clear') return list.clear() ? 'changed' : 'same'
      const isThere = list.entries.has(key)
      if (!isThere && (does === 'set' || does === 'delete')) return 'missing'
      if (isThere && does === 'add') return 'same'
      const wanted = does === 'delete' ? null : value
      if (!hasRoomFor(list, key, wanted)) {
        for (const each of lists.values()) each.prune()
        if (!hasRoomFor(list, key, wanted)) return 'full'
      }
      return list.put(key, wanted) ? 'changed' : 'same'
    },
    replace(name, entries) {
      const list = lists.get(name)
      if (!list) return 'unknown'
      let count = entries.size + 1
      let characters = [...entries].reduce((sum, [key, value]) => sum + key.length + value.length, 0)
      for (const each of lists.values()) {
        if (each === list) continue
        each.prune()
        count += each.count
        characters += each.characters
      }
      if (count > MOST_DIFFERENCES || characters > MOST_CHARACTERS) return 'full'
      const isEmptied = list.clear()
      for (const [key, value] of entries) list.put(key, value)
      return isEmptied || entries.size > 0 ? 'changed' : 'same'
    },
    differences: () =>
      Object.fromEntries(
        [...lists].flatMap(([name, list]) => {
          const differences = list.differences()
          return differences ? [[name, differences]] : []
        }),
      ),
  }
}

/** In the order of their numbers: maps first. */
export function namesOf({ maps, lists }: Configured): readonly string[] {
  return [...Object.keys(maps), ...Object.keys(lists)]
}

export function configuredEntries({ maps, lists }: Configured, name: string): Entries {
  return new Map(Object.hasOwn(maps, name) ? Object.entries(maps[name]!) : (lists[name] ?? []).map((key) => [key, '']))
}

/** What `JSON.stringify` made of differences by name. What cannot be read counts as none. */
export function parseDifferences(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text || '{}') as Readonly<Record<string, unknown>> | null) ?? {}
  } catch {
    return {}
  }
}
