// Maps and lists at work in one isolate: samples look keys up, conditions ask whether a value is listed, actions change entries. What a
// rule changes holds here at once and waits to be sent; what others have changed comes with snapshots. HAProxy: configuration manual
// 7.1.3, 7.3.1 "map", 4.2 "http-request set-map".

import type { Config } from '../../config/config.ts'
import { createNetworkTest, networksOf } from '../../config/network.ts'
import type { MapMatch, MatchMethod } from '../../config/rules/match-methods.ts'
import { bytesOf, textOf } from '../../pattern/bytes.ts'
import type { PatternOf } from '../../pattern/compile.ts'
import { filled } from '../filled.ts'
import { compileMatch } from '../matches.ts'
import type { Value } from '../values.ts'
import type { ChangedList } from './changed-list.ts'
import { createListSet, MOST_DIFFERENCES, parseDifferences } from './list-set.ts'
import type { ListChange } from './list-set.ts'
import { inOrder } from './ordered.ts'
import { entryProblem, usesIn } from './uses.ts'
import type { Uses } from './uses.ts'

export interface Lists {
  /** What a map has for a key. */
  lookUp(map: string, match: MapMatch, key: string): string | undefined
  /** Whether one of a list's patterns matches. */
  has(list: string, match: MatchMethod, ignoreCase: boolean, value: Value): boolean
  /** By a rule. An entry that its map or list cannot have changes nothing, as in HAProxy. */
  change(change: ListChange): void
  /** How maps and lists differ by a snapshot. Undefined: it does not say, and what is known stays. */
  accept(differences: string | undefined): void
  /** Whether something waits to be sent. */
  readonly isWaiting: boolean
  /** What waits. Call `sent` when it has arrived, or is lost. */
  take(): readonly ListChange[]
  /** What became of those that were taken. Another call may have taken them along, too. */
  sent(taken: readonly ListChange[], hasArrived: boolean): void
}

export type CreateLists = (config: Config, patternOf: PatternOf) => Lists

/** `onFull`: a change was refused, because too much has changed. */
export function createLists(
  config: Config,
  patternOf: PatternOf,
  onFull: (list: string) => void = () => undefined,
): Lists {
  let set = createListSet(config, {})
  let accepted = ''
  const compiled = new Map<string, Compiled>()
  let uses: Uses | undefined
  /** By list and key: the last change of an entry is the one that counts. */
  let waiting = new Map<string, ListChange>()
  let travelling = new Map<string, ListChange>()

  /** Each way of looking up is compiled when it is first asked for, and again after a change. */
  function compiledFor<T extends Compiled>(id: string, list: ChangedList, compile: (before: T | undefined) => T): T {
    const before = compiled.get(id) as T | undefined
    if (before?.list === list && before.version === list.version) return before
    const after = compile(before)
    compiled.set(id, after)
    return after
  }

  return {
    lookUp(name, match, key) {
      const list = set.lists.get(name)
      if (!list) return undefined
      if (match === 'str') return list.entries.get(key)
      return compiledFor<CompiledMap>(`${match} ${name}`, list, (before) =>
        compileMap(list, match, patternOf, before),
      ).find(key)
    },
    has(name, match, ignoreCase, value) {
      const list = set.lists.get(name)
      if (!list) return false
      const { kept, added } = compiledFor<CompiledList>(`${match} ${ignoreCase} ${name}`, list, (before) => ({
        list,
        version: list.version,
        keys: list.kept,
        kept: areSame(before?.keys, list.kept) ? before!.kept : matchAny(match, list.kept, ignoreCase, patternOf),
        added: matchAny(match, list.added(), ignoreCase, patternOf),
      }))
      return kept(value) || added(value)
    },
    change(change) {
      const { list, does, key, value } = change
      if (does !== 'delete') {
        const found = (uses ??= usesIn(config)).get(list) ?? []
        const isMap = Object.hasOwn(config.maps, list) && does === 'put'
        if (entryProblem(found, key, isMap ? value : undefined, patternOf) !== undefined) return
      }
      const id = `${list}\n${key}`
      const isFull = !waiting.has(id) && waiting.size >= MOST_DIFFERENCES
      const outcome = isFull ? 'full' : set.change(change)
      if (outcome === 'full') onFull(list)
      if (outcome === 'changed') waiting.set(id, change)
    },
    accept(differences) {
      if (differences === undefined || (differences === accepted && waiting.size + travelling.size === 0)) return
      accepted = differences
      set = createListSet(config, parseDifferences(differences))
      for (const change of [...travelling.values(), ...waiting.values()]) set.change(change)
    },
    get isWaiting() {
      return waiting.size > 0
    },
    take() {
      travelling = new Map([...travelling, ...waiting])
      waiting = new Map()
      return [...travelling.values()]
    },
    sent(taken, hasArrived) {
      const own = [...travelling].filter(([, change]) => taken.includes(change))
      for (const [id] of own) travelling.delete(id)
      if (!hasArrived) waiting = new Map([...own, ...waiting])
    },
  }
}

/** From which list, and from which of its versions. */
interface Compiled {
  readonly list: ChangedList
  readonly version: number
}

interface CompiledList extends Compiled {
  readonly keys: readonly string[]
  readonly kept: (value: Value) => boolean
  readonly added: (value: Value) => boolean
}

function areSame(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a === b || (a?.length === b.length && a.every((key, i) => key === b[i]))
}

function matchAny(match: MatchMethod, keys: readonly string[], ignoreCase: boolean, patternOf: PatternOf) {
  if (keys.length === 0) return () => false
  return compileMatch(match, match === 'ip' ? networksOf(keys) : keys, ignoreCase, patternOf)
}

interface CompiledMap extends Compiled {
  readonly tests: ReadonlyMap<string, Find>
  readonly find: (key: string) => string | undefined
}

/** What an entry gives for a key; undefined: it does not match. */
type Find = (key: string, value: string) => string | undefined

function compileMap(
  list: ChangedList,
  match: Exclude<MapMatch, 'str'>,
  patternOf: PatternOf,
  before: CompiledMap | undefined,
): CompiledMap {
  const tests = new Map<string, Find>()
  for (const key of list.entries.keys()) tests.set(key, before?.tests.get(key) ?? compileEntry(match, key, patternOf))
  const ordered = inOrder(list.entries, match).map(([key, value]) => [tests.get(key)!, value] as const)
  return {
    list,
    version: list.version,
    tests,
    find(key) {
      for (const [test, value] of ordered) {
        const found = test(key, value)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

function compileEntry(match: Exclude<MapMatch, 'str'>, key: string, patternOf: PatternOf): Find {
  if (match === 'regm') {
    const pattern = patternOf(key, { keepsGroups: true })
    return (text, value) => {
      const groups = pattern.match(bytesOf(text))
      return groups ? textOf(filled(value, groups)) : undefined
    }
  }
  const matches = match === 'ip' ? createNetworkTest(networksOf([key])) : compileMatch(match, [key], false, patternOf)
  return (text, value) => (matches(text) ? value : undefined)
}
