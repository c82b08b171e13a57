import { expect, it } from 'vitest'

import { highestOf } from './highest.ts'
import type { ShownEntry } from './shard.ts'
import { testBed } from './testing.ts'

const entry = (key: string, rate: number, gpc0: number): ShownEntry => ({
  key,
  untilMs: 0,
  data: [
    ['http_req_rate', 'http_req_rate(10000)', rate],
    ['gpc', 'gpc0', gpc0],
  ],
})
const ENTRIES = [entry('a', 5, 0), entry('b', 90, 1), entry('c', 7, 9), entry('d', 120, 0), entry('e', 91, 0)]
const keysOf = (entries: readonly ShownEntry[]) => entries.map(({ key }) => key)

it.each([
  ['by what the table keeps first, where no rule compares', [], ['d', 'e', 'b']],
  ['by the one counter that a rule compares', [['gpc', 5]], ['c', 'b', 'a']],
  ['by an array’s first under its own name', [['gpc0', 5]], ['c', 'b', 'a']],
  [
    'by the nearest of several limits',
    [
      ['http_req_rate', 100],
      ['gpc0', 5],
    ],
    ['c', 'd', 'e'],
  ],
  ['by a count, where a rule asks whether there is any', [['gpc0', 0]], ['c', 'b', 'a']],
] as const)('the highest are found %s', (_, compared, keys) => {
  const limits = new Map(compared)
  expect(keysOf(highestOf(ENTRIES, limits, 3))).toEqual(keys)
  expect(keysOf(highestOf(ENTRIES.toReversed(), limits, 1))).toEqual(keys.slice(0, 1))
  expect(highestOf(ENTRIES, limits, 0)).toEqual([])
})

it('a table’s object lists its highest, of all that it has', () => {
  const bed = testBed({ size: 10_000 })
  const isolate = bed.isolate()
  for (let i = 0; i < 900; i++) isolate.count(`key ${i}`, (i * 37) % 900)
  isolate.merge()
  const { count, entries } = bed.shard().list(2, new Map([['http_req_rate', 100]]))
  expect(count).toBe(900)
  expect(entries.map(({ data }) => data[1])).toEqual([
    ['http_req_rate', 'http_req_rate(10000)', 899],
    ['http_req_rate', 'http_req_rate(10000)', 898],
  ])
})
