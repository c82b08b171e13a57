import { describe, expect, it } from 'vitest'

import { describeStickStore, suiteConfig } from '../../test/suites/stick-store.ts'
import { createHeap } from './heap.ts'
import { createMemoryRows } from './memory-rows.ts'
import { createLocalStore } from './stick-store.ts'
import { createTable } from './table.ts'

const SEED = 7

describeStickStore(
  'a stick table in memory',
  (table) => createLocalStore(createTable(createMemoryRows(), suiteConfig(table), SEED), () => Date.now()),
  { decides: true, bounded: true },
)

describe('invented keys, a hundred times as many as the table holds,', () => {
  it('evict none of the sessions that origins made', () => {
    const table = createTable(
      createMemoryRows(),
      {
        expireMs: 3_600_000,
        maxlifeMs: null,
        size: 200,
        nopurge: false,
        issuedDisplaces: true,
        sourceShare: 0.125,
      },
      SEED,
    )
    const sessions = Array.from({ length: 100 }, (_, i) => `session ${i}`)
    for (const key of sessions) table.store(key, { server: 'a', id: 1 }, 'response', 0)
    for (let i = 0; i < 20_000; i++) table.claim(`invented ${i}`, { server: 'b', id: 2 }, [], i)
    expect(sessions.filter((key) => table.match(key, 20_000)?.server !== 'a')).toEqual([])
  })
})

describe('2,000 keys that one client makes up, in a table of 1,000', () => {
  const A = { server: 'a', id: 1 }
  const open = (nopurge: boolean) => {
    const limits = {
      expireMs: 3_600_000,
      maxlifeMs: null,
      size: 1000,
      nopurge,
      issuedDisplaces: true,
      sourceShare: 0.125,
    }
    const table = createTable(createMemoryRows(), limits, SEED)
    const visitors = Array.from({ length: 500 }, (_, i) => `visitor ${i}`)
    for (const [i, key] of visitors.entries()) table.claim(key, A, [], i, `198.51.${i >> 8}.${i & 255}`)
    for (let i = 0; i < 2000; i++) table.claim(`invented ${i}`, { server: 'b', id: 2 }, [], 1000 + i, '203.0.113.9')
    return { table, visitors }
  }

  it.each([false, true])('cost no other client its key, nopurge %s', (nopurge) => {
    const { table, visitors } = open(nopurge)
    expect(visitors.filter((key) => table.match(key, 10_000) === undefined)).toEqual([])
    expect(table.claim('another', A, [], 10_000, '198.51.100.7').entry).toBeDefined()
  })

  it.each([false, true])('keep out no login, nopurge %s', (nopurge) => {
    const { table, visitors } = open(nopurge)
    const logins = Array.from({ length: 350 }, (_, i) => `login ${i}`)
    for (const key of logins) table.store(key, A, 'response', 10_000)
    expect([...logins, ...visitors].filter((key) => table.match(key, 10_000) === undefined)).toEqual([])
  })
})

describe('rows in memory', () => {
  it('forget the places that refreshes leave behind', () => {
    const rows = createMemoryRows()
    const row = { server: 'a', id: 1, home: 'a', createdMs: 0, kind: 'request' as const, source: null }
    rows.put('k', { ...row, untilMs: 0 }, undefined)
    for (let i = 1; i < 5000; i++) rows.put('k', { ...row, untilMs: i }, { ...row, untilMs: 0 })
    rows.put('l', { ...row, untilMs: 10_000 }, undefined)
    expect(rows.count()).toBe(2)
    expect(rows.deleteSoonest('request', 5, 4998)).toHaveLength(0)
    expect(rows.deleteSoonest('request', 1)).toHaveLength(1)
    expect([rows.get('k'), rows.get('l')?.untilMs]).toEqual([undefined, 10_000])
  })

  it('remember everybody else meanwhile', () => {
    const rows = createMemoryRows()
    const row = { server: 'a', id: 1, home: 'a', createdMs: 0, kind: 'request' as const, source: null }
    rows.put('old', { ...row, untilMs: 3 }, undefined)
    rows.put('issued', { ...row, kind: 'response', untilMs: 2 }, undefined)
    for (let i = 10; i < 5000; i++) rows.put('k', { ...row, untilMs: i }, undefined)
    expect(rows.deleteSoonest('request', 5, 3)).toHaveLength(1)
    expect([rows.get('old'), rows.get('issued')?.untilMs, rows.count()]).toEqual([undefined, 2, 2])
    expect(rows.deleteSoonest('response', 5, 2)).toHaveLength(1)
  })

  it('are counted, and end, by their sources', () => {
    const rows = createMemoryRows()
    const row = { server: 'a', id: 1, home: 'a', createdMs: 0, kind: 'request' as const }
    for (const [i, source] of [7, 7, 8, null].entries()) rows.put(`k${i}`, { ...row, source, untilMs: i }, undefined)
    expect([...rows.countBySource()]).toEqual([
      [7, 2],
      [8, 1],
    ])
    expect(rows.deleteSoonestOf(7, 5, 0)).toHaveLength(1)
    expect([rows.get('k0'), rows.get('k1')?.source]).toEqual([undefined, 7])
    expect(rows.deleteSoonestOf(9, 5)).toEqual([])
    expect(rows.deleteSoonestOf(7, 5)).toHaveLength(1)
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
