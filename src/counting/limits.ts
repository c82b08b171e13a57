// With which numbers rules compare counters: how near an entry is to a limit decides how soon other isolates are told, and whether it may
// be evicted.

import type { Config } from '../config/config.ts'
import { DATA_TYPES } from '../config/data-types.ts'
import type { DataType } from '../config/data-types.ts'
import type { Sample } from '../config/rules/samples/sample.ts'

/** By type of counter, whatever the table: the smallest. */
export function limitsIn({ frontends, backends }: Config): ReadonlyMap<DataType, number> {
  const limits = new Map<DataType, number>()
  for (const { sample, values } of comparisonsIn([frontends, backends])) {
    const type = typeOf(sample)
    if (type === undefined) continue
    limits.set(type, Math.min(limits.get(type) ?? Infinity, smallestOf(values)))
  }
  return limits
}

/** Of what a counter is compared with, such as `gt 100` or `100:200`; Infinity: there is no number. */
export function smallestOf(values: readonly string[]): number {
  return Math.min(...values.flatMap((value) => /\d+/.exec(value) ?? []).map(Number))
}

function typeOf({ fetch, converters }: Sample): DataType | undefined {
  const [, ofFetch] = /^(?:sc|src)_(?:get_|inc_)?(.+)$/.exec(fetch) ?? []
  const ofTable = converters.map(({ name }) => /^table_(.+)$/.exec(name)?.[1])
  return [ofFetch, ...ofTable].find((name): name is DataType => name !== undefined && Object.hasOwn(DATA_TYPES, name))
}

interface Comparison {
  readonly sample: Sample
  readonly values: readonly string[]
}

function* comparisonsIn(part: unknown): Generator<Comparison, void> {
  if (typeof part !== 'object' || part === null) return
  if ('sample' in part && 'values' in part && part.sample) yield part as Comparison
  for (const inner of Object.values(part)) yield* comparisonsIn(inner)
}
