// Samples and rules that name no table mean that of the frontend or backend that they are in: here it gets its name.

import type { Takes } from './rules/samples/argument.ts'
import { converterRow } from './rules/samples/converter-rows.ts'
import { fetchRow } from './rules/samples/fetch-rows.ts'
import type { Sample } from './rules/samples/sample.ts'

/** The same section, with the names. What has none in it stays as it is. */
export function withOwnTables<T extends { readonly name: string }>(section: T): T {
  return named(section, section.name) as T
}

function named(part: unknown, own: string): unknown {
  if (Array.isArray(part))
    return changed(
      part,
      part.map((each) => named(each, own)),
    )
  if (part instanceof Map) {
    const inner = [...part].map(([key, value]) => [key, named(value, own)] as const)
    return inner.every(([key, value]) => value === part.get(key)) ? part : new Map(inner)
  }
  if (typeof part !== 'object' || part === null) return part
  if ('fetch' in part && 'converters' in part) return sampleIn(part as Sample, own)
  const entries = Object.entries(part)
  const inner = entries.map(([, value]) => named(value, own))
  if ('sc' in part && 'table' in part && part.table === '')
    return { ...part, table: own, key: inner[entries.findIndex(([key]) => key === 'key')] }
  return inner.every((value, i) => value === entries[i]![1])
    ? part
    : Object.fromEntries(entries.map(([key], i) => [key, inner[i]]))
}

function changed(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((value, i) => value === before[i]) ? before : after
}

function sampleIn(sample: Sample, own: string): Sample {
  // Without a name, what is tracked tells its table.
  const given = sample.fetch.startsWith('sc_')
    ? sample.arguments
    : withTable(sample.arguments, fetchRow(sample.fetch).takes, own)
  const converters = changed(
    sample.converters,
    sample.converters.map((converter) => {
      const words = withTable(converter.arguments, converterRow(converter.name).takes, own)
      return words === converter.arguments ? converter : { ...converter, arguments: words }
    }),
  ) as Sample['converters']
  return given === sample.arguments && converters === sample.converters
    ? sample
    : { ...sample, arguments: given, converters }
}

function withTable(given: readonly string[], takes: Takes, own: string): readonly string[] {
  const at = takes.indexOf('table?')
  if (at === -1 || (given[at] ?? '') !== '') return given
  return Array.from({ length: Math.max(given.length, at + 1) }, (_, i) => (i === at ? own : (given[i] ?? '')))
}
