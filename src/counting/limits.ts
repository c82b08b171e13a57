// With which numbers rules compare counters: how near an entry is to a limit decides how soon other isolates are told, and whether it may
// be evicted.

import type { Config } from '../config/config.ts'
import { DATA_TYPES } from '../config/data-types.ts'
import type { DataType } from '../config/data-types.ts'
import type { Sample } from '../config/rules/samples/sample.ts'

/** By type of counter, whatever the table: the smallest. */
export type Limits = ReadonlyMap<DataType, number>

export function limitsIn({ frontends, backends }: Pick<Config, 'frontends' | 'backends'>): Limits {
  const limits = new Map<DataType, number>()
  for (const { sample, values } of comparisonsIn([frontends, backends])) {
    const read = readBy(sample)
    if (!read) continue
    // Without a number to compare it with, whatever is not 0 holds.
    const limit = values.length === 0 ? 0 : smallestOf(values) * read.unit
    limits.set(read.type, Math.min(limits.get(read.type) ?? Infinity, limit))
  }
  return limits
}

/** Of what a counter is compared with, such as `gt 100` or `100:200`; Infinity: there is no number. */
export function smallestOf(values: readonly string[]): number {
  return Math.min(...values.flatMap((value) => /\d+/.exec(value) ?? []).map(Number))
}

const IN_THOUSANDS = /^kbytes_(in|out)$/

/** Which counter a sample is of, and how much of it is 1. */
function readBy({ fetch, converters }: Sample): { readonly type: DataType; readonly unit: number } | undefined {
  const [, ofFetch] = /^(?:sc|src)_(?:get_|inc_|clr_|updt_)?(.+)$/.exec(fetch) ?? []
  const ofTable = converters.map(({ name }) => /^table_(.+)$/.exec(name)?.[1])
  for (const name of [ofFetch, ...ofTable]) {
    if (name === undefined) continue
    const type = name.replace(IN_THOUSANDS, 'bytes_$1_cnt')
    if (Object.hasOwn(DATA_TYPES, type)) return { type: type as DataType, unit: type === name ? 1 : 1024 }
  }
  return undefined
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
