// Maps: tables in which samples are looked up. HAProxy: configuration manual 7.3.1 "map".

import type { Config } from '../config/config.ts'
import type { MapMatch } from '../config/rules/match-methods.ts'
import { createNetworkTest } from '../config/network.ts'
import { bytesOf, textOf } from '../pattern/bytes.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { filled } from './filled.ts'
import { compileMatch } from './matches.ts'
import type { View } from './view.ts'

type LookUp = (key: string) => string | undefined
type Entries = readonly (readonly [key: string, value: string])[]

/** By name. Each way of looking a map up is compiled when it is first asked for. */
export function createMaps(maps: Config['maps'], patternOf: PatternOf): View['lookUp'] {
  const compiled = new Map<string, LookUp>()
  return (name, match, key) => {
    const id = `${match} ${name}`
    let lookUp = compiled.get(id)
    if (!lookUp) compiled.set(id, (lookUp = compileMap(Object.entries(maps[name] ?? {}), match, patternOf)))
    return lookUp(key)
  }
}

function compileMap(entries: Entries, match: MapMatch, patternOf: PatternOf): LookUp {
  if (match === 'str') {
    const table = new Map(entries)
    return (key) => table.get(key)
  }
  if (match === 'regm') return compileGroups(entries, patternOf)
  // Among beginnings and networks the longest match counts, otherwise the first.
  const ordered =
    match === 'beg'
      ? entries.toSorted(([a], [b]) => b.length - a.length)
      : match === 'ip'
        ? entries.toSorted(([a], [b]) => prefixLength(b) - prefixLength(a))
        : entries
  const tests = ordered.map(([pattern, value]) => ({
    value,
    matches: match === 'ip' ? createNetworkTest([pattern]) : compileMatch(match, [pattern], false, patternOf),
  }))
  return (key) => tests.find(({ matches }) => matches(key))?.value
}

function compileGroups(entries: Entries, patternOf: PatternOf): LookUp {
  const tests = entries.map(([key, value]) => ({ value, pattern: patternOf(key, { keepsGroups: true }) }))
  return (key) => {
    const bytes = bytesOf(key)
    for (const { value, pattern } of tests) {
      const groups = pattern.match(bytes)
      if (groups) return textOf(filled(value, groups))
    }
    return undefined
  }
}

function prefixLength(network: string): number {
  const [address = '', length] = network.split('/')
  return length === undefined ? 128 : Number(length) + (address.includes(':') ? 0 : 96)
}
