// Maps: tables in which samples are looked up. HAProxy: configuration manual 7.3.1 "map".

import type { MatchMethod } from '../config/rules/match-methods.ts'
import { createNetworkTest } from '../config/network.ts'
import { compileMatch } from './matches.ts'

type LookUp = (key: string) => string | undefined

/** By name. Each way of looking a map up is compiled when it is first asked for. */
export function createMaps(maps: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const compiled = new Map<string, LookUp>()
  return (name: string, match: MatchMethod, key: string): string | undefined => {
    const id = `${match} ${name}`
    let lookUp = compiled.get(id)
    if (!lookUp) compiled.set(id, (lookUp = compileMap(Object.entries(maps[name] ?? {}), match)))
    return lookUp(key)
  }
}

function compileMap(entries: readonly (readonly [string, string])[], match: MatchMethod): LookUp {
  if (match === 'str') {
    const table = new Map(entries)
    return (key) => table.get(key)
  }
  // Among beginnings and networks the longest match counts, otherwise the first.
  const ordered =
    match === 'beg'
      ? entries.toSorted(([a], [b]) => b.length - a.length)
      : match === 'ip'
        ? entries.toSorted(([a], [b]) => prefixLength(b) - prefixLength(a))
        : entries
  const tests = ordered.map(([pattern, value]) => ({
    value,
    matches: match === 'ip' ? createNetworkTest([pattern]) : compileMatch(match, [pattern], false),
  }))
  return (key) => tests.find(({ matches }) => matches(key))?.value
}

function prefixLength(network: string): number {
  const [address = '', length] = network.split('/')
  return length === undefined ? 128 : Number(length) + (address.includes(':') ? 0 : 96)
}
