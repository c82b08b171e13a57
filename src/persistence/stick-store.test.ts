import { describe, expect, it } from 'vitest'

import { describeStickStore, suiteConfig } from '../../test/suites/stick-store.ts'
import { createHeap } from './heap.ts'
import { createMemoryRows } from './memory-rows.ts'
import { createLocalStore } from './stick-store.ts'
import { createTable } from './table.ts'

describeStickStore(
  'a stick table in memory',
  (table) => createLocalStore(createTable(createMemoryRows(), suiteConfig(table)), () => Date.now()),
  { decides: true, bounded: true },
)

describe('a million invented keys', () => {
  it('evict none of 5,000 sessions that origins made', () => {
    const table = createTable(createMemoryRows(), {
      expireMs: 3_600_000,
      maxlifeMs: null,
      size: 10_000,
      nopurge: false,
    })
    const sessions = Array.from({ length: 5000 }, (_, i) => `session ${i}`)
    for (const key of sessions) table.store(key, { server: 'a', id: 1 }, 'response', 0)
    for (let i = 0; i < 1_000_000; i++) table.claim(`invented ${i}`, { server: 'b', id: 2 }, [], i)
    expect(sessions.filter((key) => table.match(key, 1_000_000)?.server !== 'a')).toEqual([])
  })
})

describe('rows in memory', () => {
  it('forget the places that refreshes leave behind', () => {
    const rows = createMemoryRows()
    const row = { server: 'a', id: 1, home: 'a', createdMs: 0, kind: 'request' as const }
    rows.put('k', { ...row, untilMs: 0 }, undefined)
    for (let i = 1; i < 5000; i++) rows.put('k', { ...row, untilMs: i }, { ...row, untilMs: 0 })
    rows.put('l', { ...row, untilMs: 10_000 }, undefined)
    expect(rows.count()).toBe(2)
    expect(rows.deleteSoonest('request', 5, 4998)).toBe(0)
    expect(rows.deleteSoonest('request', 1)).toBe(1)
    expect([rows.get('k'), rows.get('l')?.untilMs]).toEqual([undefined, 10_000])
  })
})

describe('a heap', () => {
  it('gives back in order what was put in any', () => {
    const heap = createHeap()
    const moments = Array.from({ length: 500 }, (_, i) => (i * 7919) % 503)
    for (const at of moments) heap.push(String(at), at)
    const order: number[] = []
    for (let first = heap.first(); first; first = heap.first()) {
      order.push(first.at)
      heap.pop()
    }
    expect(order).toEqual(moments.toSorted((a, b) => a - b))
    expect(heap.size()).toBe(0)
  })
})
