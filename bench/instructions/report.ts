// What was counted, as tables: instructions, or another event, for each request, in thousands; by whose work; and by function.

import { aligned } from '../aligned.ts'
import { CATEGORIES, categoryOf } from './categories.ts'
import type { Category } from './categories.ts'
import type { Profile } from './profile.ts'

export interface Counted extends Profile {
  readonly requests: number
}

interface Row {
  readonly name: string
  readonly floor?: { readonly name: string } | undefined
}

const FUNCTIONS = 40
/** Some take a page. */
const MAX_NAME = 100
/** V8 goes on compiling while requests are counted, more in one run than in another; in a Worker that has run for long it does not. */
const APART: Category = 'V8 compilers'

/** By what stands in the totals. */
export function leastOf(counts: readonly Counted[]): Counted {
  return counts.toSorted((a, b) => steady(byCategory(a)) - steady(byCategory(b)))[0]!
}

/** The first is what all are compared with. */
export function tablesText(event: string, rows: readonly Row[], counted: ReadonlyMap<string, Counted>): string {
  const parts = new Map(rows.map(({ name }) => [name, byCategory(counted.get(name)!)] as const))
  const [first] = rows as [Row]
  const ratio = (name: string) => steady(parts.get(name)!) / steady(parts.get(first.name)!)
  const overFloor = ({ name, floor }: Row) =>
    floor && parts.has(floor.name) ? signed(ratio(name) - ratio(floor.name), 3) : ''
  const totals = [
    ['', `${event}/request, thousands`, `x ${first.name}`, "less its floor's"],
    ...rows.map((row) => [
      row.name,
      thousands(steady(parts.get(row.name)!)),
      ratio(row.name).toFixed(3),
      overFloor(row),
    ]),
  ]
  const shares = [
    ['thousands/request', ...CATEGORIES],
    ...rows.map(({ name }) => [name, ...CATEGORIES.map((category) => thousands(parts.get(name)!.get(category)!))]),
  ]
  return `${aligned(totals)}\n\n${aligned(shares)}\n\n'${APART}' is in no total: it ends once a Worker has run for long.`
}

/** Of one request, by whose work it is. */
function byCategory({ requests, self }: Counted): ReadonlyMap<Category, number> {
  const found = new Map<Category, number>(CATEGORIES.map((category) => [category, 0]))
  for (const [name, count] of self) {
    const category = categoryOf(name)
    found.set(category, found.get(category)! + count / requests)
  }
  return found
}

function steady(parts: ReadonlyMap<Category, number>): number {
  return [...parts].reduce((sum, [category, count]) => sum + (category === APART ? 0 : count), 0)
}

/** Where two rows differ most. */
export function functionsText(
  event: string,
  row: string,
  rival: string,
  counted: ReadonlyMap<string, Counted>,
): string {
  const [ours, theirs] = [counted.get(row)!, counted.get(rival)!]
  const each = (name: string, { self, requests }: Counted) => (self.get(name) ?? 0) / requests
  const lines = [...new Set([...ours.self.keys(), ...theirs.self.keys()])]
    .map((name) => ({ name, difference: each(name, ours) - each(name, theirs) }))
    .toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
    .slice(0, FUNCTIONS)
    .map(({ name, difference }) => [
      name.slice(0, MAX_NAME),
      signed(difference, 0),
      each(name, ours).toFixed(0),
      each(name, theirs).toFixed(0),
    ])
  return aligned([[`${event}/request`, 'difference', row, rival], ...lines])
}

function thousands(value: number): string {
  return (value / 1000).toFixed(1)
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(digits)}`
}
