// What it costs: the paid plan's bill by item, and whether the free plan is enough.

import { ITEMS, PAID_PLAN, PRICES } from './prices.ts'
import type { Item } from './prices.ts'
import { MONTH_DAYS } from './traffic.ts'
import { amountOf } from './usage.ts'
import type { Use } from './use.ts'

export interface BillLine {
  readonly item: Item
  readonly name: string
  /** A month. */
  readonly amount: number
  readonly included: number
  readonly dollars: number
  /** Who uses it, the most first. */
  readonly usedBy: readonly string[]
  /** Of a day of the free plan; 1 is all of it. Null: it has no such limit. */
  readonly freeShare: number | null
}

export interface Bill {
  /** What is used. */
  readonly lines: readonly BillLine[]
  /** A month, with the plan. */
  readonly dollars: number
  readonly isFreePlanEnough: boolean
}

export function billOf(uses: readonly Use[]): Bill {
  const lines = ITEMS.map((item) => lineOf(item, uses)).filter(({ amount }) => amount > 0)
  return {
    lines,
    dollars: lines.reduce((sum, { dollars }) => sum + dollars, PAID_PLAN),
    isFreePlanEnough: lines.every(({ freeShare }) => (freeShare ?? 0) <= 1),
  }
}

function lineOf(item: Item, uses: readonly Use[]): BillLine {
  const { name, included, perMillion, freePerDay } = PRICES[item]
  const amount = amountOf(uses, item)
  return {
    item,
    name,
    amount,
    included,
    dollars: (Math.max(0, amount - included) * perMillion) / 1e6,
    usedBy: uses
      .filter(({ amounts }) => (amounts[item] ?? 0) > 0)
      .toSorted((a, b) => b.amounts[item]! - a.amounts[item]!)
      .map(({ what }) => what),
    freeShare: freePerDay === null ? null : amount / MONTH_DAYS / freePerDay,
  }
}
