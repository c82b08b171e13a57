// What can be made of a fetched value: one row for each converter. rules/converters evaluates them, by the same names. HAProxy:
// configuration manual 7.3.1.

import { MAP_MATCHES } from '../match-methods.ts'
import type { Takes } from './argument.ts'
import type { SampleType } from './sample-type.ts'

export interface ConverterRow {
  readonly from: SampleType
  readonly gives: SampleType
  readonly takes: Takes
}

const row = (from: SampleType, gives: SampleType, ...takes: Takes): ConverterRow => ({ from, gives, takes })

export const CONVERTERS = {
  /** In lower case. */
  lower: row('str', 'str'),
  /** In upper case. */
  upper: row('str', 'str'),
  /** The number of its bytes. */
  length: row('str', 'sint'),
  /** With `%20` and its like decoded; `+` is a blank in the query, with the argument 1 everywhere. */
  url_dec: row('str', 'str', 'integer?'),
  /** `field(2,;)`: the second of the parts between semicolons, `field(-1,;)` the last. */
  field: row('str', 'str', 'position', 'text'),
  /** `word(2,.)`: as `field`, but empty parts do not count. */
  word: row('str', 'str', 'position', 'text'),
  /** `ipmask(24,64)`: the network of an address, by the bits of IPv4 and of IPv6. */
  ipmask: row('ip', 'ip', 'bits4', 'bits6?'),
  /** `map_beg(hosts.map,none)`: what the map has for it, or the default. */
  ...(Object.fromEntries(
    MAP_MATCHES.map((match) => [`map_${match}`, row(match === 'ip' ? 'ip' : 'str', 'str', 'map', 'any?')]),
  ) as Record<`map_${(typeof MAP_MATCHES)[number]}`, ConverterRow>),
} as const satisfies Record<string, ConverterRow>

export type ConverterName = keyof typeof CONVERTERS

/** Other names of the same. */
export const CONVERTER_ALIASES: Readonly<Record<string, ConverterName>> = { map: 'map_str' }

export function converterRow(name: ConverterName): ConverterRow {
  return CONVERTERS[name]
}
