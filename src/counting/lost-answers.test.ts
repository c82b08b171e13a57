// A call whose answer is lost, or late: what it carried is sent again, and counts once.

import { expect, it } from 'vitest'

import type { Change } from './change.ts'
import { createReceipts } from './receipts.ts'
import { testBed } from './testing.ts'
import type { Batch, CountedTable } from './table.ts'

type Bed = ReturnType<typeof testBed>

/** The object has counted it, and nobody hears. */
function loseAnswer(bed: Bed, table: CountedTable, batch: Batch): void {
  bed.ask(table, batch)
  batch.failed()
}

const countOf = (bed: Bed, key = 'a') =>
  bed
    .shard()
    .list(10)
    .entries.find((entry) => entry.key === key)
    ?.data.find(([type]) => type === 'gpc0')?.[2]

it('what the object has counted without its isolate hearing of it counts once', () => {
  const bed = testBed()
  const { table, count, read, merge } = bed.isolate()
  count('a', 3, 'gpc0')
  loseAnswer(bed, table, table.take(10))
  count('a', 4, 'gpc0')
  expect(read('a', 'gpc0')).toBe(7)
  merge()
  expect([countOf(bed), read('a', 'gpc0')]).toEqual([7, 7])
  expect(table.urgency()).toBe('none')
})

it('however many answers are lost', () => {
  const bed = testBed()
  const { table, count, read, merge } = bed.isolate()
  for (let i = 0; i < 20; i++) {
    count('a', 1, 'gpc0')
    loseAnswer(bed, table, table.take(10))
    count('a', 1, 'gpc0')
    merge(true)
    expect(read('a', 'gpc0')).toBe(2 * (i + 1))
  }
  while (table.urgency() !== 'none') merge()
  expect([countOf(bed), read('a', 'gpc0')]).toEqual([40, 40])
})

it('a call that arrives after what it carried was sent again counts nothing', () => {
  const bed = testBed()
  const { table, count, merge } = bed.isolate()
  count('a', 3, 'gpc0')
  const slow = table.take(10)
  const settled = slow.settled()
  slow.failed()
  merge()
  count('a', 1, 'gpc0')
  merge()
  bed.ask(table, { ...slow, settled: () => settled })
  expect(countOf(bed)).toBe(4)
})

it('a key that is asked for alone tells what is in doubt once, and others of its call are still counted', () => {
  const bed = testBed()
  const { table, count } = bed.isolate()
  count('a', 3, 'gpc0')
  count('b', 5, 'gpc0')
  table.take(10).failed()
  bed.answer(table, table.takeKey('a'))
  bed.answer(table, table.take(10))
  expect([countOf(bed, 'a'), countOf(bed, 'b')]).toEqual([3, 5])
})

it('what was set and then counted comes in that order, although the first answer was lost', () => {
  const bed = testBed()
  const { table, count, read, merge } = bed.isolate()
  count('a', 9, 'gpc0')
  merge()
  table.set(table.find('a')!, table.layout.slotOf('gpc0')!, 0)
  loseAnswer(bed, table, table.take(10))
  count('a', 2, 'gpc0')
  expect(read('a', 'gpc0')).toBe(2)
  merge()
  expect([countOf(bed), read('a', 'gpc0')]).toEqual([2, 2])
})

it('a key that was evicted here while its answer was lost is counted on', () => {
  const bed = testBed({ size: 1 })
  const { table, count } = bed.isolate()
  count('a', 3, 'gpc0')
  table.take(10).failed()
  count('b', 1, 'gpc0')
  expect(count('a', 1, 'gpc0')).toBe(4)
})

it('an object that was restarted while an answer was lost learns the sum', () => {
  const bed = testBed()
  const { table, count, read, merge } = bed.isolate()
  count('a', 50)
  merge()
  bed.restart()
  count('a', 2)
  loseAnswer(bed, table, table.take(10))
  count('a', 1)
  merge()
  merge()
  expect(read('a')).toBe(53)
  expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['http_req_rate', 'http_req_rate(10000)', 53])
})

it('an answer that was on its way when the object was found restarted takes nothing away', () => {
  const bed = testBed()
  const { table, count, read, merge } = bed.isolate()
  count('a', 50)
  merge()
  bed.restart()
  count('a', 1)
  const first = table.takeKey('a')
  count('a', 1)
  const second = table.takeKey('a')
  bed.answer(table, first)
  bed.answer(table, second)
  expect(read('a')).toBe(52)
  merge()
  expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['http_req_rate', 'http_req_rate(10000)', 52])
})

it('an isolate of a release without numbers is counted as before', () => {
  const bed = testBed()
  const change: Change = { key: 'a', touchedMs: bed.clock.ms, sets: [], adds: [[1, bed.clock.ms, 2]] }
  const names = ['http_req_rate(10000)', 'gpc0']
  bed.shard().merge(names, [change])
  bed.shard().merge(names, [change])
  expect(countOf(bed)).toBe(4)
})

it('an object of a release without numbers counts what two changes of a key say', () => {
  const bed = testBed()
  const { table, count, read } = bed.isolate()
  count('a', 3, 'gpc0')
  table.take(10).failed()
  count('a', 4, 'gpc0')
  const batch = table.take(10)
  const names = table.layout.slots.map(({ name }) => name)
  const { epoch, merged } = bed.shard().merge(names, batch.changes)
  batch.merged(merged.map((each) => ({ epoch, merged: each })))
  expect([countOf(bed), read('a', 'gpc0')]).toEqual([7, 7])
})

it('an object that never answers is told no more than two changes of a key at once', () => {
  const { table, count } = testBed().isolate()
  let most = 0
  for (let i = 0; i < 50; i++) {
    count('a', 1, 'gpc0')
    const batch = i % 2 === 0 ? table.take(10) : table.takeKey('a')
    most = Math.max(most, batch.changes.length)
    batch.failed()
  }
  expect(most).toBe(2)
})

it('receipts of a thousand isolates are kept, and of each so many as are in doubt', () => {
  const receipts = createReceipts()
  const take = (isolate: string, settled: number, serials: readonly number[]) => {
    const receipt = receipts.of({ isolate, settled })
    return serials.map((serial) => receipt.isNew(serial))
  }
  expect(take('first', 1, [1, 2])).toEqual([true, true])
  for (let i = 0; i < 999; i++) take(`isolate ${i}`, 1, [1])
  expect(take('first', 2, [1, 2, 3])).toEqual([false, false, true])
  expect(take('first', 3, [2, 3, 4])).toEqual([false, false, true])
  for (let i = 0; i < 1_000; i++) take(`other ${i}`, 1, [1])
  expect(take('first', 3, [2, 3])).toEqual([false, true])
})
