// Which backend, and which server, is which in the other configuration: by today's and former names, as everything that is stored goes
// by them; then, for whoever forgot `formerly`, by where it is.

import type { Backend, Config, Server } from '../config/config.ts'
import { byAnyName } from '../config/names.ts'
import type { Named } from '../config/names.ts'

/** One of them undefined: it is new, or gone. */
export interface Pair<T> {
  readonly before: T | undefined
  readonly after: T | undefined
  /** Names do not say that they are the same. */
  readonly isGuess: boolean
}

export function pairBackends(before: Config, after: Config): readonly Pair<Backend>[] {
  return pairs(before.backends, after.backends, (a, b) => sharedOrigins(a, b) * 2 >= Math.max(1, a.servers.length))
}

export function pairServers(before: Backend | undefined, after: Backend | undefined): readonly Pair<Server>[] {
  return pairs(before?.servers ?? [], after?.servers ?? [], (a, b) => a.origin === b.origin)
}

function sharedOrigins(a: Backend, b: Backend): number {
  const origins = new Set(b.servers.map(({ origin }) => origin))
  return a.servers.filter(({ origin }) => origins.has(origin)).length
}

/** In the order of `before`; what is new comes last. */
function pairs<T extends Named>(
  before: readonly T[],
  after: readonly T[],
  isAlike: (a: T, b: T) => boolean,
): readonly Pair<T>[] {
  const known = byAnyName(after, (each) => each)
  const taken = new Map<T, T>()
  for (const each of before) {
    // After a roll-back it is the first configuration that lists the other's name.
    const found = [each.name, ...each.formerly.toReversed()]
      .map((name) => known.get(name))
      .find((other) => other && ![...taken.values()].includes(other))
    if (found) taken.set(each, found)
  }
  const named = new Set(taken.keys())
  for (const each of before) {
    if (taken.has(each)) continue
    const free = after.find((other) => ![...taken.values()].includes(other) && isAlike(each, other))
    if (free) taken.set(each, free)
  }
  const used = new Set(taken.values())
  return [
    ...before.map((each) => ({ before: each, after: taken.get(each), isGuess: taken.has(each) && !named.has(each) })),
    ...after.filter((each) => !used.has(each)).map((each) => ({ before: undefined, after: each, isGuess: false })),
  ]
}
