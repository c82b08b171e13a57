// What can be made of a fetched value: one row for each converter, in files by what it is made of. rules/converters evaluates them, by the
// same names. HAProxy: configuration manual 7.3.1.

import { ADDRESS_AND_DATE_CONVERTERS } from './address-and-date-converters.ts'
import { BYTE_CONVERTERS } from './byte-converters.ts'
import type { ConverterRow } from './converter-row.ts'
import { HASH_CONVERTERS } from './hash-converters.ts'
import { MAP_CONVERTERS } from './map-converters.ts'
import { NUMBER_CONVERTERS } from './number-converters.ts'
import { SERVER_CONVERTERS } from './server-converters.ts'
import { TABLE_CONVERTERS } from './table-converters.ts'
import { TEXT_CONVERTERS } from './text-converters.ts'

export const CONVERTERS = {
  ...TEXT_CONVERTERS,
  ...SERVER_CONVERTERS,
  ...NUMBER_CONVERTERS,
  ...BYTE_CONVERTERS,
  ...HASH_CONVERTERS,
  ...ADDRESS_AND_DATE_CONVERTERS,
  ...MAP_CONVERTERS,
  ...TABLE_CONVERTERS,
} as const satisfies Record<string, ConverterRow>

export type ConverterName = keyof typeof CONVERTERS

/** Other names of the same. */
export const CONVERTER_ALIASES: Readonly<Record<string, ConverterName>> = { map: 'map_str' }

export function converterRow(name: ConverterName): ConverterRow {
  return CONVERTERS[name]
}
