// Counts by the keys of stick tables.

import { createIsolateCounters } from '../adapters/counters.ts'
import { openCounts } from '../objects/counted-object.ts'
import type { CountersPart } from '../parts.ts'

export const counters: CountersPart = {
  createCounters: createIsolateCounters,
  tableOf: ({ frontends }, name) => frontends.find((frontend) => frontend.name === name)?.stickTable,
  openCounts,
}
