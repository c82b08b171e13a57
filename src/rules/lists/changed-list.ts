// One map or list as it is now: the entries that were configured, and how they differ. A difference remembers what was configured
// under its key, and counts only while that stays: a configuration that says something new about the key has the last word.

import { crc32 } from '../../hash/string-hash.ts'
import { bytesOf } from '../../pattern/bytes.ts'

/** By key, in their order. A list has keys alone. */
export type Entries = ReadonlyMap<string, string>

/**
 * `value`: null: the entry is deleted. `base`: what is configured; null: nothing. The last is there for an entry that was deleted
 * and has come back, behind all others.
 */
export type Difference = readonly [key: string, value: string | null, base: string | null, isLast?: 1]

/** As it travels in snapshots and is stored. `cleared`: all that was configured is deleted, and this is its digest. */
export interface Differences {
  readonly cleared?: number
  readonly entries: readonly Difference[]
}

export interface ChangedList {
  readonly entries: Entries
  /** Grows when the entries change. */
  readonly version: number
  /** How many differences there are, and how many characters they have. */
  readonly count: number
  readonly characters: number
  /** Of the configured keys, those that are still there; another object when they change. */
  readonly kept: readonly string[]
  /** All other keys. */
  added(): readonly string[]
  /** How much room the change may need. */
  needs(key: string, value: string | null): { readonly count: number; readonly characters: number }
  /** Null deletes. False: nothing had to change. */
  put(key: string, value: string | null): boolean
  clear(): boolean
  /** Forgets differences that do not count, because the configuration has changed. */
  prune(): void
  /** Undefined: it is as configured. */
  differences(): Differences | undefined
}

export function createChangedList(configured: Entries, before: Differences = { entries: [] }): ChangedList {
  let { cleared } = before
  let base = cleared !== undefined && cleared === digestOf(configured) ? NOTHING : configured
  const differences = new Map(before.entries.map((each) => [each[0], each]))
  let characters = before.entries.reduce((sum, each) => sum + lengthOf(each), 0)
  const entries = new Map<string, string>()
  let kept: readonly string[] | undefined
  let version = 0
  const baseOf = (key: string) => base.get(key) ?? null
  const counting = (key: string) => {
    const found = differences.get(key)
    return found && found[2] === baseOf(key) ? found : undefined
  }
  for (const [key, value] of base) {
    const found = counting(key)
    if (!found) entries.set(key, value)
    else if (found[1] !== null && !found[3]) entries.set(key, found[1])
  }
  for (const [key, value, from, isLast] of differences.values())
    if (from === baseOf(key) && value !== null && (from === null || isLast)) entries.set(key, value)

  function forget(key: string): void {
    const found = differences.get(key)
    if (found) characters -= lengthOf(found)
    differences.delete(key)
  }

  function note(difference: Difference): void {
    const [key] = difference
    const found = differences.get(key)
    characters += lengthOf(difference) - (found ? lengthOf(found) : 0)
    differences.set(key, difference)
  }

  return {
    entries,
    get version() {
      return version
    },
    get count() {
      return differences.size + (cleared === undefined ? 0 : 1)
    },
    get characters() {
      return characters
    },
    get kept() {
      return (kept ??= [...base.keys()].filter((key) => entries.has(key)))
    },
    added: () => (differences.size === 0 ? [] : [...entries.keys()].filter((key) => !base.has(key))),
    needs(key, value) {
      const from = baseOf(key)
      if (value === from) return { count: 0, characters: 0 }
      return { count: differences.has(key) ? 0 : 1, characters: lengthOf([key, value, from]) }
    },
    put(key, value) {
      const present = entries.get(key) ?? null
      if (present === value) return false
      const from = baseOf(key)
      if (from !== null && (value === null) !== (present === null)) kept = undefined
      version += 1
      if (value === null) {
        entries.delete(key)
        if (from === null) forget(key)
        else note([key, null, from])
        return true
      }
      entries.set(key, value)
      const isLast = from !== null && (present === null || counting(key)?.[3] === 1)
      // A new difference stands behind those that are there.
      if (present === null) forget(key)
      if (isLast) note([key, value, from, 1])
      else if (value === from) forget(key)
      else note([key, value, from])
      return true
    },
    clear() {
      if (entries.size === 0) return false
      entries.clear()
      differences.clear()
      characters = 0
      kept = undefined
      version += 1
      cleared = configured.size === 0 ? undefined : digestOf(configured)
      base = NOTHING
      return true
    },
    prune() {
      for (const [key, , from] of differences.values()) if (from !== baseOf(key)) forget(key)
      if (base !== NOTHING) cleared = undefined
    },
    differences: () =>
      differences.size === 0 && cleared === undefined
        ? undefined
        : { ...(cleared === undefined ? {} : { cleared }), entries: [...differences.values()] },
  }
}

const NOTHING: Entries = new Map()

function lengthOf([key, value, base]: Difference): number {
  return key.length + (value?.length ?? 0) + (base?.length ?? 0)
}

function digestOf(entries: Entries): number {
  return crc32(bytesOf(JSON.stringify([...entries])))
}

/** Reads differences from a place where others may write. What cannot be read is left out. */
export function readDifferences(value: unknown): Differences | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { cleared, entries } = value as { readonly cleared?: unknown; readonly entries?: unknown }
  if (!Array.isArray(entries)) return undefined
  return { ...(typeof cleared === 'number' ? { cleared } : {}), entries: entries.filter(isDifference) }
}

function isDifference(value: unknown): value is Difference {
  if (!Array.isArray(value)) return false
  const [key, ...texts] = value as readonly unknown[]
  return typeof key === 'string' && [texts[0], texts[1]].every((text) => text === null || typeof text === 'string')
}
