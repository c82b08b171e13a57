// HAProxy's general counters and tags: `gpc0` is a counter by itself, or the first of the array `gpc`.

import type { DataType } from '../config/data-types.ts'
import type { Layout } from './layout.ts'

const IN_ARRAY: Readonly<Partial<Record<DataType, readonly [array: DataType, index: number]>>> = {
  gpc0: ['gpc', 0],
  gpc1: ['gpc', 1],
  gpt0: ['gpt', 0],
  gpc0_rate: ['gpc_rate', 0],
  gpc1_rate: ['gpc_rate', 1],
}

/** The counter, or the one of an array that takes its place. */
export function legacySlot(layout: Layout, type: DataType, index = 0): number | undefined {
  const own = layout.slotOf(type, index)
  const array = IN_ARRAY[type]
  return own === undefined && array ? layout.slotOf(...array) : own
}
