// How near the counters of an entry are to the numbers that rules compare them with. What is near is told to other isolates soon, and is not
// evicted for new keys.

import { readCell } from './entry.ts'
import type { Entry } from './entry.ts'
import { legacySlot } from './legacy-slot.ts'
import type { Layout } from './layout.ts'
import type { Limits } from './limits.ts'

export interface Heat {
  readonly limit: number
  /** Of the limit: so much makes an entry hot, and, where it is not told yet, urgent. */
  readonly eighth: number
}

export interface Heats {
  /** Undefined: no rule compares the counter. */
  at(slot: number): Heat | undefined
  isHot(entry: Entry, nowMs: number): boolean
}

export function createHeats(layout: Layout, limits: Limits): Heats {
  const heats = new Map<number, Heat>()
  for (const [type, limit] of limits) {
    const slots = layout.slots.flatMap((slot, i) => (slot.type === type ? [i] : []))
    for (const slot of new Set([...slots, legacySlot(layout, type) ?? slots[0]])) {
      if (slot === undefined || limit >= (heats.get(slot)?.limit ?? Infinity)) continue
      heats.set(slot, { limit, eighth: Math.max(1, Math.floor(limit / 8)) })
    }
  }
  return {
    at: (slot) => heats.get(slot),
    isHot(entry, nowMs) {
      for (const [slot, { eighth }] of heats) if (readCell(entry, layout, slot, nowMs) >= eighth) return true
      return false
    },
  }
}
