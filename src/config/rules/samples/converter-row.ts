// One converter as the tables of converter-rows.ts have it.

import type { Takes, Together } from './argument.ts'
import type { SampleType } from './sample-type.ts'

export interface ConverterRow {
  readonly from: SampleType
  readonly gives: SampleType
  readonly takes: Takes
  readonly together?: Together
}

export const row = (from: SampleType, gives: SampleType, ...takes: Takes): ConverterRow => ({ from, gives, takes })
