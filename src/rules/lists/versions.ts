// Next contents of maps and lists, which are prepared aside and then take the place of what is there, all at once. HAProxy: management
// manual 9.3 "prepare map", "commit map". They are kept in memory, as HAProxy's are: what was not committed is lost with the process.

import { MOST_CHARACTERS, MOST_DIFFERENCES } from './list-set.ts'
import type { ListSet } from './list-set.ts'

interface Entry {
  readonly key: string
  readonly value: string
}

export type VersionOrder = { readonly does: 'look' } | Arrangement

type Arrangement =
  | { readonly does: 'prepare' }
  | { readonly does: 'add'; readonly version: number; readonly key: string; readonly value: string }
  | { readonly does: 'clear'; readonly version: number }
  | { readonly does: 'commit'; readonly version: number }

/** Of one map or list. */
export interface Versions {
  readonly current: number
  /** The last that was prepared. */
  readonly next: number
  /** By number: those that have entries. */
  readonly prepared: Readonly<Record<number, readonly Entry[]>>
}

/** `future`: it is not prepared yet; `range`: it cannot be committed; `full`: too much is prepared, or would differ. */
export type VersionOutcome = 'done' | 'future' | 'range' | 'full' | 'unknown'

export interface VersionAnswer {
  readonly outcome: VersionOutcome
  /** What counts has changed. */
  readonly isChanged: boolean
  /** Of those that have any, by name. */
  readonly versions: Readonly<Record<string, Versions>>
}

export interface ListVersions {
  arrange(list: string, order: VersionOrder): VersionAnswer
}

interface State {
  current: number
  next: number
  readonly prepared: Map<number, Map<string, string>>
}

export function createListVersions(set: ListSet): ListVersions {
  const states = new Map<string, State>()

  function isFull(key: string, value: string): boolean {
    let count = 1
    let characters = key.length + value.length
    for (const { prepared } of states.values()) {
      for (const entries of prepared.values()) {
        count += entries.size
        for (const [each, has] of entries) characters += each.length + has.length
      }
    }
    return count > MOST_DIFFERENCES || characters > MOST_CHARACTERS
  }

  function carryOut(list: string, state: State, order: Arrangement): VersionOutcome | true {
    if (order.does === 'prepare') {
      state.next += 1
      return 'done'
    }
    const { version } = order
    const { current, next, prepared } = state
    if (order.does === 'commit') {
      if (version <= current || version > next) return 'range'
      const outcome = set.replace(list, prepared.get(version) ?? new Map())
      if (outcome === 'full') return 'full'
      state.current = version
      // Those before it can never be committed.
      for (const each of prepared.keys()) if (each <= version) prepared.delete(each)
      return outcome === 'changed' || 'done'
    }
    if (version === current) {
      const { key = '', value = '' } = order.does === 'add' ? order : {}
      const outcome = set.change({ list, does: order.does, key, value })
      return outcome === 'full' ? 'full' : outcome === 'changed' || 'done'
    }
    if (order.does === 'clear') {
      prepared.delete(version)
      return 'done'
    }
    if (version > next) return 'future'
    // As in HAProxy, what is added to a version of the past is never seen.
    if (version < current) return 'done'
    const entries = prepared.get(version) ?? new Map<string, string>()
    if (entries.has(order.key)) return 'done'
    if (isFull(order.key, order.value)) return 'full'
    prepared.set(version, entries.set(order.key, order.value))
    return 'done'
  }

  return {
    arrange(list, order) {
      let outcome: VersionOutcome | true = 'done'
      if (order.does !== 'look') {
        if (!set.lists.has(list)) return { outcome: 'unknown', isChanged: false, versions: {} }
        const state = states.get(list) ?? { current: 0, next: 0, prepared: new Map() }
        states.set(list, state)
        outcome = carryOut(list, state, order)
      }
      const versions = Object.fromEntries([...states].map(([name, state]) => [name, shown(state)]))
      return { outcome: outcome === true ? 'done' : outcome, isChanged: outcome === true, versions }
    },
  }
}

function shown({ current, next, prepared }: State): Versions {
  const entriesOf = (entries: ReadonlyMap<string, string>) => [...entries].map(([key, value]) => ({ key, value }))
  return {
    current,
    next,
    prepared: Object.fromEntries([...prepared].map(([version, entries]) => [version, entriesOf(entries)])),
  }
}
