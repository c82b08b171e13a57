// What a change of the configuration does to clients, and what else it changes. Pure: two configurations in, values out.

import type { Backend, Config } from '../config/config.ts'
import { visibleJson } from '../config/visible.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import { backendDifference } from './backend-difference.ts'
import type { BackendDifference } from './backend-difference.ts'
import { optionChanges } from './option-changes.ts'
import type { OptionChange } from './option-changes.ts'
import { pairBackends } from './pairs.ts'
import type { Pair } from './pairs.ts'
import type { RuleChange } from './rule-changes.ts'

export interface Difference {
  /** Empty, as all lists are, if the configurations are the same. */
  readonly backends: readonly BackendDifference[]
  readonly rules: readonly RuleChange[]
  /** All others. */
  readonly options: readonly OptionChange[]
  /** Frontends whose requests go to another backend by default, or nowhere. Their clients move, and are not counted in `backends`. */
  readonly rerouted: readonly string[]
  /** The largest share of one backend's clients that moves, from 0 to 1; 1 if a frontend is rerouted. */
  readonly moved: number
}

/** Any key will do: a change of the keys is no change of the configuration. */
const KEY = 'both configurations have the same keys'

export async function differenceOf(before: Config, after: Config): Promise<Difference> {
  if (textOf(before) === textOf(after)) return { backends: [], rules: [], options: [], rerouted: [], moved: 0 }
  const keys = await importCookieKeys(KEY)
  const pairs = pairBackends(before, after)
  const backends: BackendDifference[] = []
  for (const pair of pairs) backends.push(await backendDifference({ before, after }, pair, keys))
  const kept = new Set(backends.flatMap((each) => (each.clients && each.after !== null ? [each.before] : [])))
  const rerouted = reroutedFrontends(before, after, pairs)
    .filter(({ backend }) => kept.has(backend))
    .map(({ name }) => name)
  const moved = Math.max(rerouted.length > 0 ? 1 : 0, ...backends.map(({ clients }) => clients?.moved ?? 0))
  return { backends, ...optionChanges(before, after, pairs), rerouted, moved }
}

/** Frontends, each with the backend that it led to. */
function reroutedFrontends(before: Config, after: Config, pairs: readonly Pair<Backend>[]) {
  const defaults = after.frontends.map(({ defaultBackend }) => defaultBackend)
  return before.frontends.flatMap(({ name, defaultBackend }) => {
    if (defaultBackend === null) return []
    // A backend that is gone is reported as such.
    const successor = pairs.find((pair) => pair.before?.name === defaultBackend)?.after?.name ?? null
    const today = after.frontends.find((frontend) => frontend.name === name)
    const isKept = today ? today.defaultBackend === successor : defaults.includes(successor)
    return isKept ? [] : [{ name, backend: defaultBackend }]
  })
}

function textOf(config: Config): string {
  return visibleJson({ ...config, digest: '' }, (secret) => JSON.stringify(secret))
}
