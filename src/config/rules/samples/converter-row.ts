// One converter as the tables of converter-rows.ts have it.

import type { Takes } from './argument.ts'
import type { SampleType } from './sample-type.ts'

export interface ConverterRow {
  readonly from: SampleType
  readonly gives: SampleType
  readonly takes: Takes
}

export const row = (from: SampleType, gives: SampleType, ...takes: Takes): ConverterRow => ({ from, gives, takes })
