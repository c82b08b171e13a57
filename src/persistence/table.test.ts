// What the suite of stores does not ask: what the operator sees and removes, sweeping, and exact sizes and shares.

import { describe, expect, it } from 'vitest'

import { createMemoryRows } from './memory-rows.ts'
import { createTable, isDue, NEVER, untilOf } from './table.ts'
import type { Table, TableLimits } from './table.ts'

const A = { server: 'a', id: 1 }
const B = { server: 'b', id: 2 }

function tableOf(limits: Partial<TableLimits> = {}): Table {
  const defaults = {
    expireMs: 1_000,
    maxlifeMs: null,
    size: 100,
    nopurge: false,
    issuedDisplaces: true,
    sourceShare: 1,
  }
  return createTable(createMemoryRows(), { ...defaults, ...limits }, 7)
}

const keysOf = (table: Table, nowMs = 0) => table.list(nowMs, 1_000).map(([key]) => key)

describe('a table as its operator sees it', () => {
  it('lists its live entries, as many as are wanted', () => {
    const table = tableOf()
    table.store('old', A, 'request', 0)
    table.store('k', B, 'response', 500)
    expect(table.list(1_249, 10)).toMatchObject([
      ['old', { ...A, home: 'a', createdMs: 0, untilMs: 1_250 }],
      ['k', { ...B, home: 'b', createdMs: 500, untilMs: 1_750 }],
    ])
    expect(keysOf(table, 1_250)).toEqual(['k'])
    expect(table.list(0, 1).map(([key]) => key)).toEqual(['old'])
  })

  it('counts its entries, and those of each server', () => {
    const table = tableOf()
    expect([table.count(), [...table.countByServer()]]).toEqual([0, []])
    for (const key of ['1', '2']) table.store(key, A, 'request', 0)
    table.store('3', B, 'response', 0)
    expect([table.count(), Object.fromEntries(table.countByServer())]).toEqual([3, { a: 2, b: 1 }])
  })

  it('removes an entry, and says whether there was one', () => {
    const table = tableOf()
    table.store('k', A, 'request', 0)
    table.store('other', A, 'request', 0)
    expect([table.remove('k'), table.remove('k'), table.remove('none')]).toEqual([true, false, false])
    expect(keysOf(table)).toEqual(['other'])
  })

  it('has a place more for the client whose key was removed', () => {
    const table = tableOf({ size: 16, sourceShare: 0.125, nopurge: true })
    for (let i = 0; i < 12; i++) table.claim(`visitor ${i}`, A, [], 0, `192.0.2.${i}`)
    for (const key of ['1', '2', '3']) table.claim(key, B, [], 0, '203.0.113.9')
    expect(keysOf(table)).toHaveLength(14)
    table.remove('1')
    table.claim('4', B, [], 0, '203.0.113.9')
    table.claim('5', B, [], 0, '203.0.113.9')
    expect(keysOf(table).slice(12)).toEqual(['2', '4'])
  })
})

describe('a sweep', () => {
  it('deletes what has ended and nothing else, those that clients made up first', () => {
    const table = tableOf()
    for (const key of ['r1', 'r2']) table.store(key, A, 'response', 0)
    for (const key of ['1', '2', '3']) table.store(key, A, 'request', 0)
    table.store('live', A, 'request', 1)
    table.store('issued', A, 'response', 1)
    expect(table.expire(1_249, 10)).toBe(0)
    expect(table.expire(1_250, 4)).toBe(4)
    expect(keysOf(table)).toEqual(['r2', 'live', 'issued'])
    expect(table.expire(1_250, 10)).toBe(1)
    expect(keysOf(table)).toEqual(['live', 'issued'])
    expect(table.expire(1_250, 10)).toBe(0)
    expect(table.expire(1_251, 10)).toBe(2)
    expect(table.count()).toBe(0)
  })

  it('deletes no more than it may', () => {
    const table = tableOf()
    for (const key of ['1', '2', '3']) table.store(key, A, 'request', 0)
    for (const key of ['r1', 'r2']) table.store(key, A, 'response', 0)
    expect([table.expire(5_000, 2), table.count()]).toEqual([2, 3])
    expect([table.expire(5_000, 0), table.count()]).toEqual([0, 3])
  })
})

describe('a share of a table', () => {
  const claimed = (table: Table, keys: readonly string[], source: string) =>
    keys.map((key) => table.claim(key, A, [], 0, source).entry !== undefined)

  it('is one entry at least', () => {
    const table = tableOf({ size: 4, sourceShare: 0.125, nopurge: true })
    expect(claimed(table, ['1', '2', '3'], '192.0.2.1')).toEqual([true, true, true])
    expect(claimed(table, ['4'], '192.0.2.1')).toEqual([false])
    expect(claimed(table, ['5'], '192.0.2.2')).toEqual([true])
  })

  it('holds from three quarters of the size on', () => {
    const table = tableOf({ size: 8, sourceShare: 0.5, nopurge: true })
    expect(claimed(table, ['1', '2', '3', '4', '5', '6', '7'], '192.0.2.1')).toEqual([
      ...Array.from({ length: 6 }, () => true),
      false,
    ])
  })

  it('is not left by a key that comes back, and not taken by another’s', () => {
    const table = tableOf({ size: 4, sourceShare: 0.25, nopurge: true })
    expect(claimed(table, ['1', '2', '3'], '192.0.2.1')).toEqual([true, true, true])
    // Known keys need no room, whoever brings them.
    for (const source of ['192.0.2.1', '192.0.2.2']) {
      expect(table.store('1', B, 'request', 0, source)).toMatchObject(B)
    }
    expect(claimed(table, ['4'], '192.0.2.2')).toEqual([true])
  })
})

describe('the end of an entry', () => {
  it.each([
    [{ expireMs: 1_000, maxlifeMs: null }, 5_000 + 1_250],
    [{ expireMs: 3, maxlifeMs: null }, 5_000 + 3],
    [{ expireMs: null, maxlifeMs: null }, NEVER],
    [{ expireMs: null, maxlifeMs: 7_000 }, 4_000 + 7_000],
    [{ expireMs: 1_000, maxlifeMs: 2_000 }, 4_000 + 2_000],
    [{ expireMs: 1_000, maxlifeMs: 3_000 }, 5_000 + 1_250],
  ])('by %j, when it was made at 4,000 and is used at 5,000, is %d', (limits, untilMs) => {
    expect(untilOf(4_000, limits, 5_000)).toBe(untilMs)
  })

  it.each([
    ['its end is further away than `expire`', { expireMs: 1_000, maxlifeMs: null }, 6_001, false],
    ['its end is as far away as `expire`', { expireMs: 1_000, maxlifeMs: null }, 6_000, false],
    ['its end is nearer', { expireMs: 1_000, maxlifeMs: null }, 5_999, true],
    ['it ends by `maxlife` alone', { expireMs: null, maxlifeMs: 2_000 }, 5_999, false],
    ['`maxlife` ends it, whatever is written', { expireMs: 1_000, maxlifeMs: 1_500 }, 5_500, false],
    ['`maxlife` lets it live a little longer', { expireMs: 1_000, maxlifeMs: 1_500 }, 5_499, true],
  ])('is written anew by a use at 5,000 where %s: %j, until %d: %s', (_, limits, untilMs, expected) => {
    const entry = { ...A, home: 'a', createdMs: 4_000, untilMs }
    expect(isDue(entry, limits, 5_000)).toBe(expected)
  })
})
